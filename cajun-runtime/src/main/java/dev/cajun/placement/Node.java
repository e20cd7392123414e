package dev.cajun.placement;

import dev.cajun.transport.Address;
import dev.cajun.transport.Transport;

/**
 * A node as others know it.
 *
 * @param name its name, which it keeps over restarts
 * @param incarnation 64 random bits in hexadecimal digits, new at every start and after
 * every lost lease
 * @param bootId identifies the process, which may have had other incarnations
 * @param address where it is reached
 */
public record Node(String name, String incarnation, String bootId, Address address) {

	/**
	 * The id under which it owns shards.
	 * @return {@code name#incarnation}
	 */
	public String id() {
		return this.name + "#" + this.incarnation;
	}

	/**
	 * The process, as a transport knows it.
	 * @return the peer
	 */
	public Transport.Peer peer() {
		return new Transport.Peer(this.name, this.bootId, this.address);
	}

	/**
	 * The name in an id.
	 * @param id {@code name#incarnation}
	 * @return what stands before the last {@code #}
	 */
	public static String nameIn(String id) {
		int mark = id.lastIndexOf('#');
		return (mark < 0) ? id : id.substring(0, mark);
	}

}

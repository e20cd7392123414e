package dev.cajun.routing;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

import dev.cajun.MailboxFullException;
import dev.cajun.NotAMemberException;
import dev.cajun.activation.Ask;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a lane that wait for their way to be free, by their place in the lane.
 * Guarded by the shard's lock.
 */
final class WaitingRoom {

	private static final int MOST = 10_000;

	private final NodeHost host;

	private final int shard;

	private final TreeMap<Long, Outgoing> messages = new TreeMap<>();

	private long bytes;

	WaitingRoom(NodeHost host, int shard) {
		this.host = host;
		this.shard = shard;
	}

	boolean isEmpty() {
		return this.messages.isEmpty();
	}

	int size() {
		return this.messages.size();
	}

	@Nullable Outgoing first() {
		return this.messages.isEmpty() ? null : this.messages.firstEntry().getValue();
	}

	/**
	 * Refuses a message when too much waits.
	 * @throws MailboxFullException if so
	 */
	void checkRoom(Outgoing message) {
		if (message.bounded && (this.messages.size() >= MOST || this.host.budget().isExhausted())) {
			throw new MailboxFullException(
					"Actor " + message.receiver + " was not given the message: " + this.messages.size()
							+ " messages to its shard " + this.shard + " wait for the owner; send it again later");
		}
	}

	void put(Outgoing message) {
		if (this.messages.put(message.order, message) == null) {
			resized(message.envelope.size());
		}
	}

	void remove(Outgoing message) {
		if (this.messages.remove(message.order) != null) {
			resized(-message.envelope.size());
		}
	}

	/** Takes everything, in order. */
	List<Outgoing> takeAll() {
		List<Outgoing> all = List.copyOf(this.messages.values());
		all.forEach(this::remove);
		return all;
	}

	private void resized(long change) {
		this.host.budget().changed(this.bytes, this.bytes + change);
		this.bytes += change;
	}

	/** Drops what nobody waits for any more. */
	void sweep() {
		long now = this.host.scheduler().nanoTime();
		Collection<Outgoing> present = List.copyOf(this.messages.values());
		for (Outgoing message : present) {
			if (message.isStale(now)) {
				remove(message);
				// Of a request its timeout says so, or its answer has come
				if (!(message.envelope instanceof Ask)) {
					message.refuse(new NotAMemberException(
							"Actor " + message.receiver + " could not be given the message: its shard " + this.shard
									+ " had no owner that " + this.host.node() + " could reach; send it again later"));
				}
			}
		}
	}

}

import java.util.ArrayList;
import java.util.List;

/**
 * Hosts that are network namespaces, each with a cable to the switch of the cluster's
 * network and one to the switch of the clients'. A cable that is pulled, or packets that
 * vanish, are told to nobody: no connection is refused or reset.
 * <p>
 * The namespaces are there before, and removed afterwards by who made them. This program
 * runs in that of the switches.
 */
final class Hosts {

	private static final List<String> NAMES = List.of("n1", "n2", "n3", "e1", "e2", "e3", "redis", "replica");

	/** Nobody's: what is sent there passes the switch and is taken by no host. */
	private static final String NOBODY = "02:00:00:00:00:01";

	private final String prefix;

	private final List<Lost> lost = new ArrayList<>();

	/**
	 * Lays the cables.
	 * @param prefix what the names of all namespaces begin with
	 */
	Hosts(String prefix) {
		this.prefix = prefix;
		connect("cluster", "10.99.0.", "eth0");
		connect("clients", "10.98.0.", "eth1");
	}

	private void connect(String network, String addresses, String end) {
		ip("switch", "link", "add", "name", network, "type", "bridge");
		ip("switch", "address", "add", addresses + "1/24", "dev", network);
		ip("switch", "link", "set", network, "up");
		for (String name : NAMES) {
			ip("switch", "link", "add", "name", cable(network, name), "type", "veth", "peer", "name", end, "netns",
					space(name));
			ip("switch", "link", "set", cable(network, name), "master", network, "up");
			ip(name, "link", "set", "lo", "up");
			ip(name, "address", "add", addresses + number(name) + "/24", "dev", end);
			ip(name, "link", "set", end, "up");
		}
	}

	/** Names of interfaces have 15 characters at most. */
	private static String cable(String network, String name) {
		return network + "-" + name;
	}

	private String space(String name) {
		return this.prefix + name;
	}

	private static int number(String name) {
		return 11 + NAMES.indexOf(name);
	}

	private static String address(String name) {
		return "10.99.0." + number(name);
	}

	private String ip(String name, String... arguments) {
		List<String> command = new ArrayList<>(List.of("ip", "-n", space(name)));
		command.addAll(List.of(arguments));
		return Commands.run(command);
	}

	Host of(String name) {
		return new Host(space(name), address(name), "10.98.0." + number(name));
	}

	/** A host is gone without a word. */
	void unplug(String name) {
		ip("switch", "link", "set", cable("clients", name), "down");
		ip("switch", "link", "set", cable("cluster", name), "down");
	}

	/** Clients reach a host again, which reaches no other. */
	void plugIntoClients(String name) {
		ip("switch", "link", "set", cable("clients", name), "up");
	}

	void plugIntoCluster(String name) {
		ip("switch", "link", "set", cable("cluster", name), "up");
	}

	/** What one host sends to another vanishes; the other way is free. */
	void lose(String from, String to) {
		ip(from, "neighbour", "replace", address(to), "lladdr", NOBODY, "dev", "eth0", "nud", "permanent");
		this.lost.add(new Lost(from, to));
	}

	/** Whatever one of these and one of those send each other vanishes. */
	void part(List<String> some, List<String> others) {
		for (String one : some) {
			for (String other : others) {
				lose(one, other);
				lose(other, one);
			}
		}
	}

	/** Nothing vanishes any more. */
	void mend() {
		this.lost.forEach((it) -> ip(it.from, "neighbour", "delete", address(it.to), "dev", "eth0"));
		this.lost.clear();
	}

	/** A host takes the address of another, and tells everybody. */
	void takeOver(String name, String former) {
		ip(name, "address", "add", address(former) + "/24", "dev", "eth0");
		ip("switch", "neighbour", "flush", "to", address(former));
		NAMES.forEach((each) -> ip(each, "neighbour", "flush", "to", address(former)));
	}

	private record Lost(String from, String to) {

	}

}

import java.util.List;

/**
 * Where a process runs: on this machine, or on one with a network of its own.
 *
 * @param space the network namespace; empty on this machine
 * @param address what other hosts reach it at
 * @param clients what clients reach it at
 */
record Host(String space, String address, String clients) {

	static final Host HERE = new Host("", "127.0.0.1", "localhost");

	/** Whether nobody else runs there, so that every port is free. */
	boolean isOwn() {
		return !this.space.isEmpty();
	}

	/** What stands before the command of a process that is to run there. */
	List<String> command() {
		return isOwn() ? List.of("ip", "netns", "exec", this.space) : List.of();
	}

	int port(int usual) {
		return isOwn() ? usual : App.freePort();
	}

	String listens() {
		return isOwn() ? "0.0.0.0" : this.address;
	}

}

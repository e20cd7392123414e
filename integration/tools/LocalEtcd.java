import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** etcd on this machine, of one or more members, each a process with its data. */
final class LocalEtcd {

	private static final Pattern REVISION = Pattern.compile("\"revision\":(\\d+)");

	private static final int MOST_FILLERS = 500;

	private final Path directory;

	private final List<String> options;

	private final List<Member> members = new ArrayList<>();

	LocalEtcd(Path directory, int count, Function<String, Host> hosts, String... options) {
		this.directory = directory;
		this.options = List.of(options);
		for (int i = 1; i <= count; i++) {
			this.members.add(new Member("e" + i, hosts.apply("e" + i)));
		}
		start();
	}

	List<Integer> ports() {
		return this.members.stream().map((member) -> member.port).toList();
	}

	String endpoints() {
		return this.members.stream().map(Member::client).collect(Collectors.joining(","));
	}

	/** Starts every member that does not run. */
	void start() {
		this.members.forEach(Member::start);
	}

	/** kill -9 of every member. */
	void kill() {
		this.members.forEach(Member::kill);
	}

	/** kill -9 of the member that leads; says which. */
	String killLeader() {
		Member leader = this.members.stream().filter(Member::leads).findFirst().orElseThrow();
		leader.kill();
		return leader.name;
	}

	/** Everything is gone; the next start begins another history. */
	void wipe() {
		kill();
		this.members.forEach(Member::deleteData);
	}

	Path backup() {
		Path file = this.directory.resolve("etcd-backup");
		run("--endpoints", this.members.getFirst().client(), "snapshot", "save", file.toString());
		return file;
	}

	/** The next start begins with what was saved. */
	void restore(Path backup) {
		wipe();
		for (Member member : this.members) {
			run("snapshot", "restore", backup.toString(), "--name", member.name, "--data-dir",
					member.data().toString(), "--initial-cluster", initialCluster(), "--initial-advertise-peer-urls",
					member.peer());
		}
	}

	/** Writes until there is no space. Its quota must be small. */
	void fill() {
		for (int i = 0; i < MOST_FILLERS && alarms().isEmpty(); i++) {
			Commands.run(List.of("sh", "-c",
					"head -c 1000000 /dev/zero | tr '\\0' x | ETCDCTL_API=3 etcdctl --endpoints " + endpoints()
							+ " put filler || true"));
		}
		Check.that(alarms().contains("NOSPACE"), () -> "etcd is not full");
	}

	/** Makes space, as an operator does. */
	void makeSpace() {
		run("--endpoints", endpoints(), "compact", "" + revision());
		run("--endpoints", endpoints(), "defrag");
		run("--endpoints", endpoints(), "alarm", "disarm");
		Check.that(alarms().isEmpty(), () -> "etcd is full again");
	}

	private String alarms() {
		return run("--endpoints", endpoints(), "alarm", "list").strip();
	}

	/** Grows by one with every write, whoever made it. */
	long revision() {
		Matcher matcher = REVISION.matcher(run("--endpoints", endpoints(), "get", "/", "-w", "json"));
		Check.that(matcher.find(), () -> "etcd says no revision");
		return Long.parseLong(matcher.group(1));
	}

	private String initialCluster() {
		return this.members.stream().map((member) -> member.name + "=" + member.peer()).collect(Collectors.joining(","));
	}

	private String run(String... arguments) {
		List<String> command = new ArrayList<>(List.of("etcdctl"));
		command.addAll(List.of(arguments));
		try {
			ProcessBuilder builder = new ProcessBuilder(command)
				.redirectError(ProcessBuilder.Redirect.appendTo(this.directory.resolve("etcdctl.log").toFile()));
			builder.environment().put("ETCDCTL_API", "3");
			Process process = builder.start();
			String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			Check.equal(0, process.waitFor(), "The exit code of " + command);
			return text;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot run etcdctl; bin/servers installs it", ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private final class Member {

		private final String name;

		private final Host host;

		private final int port;

		private final int peerPort;

		private Process process;

		Member(String name, Host host) {
			this.name = name;
			this.host = host;
			this.port = host.port(2379);
			this.peerPort = host.port(2380);
		}

		String client() {
			return "http://" + this.host.address() + ":" + this.port;
		}

		String peer() {
			return "http://" + this.host.address() + ":" + this.peerPort;
		}

		Path data() {
			return LocalEtcd.this.directory.resolve(this.name + "-data");
		}

		void start() {
			if (this.process == null || !this.process.isAlive()) {
				List<String> command = new ArrayList<>(this.host.command());
				command.addAll(List.of("etcd", "--name", this.name, "--data-dir", data().toString(),
						"--listen-client-urls", client(), "--advertise-client-urls", client(), "--listen-peer-urls",
						peer(), "--initial-advertise-peer-urls", peer(), "--initial-cluster", initialCluster()));
				command.addAll(LocalEtcd.this.options);
				this.process = LocalCluster.server(LocalEtcd.this.directory, this.name,
						command.toArray(String[]::new));
			}
		}

		void kill() {
			LocalCluster.end(this.process);
		}

		boolean leads() {
			String status = run("--endpoints", client(), "endpoint", "status", "-w", "fields");
			return value(status, "\"MemberID\"").equals(value(status, "\"Leader\""));
		}

		private static String value(String status, String field) {
			return status.lines()
				.filter((line) -> line.startsWith(field))
				.map((line) -> line.substring(line.indexOf(':') + 1).strip())
				.findFirst()
				.orElseThrow();
		}

		void deleteData() {
			try (Stream<Path> files = Files.walk(data())) {
				for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
					Files.delete(file);
				}
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}

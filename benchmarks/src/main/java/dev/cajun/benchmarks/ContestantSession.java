package dev.cajun.benchmarks;

import java.nio.file.Path;
import java.util.List;

import dev.cajun.Persistence;
import dev.cajun.benchmarks.peer.PekkoContestant;
import dev.cajun.benchmarks.peer.PekkoRemoteContestant;
import dev.cajun.benchmarks.peer.StreamContestant;
import dev.cajun.embedded.Durability;
import dev.cajun.embedded.EmbeddedActorStore;

/**
 * Carries out commands in this JVM. <pre>
 * tell NANOS                        Loads.tell
 * ask CALLERS ACTORS NANOS          Loads.ask, through futures
 * call CALLERS ACTORS NANOS         Loads.ask, without
 * own CALLERS ACTORS NANOS          Loads.ask, without, each caller with actors of its own
 * activate PREFIX COUNT             Loads.activate
 * idle FROM TO SETTLE NANOS         Loads.idle
 * failover                          Contestant.failOver, in milliseconds
 * drain ACTORS                      Contestant.leave
 * data                              closes the store and measures it; nothing works after
 * </pre>
 */
final class ContestantSession implements Session {

	private final Contestant contestant;

	private final String place;

	private ContestantSession(Contestant contestant, String place) {
		this.contestant = contestant;
		this.place = place;
	}

	/**
	 * Begins a session.
	 * @param side who does the work
	 * @param place where those who store something store it: a directory, or the address
	 * of a server
	 */
	static ContestantSession open(Side side, String place) {
		Contestant contestant = switch (side) {
			case PROJECT -> CajunContestant.inMemory();
			case STATE -> CajunContestant.stored(new EmbeddedActorStore(Path.of(place), Durability.ACK));
			case FSYNC -> CajunContestant.stored(new EmbeddedActorStore(Path.of(place), Durability.FSYNC));
			case REDIS -> RedisContestant.connect(place);
			case LETTUCE -> LettuceContestant.connect(place);
			case SERVER -> throw new IllegalArgumentException("Redis is no contestant in a JVM");
			case PEER -> new PekkoContestant();
			case REMOTE -> RemoteContestant.connect(place, 1, Persistence.NONE);
			case REMOTE_PEER -> PekkoRemoteContestant.connect(1);
			case FAILOVER -> RemoteContestant.connect(place, 3, Persistence.STATE);
			case FAILOVER_PEER -> PekkoRemoteContestant.connect(3);
			case DRAIN -> RemoteContestant.connect(place, 2, Persistence.NONE);
			case DRAIN_STATE -> RemoteContestant.connect(place, 2, Persistence.STATE);
			case DRAIN_PEER -> PekkoRemoteContestant.connect(2);
			case STREAM -> StreamContestant.connect();
			case BARE -> new BareContestant();
		};
		return new ContestantSession(contestant, place);
	}

	@Override
	public Sample run(String command) {
		try {
			List<String> words = List.of(command.split(" ", -1));
			return switch (words.get(0)) {
				case "tell" -> Loads.tell(this.contestant, number(words, 1));
				case "ask", "call", "own" -> Loads.ask(this.contestant, (int) number(words, 1), (int) number(words, 2),
						number(words, 3), !words.get(0).equals("ask"), words.get(0).equals("own"));
				case "activate" -> Loads.activate(this.contestant, words.get(1), (int) number(words, 2));
				case "idle" -> Loads.idle(this.contestant, (int) number(words, 1), (int) number(words, 2),
						number(words, 3), number(words, 4));
				case "failover" -> Sample.of("failover", this.contestant.failOver() / 1e6);
				case "drain" -> this.contestant.leave((int) number(words, 1)).sample();
				case "data" -> data();
				default -> throw new IllegalArgumentException("Unknown command: " + command);
			};
		}
		catch (Exception ex) {
			throw new IllegalStateException("'" + command + "' failed: " + ex, ex);
		}
	}

	private static long number(List<String> words, int index) {
		return Long.parseLong(words.get(index));
	}

	private Sample data() throws Exception {
		Path directory = Path.of(this.place);
		long open = StoredData.directoryBytes(directory);
		this.contestant.close();
		long closed = StoredData.directoryBytes(directory);
		return Sample.of("directory", (double) open)
			.and("closed", (double) closed)
			.and("live", (double) StoredData.liveBytes(new EmbeddedActorStore(directory, Durability.ACK)));
	}

	@Override
	public void close() {
		this.contestant.close();
	}

}

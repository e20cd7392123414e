package dev.cajun.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import dev.cajun.transport.Link.Sent;
import dev.cajun.transport.Transport.Probe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every {@link Transport} does. A transport's test extends it, in whatever module
 * the transport is. A place is where a process is reached; one process after another may
 * be there.
 */
public abstract class TransportContract {

	/** Quick to notice trouble, with three streams. */
	protected static final LinkSettings SETTINGS = LinkSettings.DEFAULTS.withStreams(3)
		.withTimes(Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(1));

	private static final Duration LONG = Duration.ofSeconds(10);

	private final List<Member> processes = new ArrayList<>();

	/** A transport at a place where no other is open. */
	protected abstract Transport transport(String place, LinkSettings settings);

	/** Waits, not for ever, until something holds. */
	protected abstract void await(BooleanSupplier condition);

	/** Resets every connection to and from a place. */
	protected abstract void reset(String place);

	/** Resets and refuses every connection to a place. */
	protected abstract void refuse(String place);

	/** Ends the refusal. */
	protected abstract void admit(String place);

	/** Connections to a place are accepted from now on, but nothing is answered. */
	protected abstract void freeze(String place);

	/** Ends the freeze; nothing that was sent meanwhile is lost. */
	protected abstract void thaw(String place);

	/** Ends the process at a place, without a word. */
	protected abstract void kill(String place);

	@AfterEach
	void closeTransports() {
		this.processes.forEach((process) -> process.transport.close());
	}

	@Test
	void receivesMessagesOfEachStreamInOrder() {
		Member a = start("a");
		Member b = start("b");
		Link link = a.linkTo(b);
		List<Sending> sendings = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			sendings.add(send(link, i % 3, "m" + i));
		}
		await(() -> sendings.stream().allMatch(Sending::isSettled));

		assertThat(link.streams()).isEqualTo(3);
		for (int stream = 0; stream < 3; stream++) {
			assertThat(b.received(stream)).isEqualTo(messages(stream, 3000, 3));
		}
		assertThat(sendings).allMatch(Sending::isAcknowledged);
		assertThat(link.trouble()).isNull();
		assertThat(b.senders).containsOnlyKeys(a.self.bootId());
		assertThat(b.senders.get(a.self.bootId())).isEqualTo(a.peer());
	}

	@Test
	void carriesMessagesBothWays() {
		Member a = start("a");
		Member b = start("b");
		b.onMessage = (from, message) -> send(b.transport.link(from), 1, "answer to " + message);
		send(a.linkTo(b), 0, "question");
		await(() -> a.count(1) == 1);

		assertThat(a.received(1)).containsExactly("answer to question");
	}

	@Test
	void carriesEmptyMessageAndLargestMessage() {
		Member a = start("a", SETTINGS.withBounds(300_000, 100, 1 << 20));
		Member b = start("b");
		byte[] largest = new byte[300_000];
		largest[299_999] = 7;
		List<Sending> sendings = List.of(new Sending(new byte[0]), new Sending(largest), new Sending(new byte[0]));
		sendings.forEach((sending) -> assertThat(a.linkTo(b).send(0, sending)).isEqualTo(Sent.QUEUED));
		await(() -> b.count(0) == 3);

		assertThat(b.bytes(0).get(0)).isEmpty();
		assertThat(b.bytes(0).get(1)).isEqualTo(largest);
		assertThat(b.bytes(0).get(2)).isEmpty();
	}

	@Test
	void refusesMessageThatIsTooLargeAndNoOther() {
		Member a = start("a", SETTINGS.withBounds(1000, 100, 1 << 20));
		Member b = start("b");
		Link link = a.linkTo(b);
		Sending before = send(link, 0, "before");
		Sending large = new Sending(new byte[1001]);
		assertThat(link.send(0, large)).isEqualTo(Sent.TOO_LARGE);
		Sending after = send(link, 0, "after");
		await(() -> before.isSettled() && after.isSettled());

		assertThat(b.received(0)).containsExactly("before", "after");
		assertThat(large.isSettled()).isFalse();
		assertThat(a.statistics(b).counts().reconnects()).isZero();
	}

	@Test
	void receivesEachMessageOnceAndInOrderOverResets() {
		Member a = start("a");
		Member b = start("b");
		Link link = a.linkTo(b);
		List<Sending> sendings = new ArrayList<>();
		for (int round = 0; round < 20; round++) {
			for (int i = 0; i < 150; i++) {
				sendings.add(send(link, i % 3, "m" + sendings.size()));
			}
			int enough = round * 40;
			await(() -> b.count(0) >= enough);
			reset("b");
		}
		await(() -> sendings.stream().allMatch(Sending::isSettled));

		for (int stream = 0; stream < 3; stream++) {
			assertThat(b.received(stream)).isEqualTo(messages(stream, 3000, 3));
		}
		assertThat(sendings).allMatch(Sending::isAcknowledged);
		assertThat(a.statistics(b).counts().reconnects()).isPositive();
	}

	@Test
	void connectsAgainWithoutMessages() {
		Member a = start("a");
		Member b = start("b");
		Link link = a.linkTo(b);
		Sending first = send(link, 0, "first");
		await(first::isSettled);
		reset("b");
		await(() -> a.statistics(b).counts().reconnects() == 1 && link.trouble() == null);
	}

	@Test
	void receivesMessageAgainThatReceiverDidNotTake() {
		Member a = start("a");
		Member b = start("b");
		AtomicInteger failures = new AtomicInteger(3);
		b.onMessage = (from, message) -> {
			if (message.equals("m3") && failures.getAndDecrement() > 0) {
				throw new IllegalStateException("as the test wants");
			}
		};
		for (int i = 0; i < 6; i++) {
			send(a.linkTo(b), 0, "m" + i);
		}
		await(() -> b.count(0) == 6);

		assertThat(b.received(0)).containsExactly("m0", "m1", "m2", "m3", "m4", "m5");
		assertThat(failures.get()).isNegative();
	}

	@Test
	void outlastsPeerThatDoesNotAnswerForLong() {
		Member a = start("a");
		Member b = start("b");
		Link link = a.linkTo(b);
		Sending first = send(link, 0, "m0");
		await(first::isSettled);
		freeze("b");
		for (int i = 1; i < 10; i++) {
			send(link, 0, "m" + i);
		}
		await(() -> link.trouble() != null);
		thaw("b");
		await(() -> b.count(0) == 10 && link.trouble() == null);

		assertThat(b.received(0)).isEqualTo(messages(0, 10, 1));
	}

	@Test
	void messageThatNeverLeftWasCertainlyNotReceivedWhenGivenUp() {
		Member a = start("a");
		Member b = start("b");
		freeze("b");
		Sending sending = send(a.linkTo(b), 0, "m");
		a.linkTo(b).giveUp("as the test wants");
		await(sending::isSettled);

		assertThat(sending.lost).isEqualTo(List.of(false));
		assertThat(sending.isAcknowledged()).isFalse();
	}

	@Test
	void messageOnItsWayMayHaveBeenReceivedWhenGivenUp() {
		Member a = start("a");
		Member b = start("b");
		Link link = a.linkTo(b);
		Sending first = send(link, 0, "first");
		await(first::isSettled);
		freeze("b");
		Sending second = send(link, 0, "second");
		await(() -> a.statistics(b).counts().sentMessages() == 2);
		link.giveUp("as the test wants");
		link.giveUp("again");
		await(second::isSettled);

		assertThat(second.lost).isEqualTo(List.of(true));
		assertThat(first.isAcknowledged()).isTrue();
	}

	@Test
	void linkGivenUpNeitherSendsNorReceives() {
		Member a = start("a");
		Member b = start("b");
		Link there = a.linkTo(b);
		Link back = b.linkTo(a);
		List<Sending> before = List.of(send(there, 0, "m"), send(back, 0, "m"));
		await(() -> before.stream().allMatch(Sending::isSettled));
		there.giveUp("as the test wants");

		assertThat(there.send(0, new Sending("x"))).isEqualTo(Sent.CLOSED);
		assertThat(there.trouble()).contains("as the test wants");
		Sending late = new Sending("late");
		back.send(1, late);
		await(() -> back.send(0, new Sending("x")) == Sent.CLOSED);
		await(late::isSettled);
		assertThat(a.received(0)).containsExactly("m");
		assertThat(a.received(1)).isEmpty();
		assertThat(late.isAcknowledged()).isFalse();
	}

	@Test
	void linksAfterOneThatWasGivenUpBeginAnew() {
		Member a = start("a");
		Member b = start("b");
		Link there = a.linkTo(b);
		Link back = b.linkTo(a);
		List<Sending> before = List.of(send(there, 0, "m"), send(back, 0, "m"));
		await(() -> before.stream().allMatch(Sending::isSettled));
		there.giveUp("as the test wants");
		await(() -> !a.linkTo(b).equals(there));
		await(() -> back.send(1, new Sending("late")) == Sent.CLOSED);
		await(() -> !b.linkTo(a).equals(back));

		List<Sending> after = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			after.add(send(a.linkTo(b), 0, "m" + i));
			after.add(send(b.linkTo(a), 0, "m" + i));
		}
		await(() -> after.stream().allMatch(Sending::isAcknowledged));
		List<String> all = new ArrayList<>(List.of("m"));
		all.addAll(messages(0, 100, 1));
		assertThat(b.received(0)).isEqualTo(all);
		assertThat(a.received(0)).isEqualTo(all);
		assertThat(a.received(1)).isEmpty();
	}

	@Test
	void messagesForProcessThatAnotherHasReplacedAreLost() {
		Member a = start("a");
		Member b = start("b");
		Link link = a.linkTo(b);
		Sending before = send(link, 0, "before");
		await(before::isSettled);
		freeze("b");
		Sending meanwhile = send(link, 0, "meanwhile");
		await(() -> a.statistics(b).counts().sentMessages() == 2);
		kill("b");
		Member other = start("b");
		await(meanwhile::isSettled);

		assertThat(meanwhile.lost).isEqualTo(List.of(true));
		assertThat(before.isAcknowledged()).isTrue();
		assertThat(link.send(0, new Sending("x"))).isEqualTo(Sent.CLOSED);
		Sending toOther = send(a.linkTo(other), 0, "to the other");
		await(toOther::isSettled);
		assertThat(other.received(0)).containsExactly("to the other");
	}

	@Test
	void messagesNeverSentToProcessThatIsGoneWereCertainlyNotReceived() {
		Member a = start("a");
		Member b = start("b");
		kill("b");
		Sending sending = send(a.linkTo(b), 0, "m");
		await(() -> a.linkTo(b).trouble() != null);
		start("b");
		await(sending::isSettled);

		assertThat(sending.lost).isEqualTo(List.of(false));
	}

	@Test
	void refusesMoreMessagesThanItHolds() {
		Member a = start("a", SETTINGS.withBounds(1000, 10, 1 << 20));
		Member b = start("b");
		freeze("b");
		Link link = a.linkTo(b);
		List<Sending> sendings = IntStream.range(0, 10).mapToObj((i) -> send(link, i % 3, "m" + i)).toList();
		Sending refused = new Sending("one too many");
		assertThat(link.send(0, refused)).isEqualTo(Sent.FULL);
		assertThat(a.statistics(b).queuedMessages()).isEqualTo(10);
		thaw("b");
		await(() -> sendings.stream().allMatch(Sending::isSettled));
		await(() -> a.statistics(b).queuedMessages() == 0);

		assertThat(sendings).allMatch(Sending::isAcknowledged);
		assertThat(refused.isSettled()).isFalse();
		Sending later = send(link, 0, "later");
		await(later::isSettled);
		assertThat(b.received(0)).containsExactly("m0", "m3", "m6", "m9", "later");
	}

	@Test
	void refusesMoreBytesThanItHolds() {
		Member a = start("a", SETTINGS.withBounds(1000, 100, 1000));
		Member b = start("b");
		freeze("b");
		Link link = a.linkTo(b);
		send(link, 0, "x".repeat(600));
		assertThat(link.send(0, new Sending("x".repeat(401)))).isEqualTo(Sent.FULL);
		send(link, 1, "x".repeat(400));
		assertThat(link.send(2, new Sending("x"))).isEqualTo(Sent.FULL);
		assertThat(a.statistics(b).queuedBytes()).isEqualTo(1000);
	}

	@Test
	void breakerOpensWhenPeerCannotBeReachedAndClosesByItself() {
		Member a = start("a");
		Member b = start("b");
		refuse("b");
		Link link = a.linkTo(b);
		Sending queued = send(link, 0, "queued");
		await(() -> link.send(0, new Sending("x")) == Sent.BROKEN);
		assertThat(a.statistics(b).breaker()).isNotEqualTo(TransportStatistics.BreakerState.CLOSED);
		assertThat(a.statistics(b).counts().failures()).isGreaterThanOrEqualTo(5);
		assertThat(link.trouble()).isNotNull();
		assertThat(queued.isSettled()).isFalse();
		admit("b");
		await(queued::isSettled);

		assertThat(b.received(0)).first().isEqualTo("queued");
		assertThat(link.trouble()).isNull();
		assertThat(a.statistics(b).breaker()).isEqualTo(TransportStatistics.BreakerState.CLOSED);
		Sending after = send(link, 1, "after");
		await(after::isSettled);
		assertThat(after.isAcknowledged()).isTrue();
	}

	@Test
	void breakerClosesAtOnceWhenProbeReachesPeer() {
		Member a = start("a", SETTINGS.withTimes(Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofSeconds(1),
				Duration.ofHours(1)));
		Member b = start("b");
		refuse("b");
		Link link = a.linkTo(b);
		Sending queued = send(link, 0, "queued");
		await(() -> link.send(0, new Sending("x")) == Sent.BROKEN);
		admit("b");
		assertThat(a.probe(b)).isEqualTo(new Probe.Reached("b", b.self.bootId()));
		await(queued::isSettled);

		assertThat(queued.isAcknowledged()).isTrue();
	}

	@Test
	void breakerClosesAtOnceWhenPeerConnects() {
		Member a = start("a", SETTINGS.withTimes(Duration.ofSeconds(2), Duration.ofMillis(200), Duration.ofSeconds(1),
				Duration.ofHours(1)));
		Member b = start("b");
		refuse("b");
		Link link = a.linkTo(b);
		Sending queued = send(link, 0, "queued");
		await(() -> link.send(0, new Sending("x")) == Sent.BROKEN);
		admit("b");
		send(b.linkTo(a), 0, "hello");
		await(queued::isSettled);

		assertThat(queued.isAcknowledged()).isTrue();
	}

	@Test
	void refusesProcessOfOtherCluster() {
		Member a = start("a", SETTINGS, "other");
		Member b = start("b");
		Link link = a.linkTo(b);
		Sending sending = send(link, 0, "m");
		await(() -> link.trouble() != null);

		assertThat(link.trouble()).contains("'test'").contains("'other'");
		assertThat(b.received(0)).isEmpty();
		assertThat(b.transport.statistics().refused().get(Refusal.OTHER_CLUSTER)).isPositive();
		assertThat(sending.isSettled()).isFalse();
	}

	@Test
	void probeReachesProcess() {
		Member a = start("a");
		Member b = start("b");

		assertThat(a.probe(b)).isEqualTo(new Probe.Reached("b", b.self.bootId()));
		assertThat(b.probes).hasValue(1);
	}

	@Test
	void probeIsAnsweredByDispatcherOnly() {
		Member a = start("a");
		Member b = start("b");
		b.answersProbes = false;
		CompletionStage<Probe> probe = a.transport.probe(b.address, LONG);
		await(() -> b.heldProbes.size() == 1);
		assertThat(probe.toCompletableFuture()).isNotDone();
		b.heldProbes.forEach(Runnable::run);
		await(() -> probe.toCompletableFuture().isDone());

		assertThat(probe.toCompletableFuture()).isCompletedWithValue(new Probe.Reached("b", b.self.bootId()));
	}

	@Test
	void probeOfProcessWhoseDispatcherHangsIsSilent() {
		Member a = start("a");
		Member b = start("b");
		b.answersProbes = false;

		assertThat(a.probe(b, Duration.ofMillis(300))).isInstanceOf(Probe.Silent.class);
	}

	@Test
	void probeOfFrozenProcessIsSilent() {
		Member a = start("a");
		Member b = start("b");
		freeze("b");

		assertThat(a.probe(b, Duration.ofMillis(300))).isInstanceOf(Probe.Silent.class);
	}

	@Test
	void probeOfProcessThatIsGoneIsRefused() {
		Member a = start("a");
		Member b = start("b");
		kill("b");

		assertThat(a.probe(b)).isInstanceOf(Probe.Refused.class);
	}

	@Test
	void probeUnderWayOfProcessThatDiesIsRefused() {
		Member a = start("a");
		Member b = start("b");
		b.answersProbes = false;
		CompletionStage<Probe> probe = a.transport.probe(b.address, LONG);
		await(() -> b.heldProbes.size() == 1);
		kill("b");
		await(() -> probe.toCompletableFuture().isDone());

		assertThat(probe.toCompletableFuture().join()).isInstanceOf(Probe.Refused.class);
	}

	@Test
	void probeOfOtherClusterIsRefused() {
		Member a = start("a", SETTINGS, "other");
		Member b = start("b");

		assertThat(a.probe(b)).isInstanceOf(Probe.Refused.class);
		assertThat(b.probes).hasValue(0);
	}

	@Test
	void givesTheSameLinkToTheSameProcess() {
		Member a = start("a");
		Member b = start("b");

		assertThat(a.linkTo(b)).isSameAs(a.linkTo(b));
		assertThat(a.linkTo(b).peer()).isEqualTo(b.peer());
	}

	@Test
	void closeGivesEveryLinkUp() {
		Member a = start("a");
		Member b = start("b");
		Member c = start("c");
		freeze("b");
		Link toB = a.linkTo(b);
		Link toC = a.linkTo(c);
		Sending arrived = send(toC, 0, "m");
		await(arrived::isSettled);
		Sending stuck = send(toB, 0, "m");
		a.transport.close();
		a.transport.close();
		await(stuck::isSettled);

		assertThat(stuck.isAcknowledged()).isFalse();
		assertThat(toC.send(0, new Sending("x"))).isEqualTo(Sent.CLOSED);
		assertThat(a.linkTo(c).send(0, new Sending("x"))).isEqualTo(Sent.CLOSED);
	}

	@Test
	void countsWhatItCarries() {
		Member a = start("a");
		Member b = start("b");
		List<Sending> sendings = IntStream.range(0, 100).mapToObj((i) -> send(a.linkTo(b), 0, "0123456789")).toList();
		await(() -> sendings.stream().allMatch(Sending::isSettled));
		await(() -> a.statistics(b).queuedMessages() == 0);

		assertThat(a.statistics(b).state()).isEqualTo(TransportStatistics.LinkState.CONNECTED);
		assertThat(a.statistics(b).counts().sentMessages()).isEqualTo(100);
		assertThat(a.statistics(b).counts().sentBytes()).isEqualTo(1000);
		assertThat(a.statistics(b).counts().sentFrames()).isBetween(1L, 100L);
		assertThat(a.statistics(b).queuedBytes()).isZero();
		assertThat(b.statistics(a).counts().receivedMessages()).isEqualTo(100);
		assertThat(b.statistics(a).counts().receivedBytes()).isEqualTo(1000);
		a.linkTo(b).giveUp("as the test wants");
		assertThat(a.transport.statistics().links()).isEmpty();
		assertThat(a.transport.statistics().total().sentMessages()).isEqualTo(100);
	}

	/** {@code m0}, {@code m3}, {@code m6} … */
	protected static List<String> messages(int first, int end, int step) {
		return IntStream.iterate(first, (i) -> i < end, (i) -> i + step).mapToObj((i) -> "m" + i).toList();
	}

	protected final Member start(String place) {
		return start(place, SETTINGS);
	}

	protected final Member start(String place, LinkSettings settings) {
		return start(place, settings, "test");
	}

	protected final Member start(String place, LinkSettings settings, String cluster) {
		Member process = new Member(transport(place, settings), cluster, place);
		this.processes.add(process);
		return process;
	}

	protected static Sending send(Link link, int stream, String text) {
		Sending sending = new Sending(text);
		assertThat(link.send(stream, sending)).isEqualTo(Sent.QUEUED);
		return sending;
	}

	/** A process that takes note of what it receives. */
	protected final class Member implements Transport.Receiver {

		public final Transport transport;

		public final Transport.Self self;

		public final Address address;

		final Map<String, Transport.Peer> senders = new ConcurrentHashMap<>();

		final AtomicInteger probes = new AtomicInteger();

		final ConcurrentLinkedQueue<Runnable> heldProbes = new ConcurrentLinkedQueue<>();

		volatile boolean answersProbes = true;

		/** What to do with a message before it is noted. */
		public volatile OnMessage onMessage = (from, message) -> {
		};

		private final Map<Integer, List<byte[]>> received = new HashMap<>();

		Member(Transport transport, String cluster, String node) {
			this.transport = transport;
			this.self = new Transport.Self(cluster, node, UUID.randomUUID().toString().replace("-", ""));
			CompletionStage<Address> started = transport.start(this.self, this);
			await(() -> started.toCompletableFuture().isDone());
			this.address = started.toCompletableFuture().join();
		}

		public Transport.Peer peer() {
			return new Transport.Peer(this.self.node(), this.self.bootId(), this.address);
		}

		public Link linkTo(Member other) {
			return this.transport.link(other.peer());
		}

		public Probe probe(Member other) {
			return probe(other, LONG);
		}

		public Probe probe(Member other, Duration timeout) {
			CompletionStage<Probe> probe = this.transport.probe(other.address, timeout);
			await(() -> probe.toCompletableFuture().isDone());
			return probe.toCompletableFuture().join();
		}

		public TransportStatistics.LinkStatistics statistics(Member other) {
			return this.transport.statistics()
				.links()
				.stream()
				.filter((link) -> link.peer().bootId().equals(other.self.bootId()))
				.findFirst()
				.orElseThrow();
		}

		@Override
		public void received(Transport.Peer from, int stream, byte[] message) {
			this.onMessage.received(from, new String(message, StandardCharsets.UTF_8));
			this.senders.put(from.bootId(), from);
			synchronized (this.received) {
				this.received.computeIfAbsent(stream, (key) -> new ArrayList<>()).add(message);
			}
		}

		@Override
		public void probed(Runnable answer) {
			this.probes.incrementAndGet();
			if (this.answersProbes) {
				answer.run();
			}
			else {
				this.heldProbes.add(answer);
			}
		}

		public int count(int stream) {
			return bytes(stream).size();
		}

		public List<byte[]> bytes(int stream) {
			synchronized (this.received) {
				return List.copyOf(this.received.getOrDefault(stream, List.of()));
			}
		}

		public List<String> received(int stream) {
			return bytes(stream).stream().map((bytes) -> new String(bytes, StandardCharsets.UTF_8)).toList();
		}

	}

	/** What a process does with a message. */
	@FunctionalInterface
	public interface OnMessage {

		void received(Transport.Peer from, String message);

	}

	/** A message that remembers what became of it. */
	protected static final class Sending implements Link.Parcel {

		private final byte[] bytes;

		final AtomicInteger acknowledged = new AtomicInteger();

		final List<Boolean> lost = java.util.Collections.synchronizedList(new ArrayList<>());

		public Sending(String text) {
			this(text.getBytes(StandardCharsets.UTF_8));
		}

		public Sending(byte[] bytes) {
			this.bytes = bytes;
		}

		@Override
		public byte[] bytes() {
			return this.bytes;
		}

		@Override
		public void acknowledged() {
			this.acknowledged.incrementAndGet();
		}

		@Override
		public void lost(boolean maybeReceived) {
			this.lost.add(maybeReceived);
		}

		public boolean isSettled() {
			return this.acknowledged.get() + this.lost.size() > 0;
		}

		/** Acknowledged, once, and not lost. */
		public boolean isAcknowledged() {
			return this.acknowledged.get() == 1 && this.lost.isEmpty();
		}

	}

}

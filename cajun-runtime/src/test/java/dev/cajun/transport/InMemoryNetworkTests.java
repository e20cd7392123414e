package dev.cajun.transport;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.time.VirtualTime;
import dev.cajun.transport.Transport.Probe;
import dev.cajun.transport.TransportStatistics.LinkState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The faults of the network, and that links hide those that they should.
 */
class InMemoryNetworkTests {

	private static final Address A = new Address("a", 1);

	private static final Address B = new Address("b", 1);

	private final VirtualTime time = new VirtualTime();

	private InMemoryNetwork network = new InMemoryNetwork(this.time, new Random(1));

	private final List<String> events = new ArrayList<>();

	private Node a;

	private Node b;

	private void start() {
		this.a = new Node(A, "a");
		this.b = new Node(B, "b");
	}

	private void advance(long millis) {
		this.time.advance(Duration.ofMillis(millis));
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 })
	void linksHideLostRepeatedAndReorderedFrames(long seed) {
		this.network = new InMemoryNetwork(this.time, new Random(seed));
		start();
		Random random = new Random(seed);
		this.network.disturb(0.1, 0.1, 0.1);
		List<String> sent = new ArrayList<>();
		for (int i = 0; i < 2000; i++) {
			this.a.send(this.b, "m" + i);
			sent.add("m" + i);
			advance(random.nextInt(5));
		}
		this.network.heal();
		advance(30_000);

		assertThat(this.b.received).isEqualTo(sent);
		assertThat(this.a.acknowledged).hasValue(2000);
		assertThat(this.a.lost).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(longs = { 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 })
	void nothingIsLostOrRepeatedWhateverBreaks(long seed) {
		this.network = new InMemoryNetwork(this.time, new Random(seed));
		start();
		Random random = new Random(seed);
		List<String> sent = new ArrayList<>();
		for (int i = 0; i < 3000; i++) {
			if (this.a.send(this.b, "m" + sent.size()) == Link.Sent.QUEUED) {
				sent.add("m" + sent.size());
			}
			advance(random.nextInt(20));
			if (random.nextInt(50) == 0) {
				switch (random.nextInt(8)) {
					case 0 -> this.network.cut(A, B);
					case 1 -> this.network.cutOneWay(A, B);
					case 2 -> this.network.cutOneWay(B, A);
					case 3 -> this.network.reset(A, B);
					case 4 -> this.network.refuse(B);
					case 5 -> this.network.pause(B);
					case 6 -> this.network.disturb(0.05, 0.05, 0.05);
					default -> this.network.delay(A, B, Duration.ofMillis(random.nextInt(2000)));
				}
			}
			if (random.nextInt(40) == 0) {
				this.network.resume(B);
				this.network.heal();
			}
		}
		this.network.resume(B);
		this.network.heal();
		advance(60_000);

		assertThat(sent).hasSizeGreaterThan(100);
		assertThat(this.b.received).isEqualTo(sent);
		assertThat(this.a.acknowledged).hasValue(sent.size());
		assertThat(this.a.lost).isEmpty();
	}

	@Test
	void sameSeedGivesSameRun() {
		assertThat(run(7)).isEqualTo(run(7)).isNotEqualTo(run(8));
	}

	private List<String> run(long seed) {
		VirtualTime virtual = new VirtualTime();
		InMemoryNetwork seeded = new InMemoryNetwork(virtual, new Random(seed));
		List<String> log = new ArrayList<>();
		InMemoryTransport one = seeded.transport(A);
		InMemoryTransport other = seeded.transport(B);
		Transport.Receiver receiver = new Transport.Receiver() {

			@Override
			public void received(Transport.Peer from, int stream, byte[] message) {
				log.add(virtual.nanoTime() + " " + message.length);
			}

			@Override
			public void probed(Runnable answer) {
				answer.run();
			}

		};
		one.start(new Transport.Self("test", "a", "a1"), receiver).toCompletableFuture().join();
		other.start(new Transport.Self("test", "b", "b1"), receiver).toCompletableFuture().join();
		seeded.disturb(0.1, 0.1, 0.1);
		for (int i = 0; i < 300; i++) {
			one.link(new Transport.Peer("b", "b1", B)).send(0, parcel(new byte[i]));
			virtual.advance(Duration.ofMillis(3));
		}
		return log;
	}

	private static Link.Parcel parcel(byte[] bytes) {
		return new Link.Parcel() {

			@Override
			public byte[] bytes() {
				return bytes;
			}

			@Override
			public void acknowledged() {
			}

			@Override
			public void lost(boolean maybeReceived) {
			}

		};
	}

	@Test
	void shortCutHoldsBackAndBreaksNothing() {
		start();
		this.a.send(this.b, "before");
		advance(10);
		this.network.cut(A, B);
		this.a.send(this.b, "meanwhile");
		advance(3000);
		assertThat(this.b.received).containsExactly("before");
		assertThat(this.a.linkTo(this.b).trouble()).isNull();
		this.network.heal(A, B);
		advance(10);

		assertThat(this.b.received).containsExactly("before", "meanwhile");
	}

	private LinkState stateOfLinkToB() {
		return this.a.transport.statistics().links().getFirst().state();
	}

	@Test
	void peerThatAnswersNoHeartbeatIsShownAsSilentUntilItDoes() {
		start();
		this.a.send(this.b, "before");
		advance(10_000);
		assertThat(stateOfLinkToB()).isEqualTo(LinkState.CONNECTED);
		this.network.cut(A, B);
		advance(1_500);
		assertThat(stateOfLinkToB()).isEqualTo(LinkState.CONNECTED);
		advance(2_500);
		assertThat(stateOfLinkToB()).isEqualTo(LinkState.SILENT);
		this.network.heal(A, B);
		advance(1_100);
		assertThat(stateOfLinkToB()).isEqualTo(LinkState.CONNECTED);
	}

	@Test
	void longCutIsNoticedAndOutlived() {
		start();
		this.a.send(this.b, "before");
		advance(10);
		this.network.cut(A, B);
		this.a.send(this.b, "meanwhile");
		advance(120_000);
		assertThat(this.a.linkTo(this.b).trouble()).isNotNull();
		assertThat(this.a.send(this.b, "refused")).isEqualTo(Link.Sent.BROKEN);
		this.network.heal();
		advance(15_000);

		assertThat(this.a.linkTo(this.b).trouble()).isNull();
		assertThat(this.b.received).containsExactly("before", "meanwhile");
	}

	@Test
	void messagesPassCutInTheOtherDirection() {
		start();
		this.a.send(this.b, "before");
		this.b.send(this.a, "before");
		advance(10);
		this.network.cutOneWay(A, B);
		this.a.send(this.b, "meanwhile");
		this.b.send(this.a, "meanwhile");
		advance(100);

		assertThat(this.b.received).containsExactly("before");
		assertThat(this.a.received).containsExactly("before", "meanwhile");
		assertThat(this.a.acknowledged).hasValue(1);
		assertThat(this.b.acknowledged).as("acknowledgements go the way that is cut").hasValue(1);
	}

	@Test
	void pausedProcessDoesNothingUntilItIsResumed() {
		start();
		this.network.pause(B);
		this.b.transport.time().schedule(Duration.ofMillis(50), () -> this.events.add("b's timer"));
		this.a.send(this.b, "m");
		CompletableFuture<Probe> probe = this.a.probe(B, 100);
		advance(200);
		assertThat(this.events).isEmpty();
		assertThat(this.b.received).isEmpty();
		assertThat(probe.join()).isInstanceOf(Probe.Silent.class);
		this.network.resume(B);
		advance(10);

		assertThat(this.events).containsExactly("b's timer");
		assertThat(this.b.received).containsExactly("m");
	}

	@Test
	void killedProcessNeverDoesAnythingAgain() {
		start();
		this.b.transport.time().schedule(Duration.ofMillis(50), () -> this.events.add("b's timer"));
		this.b.send(this.a, "m");
		this.a.send(this.b, "m");
		this.network.kill(B);
		advance(100_000);

		assertThat(this.events).isEmpty();
		assertThat(this.a.received).isEmpty();
		assertThat(this.b.received).isEmpty();
		assertThat(this.b.acknowledged).hasValue(0);
		assertThat(this.b.lost).isEmpty();
		assertThat(this.a.lost).isEmpty();
		CompletableFuture<Probe> probe = this.a.probe(B, 1000);
		advance(1000);
		assertThat(probe.join()).isInstanceOf(Probe.Refused.class);
	}

	@Test
	void delayIsAddedInItsDirectionOnly() {
		start();
		this.a.send(this.b, "m");
		this.b.send(this.a, "m");
		advance(10);
		this.network.delay(A, B, Duration.ofSeconds(1));
		this.network.latency(Duration.ofMillis(1), Duration.ofMillis(1));
		advance(0);
		this.a.send(this.b, "slow");
		this.b.send(this.a, "fast");
		advance(2);
		assertThat(this.a.received).containsExactly("m", "fast");
		advance(998);
		assertThat(this.b.received).containsExactly("m");
		advance(2);
		assertThat(this.b.received).containsExactly("m", "slow");
	}

	@Test
	void probeOfProcessCutOffIsSilent() {
		start();
		this.network.cut(A, B);
		CompletableFuture<Probe> probe = this.a.probe(B, 1000);
		advance(1000);

		assertThat(probe.join()).isInstanceOf(Probe.Silent.class);
	}

	@Test
	void refusedProcessReachesOthersItself() {
		start();
		this.network.refuse(B);
		this.b.send(this.a, "m");
		CompletableFuture<Probe> probe = this.a.probe(B, 1000);
		advance(1000);

		assertThat(this.a.received).containsExactly("m");
		assertThat(probe.join()).isInstanceOf(Probe.Refused.class);
	}

	/** A process. */
	private final class Node implements Transport.Receiver {

		final InMemoryTransport transport;

		final Transport.Peer peer;

		final List<String> received = new ArrayList<>();

		final AtomicInteger acknowledged = new AtomicInteger();

		final List<Boolean> lost = new ArrayList<>();

		Node(Address address, String name) {
			this.transport = InMemoryNetworkTests.this.network.transport(address);
			this.peer = new Transport.Peer(name, "boot of " + name, address);
			this.transport.start(new Transport.Self("test", name, this.peer.bootId()), this)
				.toCompletableFuture()
				.join();
		}

		Link linkTo(Node other) {
			return this.transport.link(other.peer);
		}

		Link.Sent send(Node other, String message) {
			return linkTo(other).send(0, new Link.Parcel() {

				@Override
				public byte[] bytes() {
					return message.getBytes(StandardCharsets.UTF_8);
				}

				@Override
				public void acknowledged() {
					Node.this.acknowledged.incrementAndGet();
				}

				@Override
				public void lost(boolean maybeReceived) {
					Node.this.lost.add(maybeReceived);
				}

			});
		}

		CompletableFuture<Probe> probe(Address address, long millis) {
			return this.transport.probe(address, Duration.ofMillis(millis)).toCompletableFuture();
		}

		@Override
		public void received(Transport.Peer from, int stream, byte[] message) {
			this.received.add(new String(message, StandardCharsets.UTF_8));
		}

		@Override
		public void probed(Runnable answer) {
			answer.run();
		}

	}

}

package dev.cajun.node;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageUndelivered;
import dev.cajun.Persistence;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.store.FaultyStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** More messages than an actor, or the node, can hold. */
class OverloadTests {

	private static final int THREADS = 3;

	private static final int EACH = 10_000;

	@ParameterizedTest
	@EnumSource(names = { "STATE", "NONE" })
	void everyTellToSlowActorIsProcessedOrRefusedAndCounted(Persistence persistence) throws Exception {
		AtomicInteger processed = new AtomicInteger();
		CountDownLatch slow = new CountDownLatch(1);
		AtomicInteger dropped = new AtomicInteger();
		CajunNode node = CajunNode.builder()
			.settings(NodeSettings.defaults().withShards(8))
			.actor(ActorDefinition.stateful("slow", new StatefulActor<Count, Tick>() {

				@Override
				public Count initialState(ActorId id) {
					return new Count(0);
				}

				@Override
				public Count receive(Count state, Tick message, ActorContext<Tick> context) throws Exception {
					assertThat(slow.await(30, TimeUnit.SECONDS)).isTrue();
					processed.incrementAndGet();
					return new Count(state.ticks() + 1);
				}

			}, Tick.class, Count.class,
					ActorSettings.defaults().withPersistence(persistence).withMailboxCapacity(10_000)))
			.listener(new NodeListener() {

				@Override
				public void undelivered(MessageUndelivered message) {
					dropped.incrementAndGet();
				}

			})
			.build();
		node.start();
		ActorRef<Tick> ref = node.system().actors(Tick.class).get("x");
		AtomicInteger accepted = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		CountDownLatch senders = new CountDownLatch(THREADS);
		for (int thread = 0; thread < THREADS; thread++) {
			Thread.ofPlatform().daemon().start(() -> {
				for (int i = 0; i < EACH; i++) {
					try {
						ref.tell(new Tick());
						accepted.incrementAndGet();
					}
					catch (MailboxFullException ex) {
						refused.incrementAndGet();
					}
				}
				senders.countDown();
			});
		}
		assertThat(senders.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(accepted.get() + refused.get()).isEqualTo(THREADS * EACH);
		assertThat(accepted).hasValue(10_000);
		slow.countDown();
		assertThat(node.stop()).succeedsWithin(Duration.ofSeconds(30));

		assertThat(processed).hasValue(accepted.get());
		assertThat(node.statistics().get("slow").handled()).isEqualTo(accepted.get());
		assertThat(node.statistics().get("slow").refused()).isEqualTo(refused.get());
		assertThat(dropped).as("a refusal that was thrown is not published as well").hasValue(0);
	}

	@Test
	void mailboxIsBoundedByBytes() throws Exception {
		TestActor actor = new TestActor();
		Gate gate = actor.gate();
		try (TestNode node = TestNode
			.start(actor.definition("a", ActorSettings.defaults().withMailboxBytes(100_000)))) {
			ActorRef<Message> ref = node.ref("a", "x");
			ref.tell(new Do("gate"));
			gate.awaitReached();
			int accepted = fill(ref, 100, 4_000);
			assertThat(accepted).isBetween(10, 25);
			gate.open();
			node.settle();
			assertThat(ref.call(new Get()).texts()).hasSize(accepted);
		}
	}

	@Test
	void allMailboxesTogetherAreBoundedByBytes() throws Exception {
		TestActor actor = new TestActor();
		Gate gate = actor.gate();
		try (TestNode node = TestNode.start(new FaultyStore(), (settings) -> settings.withMailboxBytes(1_000_000),
				actor.definition("a", ActorSettings.defaults()))) {
			List<ActorRef<Message>> refs = IntStream.range(0, 10)
				.<ActorRef<Message>>mapToObj((i) -> node.ref("a", "k" + i))
				.toList();
			refs.forEach((ref) -> ref.tell(new Do("gate")));
			node.await(() -> actor.handled().size() == 10);
			int accepted = refs.stream().mapToInt((ref) -> fill(ref, 20, 20_000)).sum();
			assertThat(accepted).isBetween(25, 60);
			assertThatExceptionOfType(MailboxFullException.class)
				.isThrownBy(() -> node.<Message>ref("a", "another").tell(new Note("n".repeat(100))))
				.withMessageContaining("all mailboxes of the node");
			gate.open();
			node.settle();

			assertThat(refs.stream().mapToInt((ref) -> ref.call(new Get()).texts().size()).sum()).isEqualTo(accepted);
			assertThat(node.<Message>ref("a", "another").call(new Add(1))).isEqualTo(1);
		}
	}

	@Test
	void refusedMessageMayBeSentAgain() throws Exception {
		TestActor actor = new TestActor();
		Gate gate = actor.gate();
		try (TestNode node = TestNode.start(actor.definition("a", ActorSettings.defaults().withMailboxCapacity(2)))) {
			ActorRef<Message> ref = node.ref("a", "x");
			ref.tell(new Do("gate"));
			gate.awaitReached();
			ref.tell(new Note("1"));
			assertThatExceptionOfType(MailboxFullException.class).isThrownBy(() -> ref.tell(new Note("2")))
				.withMessageContaining("a/x")
				.withMessageContaining("2 messages waiting");
			CompletableFuture<Long> refused = ref.ask(new Add(1));
			assertThat(refused).failsWithin(Duration.ofSeconds(10));
			gate.open();
			node.settle();
			ref.tell(new Note("2"));

			assertThat(ref.call(new Get()).texts()).containsExactly("1", "2");
		}
	}

	private static int fill(ActorRef<Message> ref, int messages, int size) {
		int refused = 0;
		for (int i = 0; i < messages; i++) {
			try {
				ref.tell(new Note("n".repeat(size)));
			}
			catch (MailboxFullException ex) {
				refused++;
			}
		}
		return messages - refused;
	}

	record Tick() {

	}

	record Count(long ticks) {

	}

}

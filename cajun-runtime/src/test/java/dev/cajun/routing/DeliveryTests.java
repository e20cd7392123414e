package dev.cajun.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.HandlerException;
import dev.cajun.MailboxFullException;
import dev.cajun.Persistence;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor;
import dev.cajun.node.TestActor.Add;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import dev.cajun.node.TestActor.Get;
import dev.cajun.node.TestActor.Message;
import dev.cajun.node.TestActor.Note;
import dev.cajun.node.TestActor.Query;
import dev.cajun.node.TestNode;
import dev.cajun.store.FaultyStore;
import dev.cajun.store.FaultyStore.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Tells with a guarantee: what is lost, what comes twice, and in which order. */
@SuppressWarnings("FutureReturnValueIgnored") // a handler's guaranteed tell is part of
												// its write
class DeliveryTests {

	private static final Duration SOON = Duration.ofSeconds(10);

	private static final Duration LONG = Duration.ofMinutes(2);

	private static final ActorId SENDER = new ActorId("a", "x");

	private static final ActorId RECEIVER = new ActorId("b", "y");

	private final TestActor sender = new TestActor();

	private final TestActor receiver = new TestActor();

	private TestNode node;

	@AfterEach
	void close() {
		if (this.node != null) {
			this.node.close();
		}
	}

	private void start() {
		start(Persistence.STATE, 10_000);
	}

	private void start(Persistence ofSender, int mailboxOfReceiver) {
		this.node = TestNode.start(this.sender.definition("a", ActorSettings.defaults().withPersistence(ofSender)),
				this.receiver.definition("b", ActorSettings.defaults().withMailboxCapacity(mailboxOfReceiver)));
		this.sender.watchedBy(this.node::store);
		this.receiver.watchedBy(this.node::store);
	}

	/** Each message counts, and tells its text to the receiver. */
	private void forward(Delivery delivery) {
		this.sender.on("send", (state, message, context) -> {
			receiver().tell(new Note(((Do) message).text()), delivery);
			return state.plus(1);
		});
	}

	private ActorRef<Message> sender() {
		return this.node.ref("a", "x");
	}

	private ActorRef<Message> receiver() {
		return this.node.ref("b", "y");
	}

	private List<String> received() {
		return receiver().call(new Get()).texts();
	}

	private static List<String> numbers(int count) {
		return IntStream.rangeClosed(1, count).mapToObj(String::valueOf).toList();
	}

	@ParameterizedTest
	@CsvSource({ "STATE,AT_LEAST_ONCE", "STATE,EXACTLY_ONCE", "MESSAGES,EXACTLY_ONCE", "NONE,AT_LEAST_ONCE",
			"NONE,EXACTLY_ONCE" })
	void tellsOfHandlerArriveOnceAndInOrder(Persistence persistence, Delivery delivery) {
		start(persistence, 10_000);
		forward(delivery);
		numbers(300).forEach((number) -> sender().tell(new Do("send", number)));
		this.node.settle();

		assertThat(received()).isEqualTo(numbers(300));
		assertThat(this.node.statistics("b").duplicates()).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = "AT_MOST_ONCE", mode = EnumSource.Mode.EXCLUDE)
	void tellIsDeliveredAfterCrashWithNobodyTouchingSender(Delivery delivery) {
		start();
		forward(delivery);
		this.node.store().dieAtCommit(1, true);
		sender().tell(new Do("send", "1"));
		this.node.rest();
		assertThat(this.node.store().isDead()).isTrue();
		assertThat(this.receiver.handled()).isEmpty();
		this.node.crash();
		this.node.advance(Duration.ofSeconds(1));

		assertThat(this.receiver.handled()).containsExactly("y 1");
		assertThat(received()).containsExactly("1");
		assertThat(this.sender.handled()).as("the sender's handler did not run again").hasSize(1);
	}

	@Test
	void tellOfTurnThatWasNotWrittenIsNeverSent() {
		start();
		forward(Delivery.EXACTLY_ONCE);
		this.node.store().dieAtCommit(1, false);
		sender().tell(new Do("send", "1"));
		this.node.rest();
		this.node.crash();
		this.node.advance(LONG);

		assertThat(received()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(names = "AT_MOST_ONCE", mode = EnumSource.Mode.EXCLUDE)
	void crashAtAnyCommitLosesNothingAndKeepsOrder(Delivery delivery) {
		forward(delivery);
		boolean died = true;
		for (int commit = 1; died; commit++) {
			for (boolean applied : new boolean[] { false, true }) {
				start();
				this.node.store().dieAtCommit(commit, applied);
				for (String number : numbers(3)) {
					sender().tell(new Do("send", number));
					this.node.rest();
				}
				died = this.node.store().isDead();
				this.node.crash();
				this.node.advance(LONG);
				int sent = (int) sender().call(new Get()).sum();
				List<String> received = received();

				assertThat(received.stream().distinct()).as("commit %d, applied %s", commit, applied)
					.isEqualTo(numbers(sent));
				if (delivery == Delivery.EXACTLY_ONCE) {
					assertThat(received).as("commit %d, applied %s", commit, applied).doesNotHaveDuplicates();
				}
				this.node.restart();
				assertThat(this.node.isActive("a", "x")).as("nothing is left to send").isFalse();
				this.node.close();
			}
			assertThat(commit).isLessThan(20);
		}
	}

	@Test
	void tellThatCameTwiceIsKnownAlthoughItsSenderIsForgottenInAWriteOfUnknownOutcome() throws Exception {
		start();
		forward(Delivery.EXACTLY_ONCE);
		Gate first = this.receiver.gate();
		receiver().tell(new Do("gate"));
		first.awaitReached();
		sender().tell(new Do("send", "1"));
		awaitMailbox(2);
		Gate second = this.receiver.gate();
		receiver().tell(new Do("gate"));
		// The sender loads its state again, and sends again what it finds there
		this.node.store().failCommits(Fault.SEQUENCE_MISMATCH);
		sender().tell(new Add(1));
		awaitMailbox(4);
		// After a slow turn comes a drain of one message: the first of the two tells
		this.node.time().advance(Duration.ofMillis(2));
		first.open();
		second.awaitReached();
		// Before the second are handled: a message, and that the sender has settled
		awaitMailbox(3);
		receiver().tell(new Note("2"));
		this.node.store().failCommits(Fault.UNKNOWN_APPLIED, Fault.SEQUENCE_MISMATCH);
		second.open();
		this.node.advance(LONG);

		assertThat(received()).containsExactly("1", "2");
		assertThat(this.node.statistics("b").fenced()).as("the write was refused in the end").isEqualTo(1);
	}

	private void awaitMailbox(int messages) {
		this.node.await(() -> this.node.explain("b", "y").mailbox() == messages);
	}

	@Test
	void manyTellsOfManyMessagesFitIntoTheirWrites() {
		start(Persistence.STATE, 1 << 20);
		this.sender.on("many", (state, message, context) -> {
			for (int i = 0; i < 1_000; i++) {
				receiver().tell(new Add(1), Delivery.EXACTLY_ONCE);
			}
			return state.plus(1);
		});
		sender().call(new Get());
		this.node.store().freeze();
		sender().tell(new Note("written"));
		this.node.await(() -> this.node.store().held() == 1);
		for (int i = 0; i < 25; i++) {
			sender().tell(new Do("many"));
		}
		this.node.store().thaw();
		this.node.settle();

		assertThat(sender().call(new Get()).sum()).isEqualTo(25);
		assertThat(receiver().call(new Get()).sum()).isEqualTo(25_000);
		assertThat(this.node.undelivered()).isEmpty();
	}

	@Test
	void orderIsKeptWhenReceiverIsFull() throws Exception {
		start(Persistence.STATE, 5);
		forward(Delivery.EXACTLY_ONCE);
		Gate gate = this.receiver.gate();
		receiver().tell(new Do("gate"));
		numbers(50).forEach((number) -> sender().tell(new Do("send", number)));
		gate.awaitReached();
		await().until(() -> this.node.statistics("b").refused() > 0);
		gate.open();
		this.node.advance(LONG);

		assertThat(received()).isEqualTo(numbers(50));
	}

	@Test
	void orderIsKeptWhenStoreOfReceiverFails() {
		start();
		forward(Delivery.EXACTLY_ONCE);
		RandomGenerator random = random(7);
		List<Fault> faults = new ArrayList<>(EnumSet.complementOf(EnumSet.of(Fault.NONE)));
		this.node.store().failCommits((commit) -> commit.actor().equals(RECEIVER) ? fault(random, faults) : Fault.NONE);
		for (String number : numbers(100)) {
			sender().tell(new Do("send", number));
			this.node.advance(Duration.ofMillis(2));
			release(RECEIVER);
		}
		this.node.store().failCommits((commit) -> Fault.NONE);
		release(RECEIVER);
		this.node.advance(LONG);

		assertThat(received()).isEqualTo(numbers(100));
	}

	private void release(ActorId actor) {
		this.node.node().management().release(actor);
		this.node.rest();
	}

	@Test
	void tellToQuarantinedReceiverArrivesOnceItIsReleased() {
		start();
		forward(Delivery.EXACTLY_ONCE);
		receiver().tell(new Note("0"));
		this.node.settle();
		this.node.crash();
		this.node.store().corruptState(RECEIVER);
		sender().tell(new Do("send", "1"));
		sender().tell(new Do("send", "2"));
		this.node.advance(LONG);
		assertThat(this.node.explain("b", "y").quarantine()).isNotNull();
		this.node.store().mend(RECEIVER);
		release(RECEIVER);
		this.node.advance(LONG);

		assertThat(received()).containsExactly("0", "1", "2");
	}

	@Test
	void quarantinedSenderSendsWhatItStoredOnceItIsReleased() {
		start();
		forward(Delivery.EXACTLY_ONCE);
		this.node.store().dieAtCommit(1, true);
		sender().tell(new Do("send", "1"));
		this.node.rest();
		FaultyStore next = this.node.store();
		assertThat(next.isDead()).isTrue();
		this.node.crashWith((store) -> store.corruptState(SENDER));
		this.node.advance(LONG);
		assertThat(this.node.explain("a", "x").quarantine()).isNotNull();
		assertThat(this.receiver.handled()).isEmpty();
		this.node.store().mend(SENDER);
		release(SENDER);
		this.node.advance(LONG);

		assertThat(this.receiver.handled()).containsExactly("y 1");
	}

	@Test
	void storedTellIsSentWhenSenderCannotBeLoadedAtFirst() {
		start();
		forward(Delivery.EXACTLY_ONCE);
		this.node.store().dieAtCommit(1, true);
		sender().tell(new Do("send", "1"));
		this.node.rest();
		this.node.crashWith((store) -> store.failLoads(Fault.NOT_APPLIED, Fault.UNKNOWN, Fault.NOT_APPLIED));
		this.node.advance(LONG);

		assertThat(this.receiver.handled()).containsExactly("y 1");
	}

	@ParameterizedTest
	@EnumSource(names = "AT_MOST_ONCE", mode = EnumSource.Mode.EXCLUDE)
	void futureOfTellFromOutsideCompletesOnceReceiversWriteIsDurable(Delivery delivery) {
		start();
		receiver().tell(new Note("0"));
		this.node.settle();
		this.node.store().freeze();
		CompletableFuture<Void> told = receiver().tell(new Note("1"), delivery);
		await().until(() -> this.node.store().held() == 1);
		this.node.rest();
		assertThat(told).isNotDone();
		this.node.store().thaw();

		assertThat(told).succeedsWithin(SOON);
		this.node.crash();
		assertThat(received()).containsExactly("0", "1");
	}

	@Test
	void futureOfAtMostOnceTellCompletesWhenTaken() {
		start();
		this.node.store().freeze();

		assertThat(receiver().tell(new Note("1"), Delivery.AT_MOST_ONCE)).succeedsWithin(SOON);
	}

	@Test
	void tellsFromOutsideAreSentAgainInOrderWhenReceiverIsFull() throws Exception {
		start(Persistence.STATE, 10);
		Gate gate = this.receiver.gate();
		receiver().tell(new Do("gate"));
		gate.awaitReached();
		List<CompletableFuture<Void>> told = new ArrayList<>();
		for (String number : numbers(200)) {
			told.add(receiver().tell(new Note(number), Delivery.EXACTLY_ONCE));
		}
		gate.open();
		this.node.advance(LONG);

		assertThat(told).allSatisfy((future) -> assertThat(future).succeedsWithin(SOON));
		assertThat(received()).isEqualTo(numbers(200));
	}

	@Test
	void plainTellTakesGuaranteeOfNode() throws Exception {
		this.node = TestNode.start(new FaultyStore(), (node) -> node.withDelivery(Delivery.EXACTLY_ONCE),
				this.sender.definition("a", ActorSettings.defaults()),
				this.receiver.definition("b", ActorSettings.defaults().withMailboxCapacity(3)));
		Gate gate = this.receiver.gate();
		receiver().tell(new Do("gate"));
		gate.awaitReached();
		numbers(20).forEach((number) -> receiver().tell(new Note(number)));
		gate.open();
		this.node.advance(LONG);
		assertThat(received()).isEqualTo(numbers(20));

		this.sender.run("send", (message, context) -> receiver().tell(new Note("stored")));
		this.node.store().dieAtCommit(1, true);
		sender().tell(new Do("send"));
		this.node.rest();
		this.node.crash();
		this.node.advance(LONG);
		assertThat(received()).contains("stored");
	}

	@Test
	void messageIdIsTheSameWhenMessageComesAgainAfterCrash() {
		List<String> ids = new CopyOnWriteArrayList<>();
		this.receiver.on("id", (state, message, context) -> {
			ids.add(context.messageId());
			return state.plus(1);
		});
		this.sender.on("send", (state, message, context) -> {
			receiver().tell(new Do("id"), Delivery.EXACTLY_ONCE);
			return state.plus(1);
		});
		start();
		// The first commit is the sender's.
		this.node.store().dieAtCommit(2, false);
		sender().tell(new Do("send"));
		this.node.rest();
		this.node.crash();
		this.node.advance(LONG);

		assertThat(ids).hasSize(2);
		assertThat(ids.get(1)).isEqualTo(ids.get(0));
		assertThat(receiver().call(new Get()).sum()).isEqualTo(1);
	}

	@Test
	void messageThatFailsIsDroppedOnceAndTheNextComes() {
		start();
		AtomicInteger runs = new AtomicInteger();
		this.receiver.run("throw", (message, context) -> {
			runs.incrementAndGet();
			throw new IllegalStateException("on purpose");
		});
		CompletableFuture<Void> first = receiver().tell(new Do("throw"), Delivery.EXACTLY_ONCE);
		CompletableFuture<Void> second = receiver().tell(new Note("1"), Delivery.EXACTLY_ONCE);
		this.node.advance(LONG);

		assertThat(first).isDone();
		assertThat(second).succeedsWithin(SOON);
		assertThat(runs).hasValue(1);
		assertThat(received()).containsExactly("1");
		assertThat(this.node.undelivered()).singleElement()
			.satisfies((dropped) -> assertThat(dropped.delivery()).isEqualTo(Delivery.EXACTLY_ONCE));
	}

	@Test
	void futureOfTellInHandlerCompletesWithItsWrite() {
		AtomicReference<CompletableFuture<Void>> told = new AtomicReference<>();
		this.sender.on("send", (state, message, context) -> {
			told.set(receiver().tell(new Note("1"), Delivery.EXACTLY_ONCE));
			return state.plus(1);
		});
		start();
		sender().call(new Get());
		this.node.store().freeze();
		sender().tell(new Do("send"));
		await().until(() -> this.node.store().held() == 1);
		assertThat(told.get()).isNotDone();
		this.node.store().thaw();

		assertThat(told.get()).succeedsWithin(SOON);
	}

	@Test
	void waitingInHandlerForItsOwnTellFailsInsteadOfHanging() {
		this.sender.run("wait", (message, context) -> {
			receiver().tell(new Note("1"), Delivery.EXACTLY_ONCE).join();
			context.reply((Query) message, "waited");
		});
		start();

		assertThat(sender().ask(new Query("wait"))).failsWithin(SOON)
			.withThrowableOfType(ExecutionException.class)
			.withCauseInstanceOf(HandlerException.class);
		assertThat(received()).isEmpty();
	}

	@Test
	void receiverForgetsSendersThatNeedItNoMore() {
		start();
		this.sender.on("send", (state, message, context) -> {
			receiver().tell(new Note("n"), Delivery.EXACTLY_ONCE);
			return state.plus(1);
		});
		for (int i = 0; i < 50; i++) {
			this.node.<Message>ref("a", "k" + i).tell(new Do("send"));
			this.node.settle();
		}
		receiver().tell(new Note("last"));
		this.node.settle();
		this.node.crash();
		AtomicReference<Integer> remembered = new AtomicReference<>();
		this.node.store().tamper(RECEIVER, (stored) -> {
			remembered.set(stored.received().size());
			return stored;
		});

		assertThat(received()).hasSize(51);
		assertThat(remembered.get()).isLessThanOrEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void transfersConserveMoneyWithCrashesAtRandom(long seed) {
		RandomGenerator random = random(seed);
		Bank bank = new Bank(15);
		bank.start(new FaultyStore());
		int crashes = 0;
		for (int i = 0; i < 400; i++) {
			if (i % 20 == 0) {
				this.node.store().dieAtCommit(1 + random.nextInt(60), random.nextBoolean());
			}
			bank.transfer(random);
			if (random.nextInt(4) == 0) {
				this.node.rest();
			}
			if (this.node.store().isDead()) {
				crashes++;
				this.node.crash();
			}
		}
		this.node.crash();
		this.node.advance(LONG);

		assertThat(crashes).isGreaterThan(5);
		bank.check();
	}

	@ParameterizedTest
	@ValueSource(longs = { 4, 5 })
	void transfersConserveMoneyThoughStoreFails(long seed) {
		RandomGenerator random = random(seed);
		Bank bank = new Bank(10);
		FaultyStore store = new FaultyStore();
		bank.start(store);
		List<Fault> faults = List.of(Fault.UNKNOWN, Fault.UNKNOWN_APPLIED, Fault.NOT_APPLIED, Fault.FENCED,
				Fault.SEQUENCE_MISMATCH);
		store.failCommits((commit) -> fault(random, faults));
		for (int i = 0; i < 400; i++) {
			bank.transfer(random);
			if (i % 3 == 0) {
				this.node.advance(Duration.ofMillis(1));
			}
			if (i % 50 == 0) {
				store.failLoads(Fault.NOT_APPLIED, Fault.UNKNOWN);
			}
		}
		this.node.advance(Duration.ofSeconds(30));
		store.failCommits((commit) -> Fault.NONE);
		this.node.advance(LONG);
		bank.check();
		this.node.crash();
		bank.check();
	}

	private synchronized Fault fault(RandomGenerator random, List<Fault> faults) {
		return (random.nextInt(4) == 0) ? faults.get(random.nextInt(faults.size())) : Fault.NONE;
	}

	private static RandomGenerator random(long seed) {
		return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
	}

	/** Accounts that move money among them, each half in a message of its own. */
	private final class Bank implements StatefulActor<Account, Transfer> {

		private static final long EACH = 1_000;

		private final int accounts;

		Bank(int accounts) {
			this.accounts = accounts;
		}

		void start(FaultyStore store) {
			DeliveryTests.this.node = TestNode.start(store, (node) -> node,
					ActorDefinition.stateful("account", this, Transfer.class, Account.class,
							ActorSettings.defaults().withPassivateAfter(Duration.ofSeconds(3)).withMailboxCapacity(8)));
		}

		private ActorRef<Transfer> account(int number) {
			return DeliveryTests.this.node.ref("account", "n" + number);
		}

		void transfer(RandomGenerator random) {
			int from = random.nextInt(this.accounts);
			int to = random.nextInt(this.accounts);
			try {
				account(from).tell(new Move(to, 1 + random.nextInt(50)));
			}
			catch (MailboxFullException ex) {
				DeliveryTests.this.node.rest();
			}
		}

		void check() {
			long money = 0;
			long sent = 0;
			long received = 0;
			for (int i = 0; i < this.accounts; i++) {
				Account account = account(i).call(new Look());
				money += account.balance();
				sent += account.sent();
				received += account.received();
			}
			assertThat(received).isEqualTo(sent).isGreaterThan(50);
			assertThat(money).isEqualTo(this.accounts * EACH);
		}

		@Override
		public Account initialState(ActorId id) {
			return new Account(EACH, 0, 0);
		}

		@Override
		public Account receive(Account state, Transfer message, ActorContext<Transfer> context) {
			return switch (message) {
				case Move move -> {
					account(move.to()).tell(new Credit(move.amount()), Delivery.EXACTLY_ONCE);
					yield new Account(state.balance() - move.amount(), state.sent() + 1, state.received());
				}
				case Credit credit ->
					new Account(state.balance() + credit.amount(), state.sent(), state.received() + 1);
				case Look look -> {
					context.reply(look, state);
					yield state;
				}
			};
		}

	}

	record Account(long balance, long sent, long received) {

	}

	sealed interface Transfer {

	}

	record Move(int to, long amount) implements Transfer {

	}

	record Credit(long amount) implements Transfer {

	}

	record Look() implements Transfer, Request<Account> {

	}

}

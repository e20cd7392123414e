package dev.cajun.benchmarks;

import java.util.concurrent.atomic.LongAdder;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.Persistence;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.TypeStatistics;
import dev.cajun.node.CajunNode;
import dev.cajun.node.NodeSettings;
import dev.cajun.store.ActorStore;
import dev.cajun.store.InMemoryActorStore;

/** This project, as an application would use it without Spring. */
final class CajunContestant implements Contestant {

	static final String TYPE = "counter";

	static final NodeSettings SETTINGS = NodeSettings.defaults().withMaxActive(4_000_000);

	/** Above what the loops leave unhandled. */
	private static final int MAILBOX_CAPACITY = 2 * Loads.OUTSTANDING_TELLS;

	private final CountingActor handler = new CountingActor();

	private final CajunNode node;

	private final Actors<Command> actors;

	private final TypeStatistics statistics;

	private CajunContestant(Persistence persistence, ActorStore store) {
		ActorSettings settings = ActorSettings.defaults()
			.withPersistence(persistence)
			.withMailboxCapacity(MAILBOX_CAPACITY);
		this.node = CajunNode.builder()
			.settings(SETTINGS)
			.store(store)
			.actor(ActorDefinition.stateful(TYPE, this.handler, Command.class, Counter.class, settings))
			.build();
		this.node.start();
		this.actors = this.node.system().actors(TYPE, Command.class);
		TypeStatistics statistics = this.node.statistics().get(TYPE);
		if (statistics == null) {
			throw new IllegalStateException("No figures of " + TYPE);
		}
		this.statistics = statistics;
	}

	/** Actors that store nothing, as the peer's. */
	static CajunContestant inMemory() {
		return new CajunContestant(Persistence.NONE, new InMemoryActorStore());
	}

	/** Actors whose state is stored after each drain. */
	static CajunContestant stored(ActorStore store) {
		return new CajunContestant(Persistence.STATE, store);
	}

	@Override
	public Target target(String key) {
		return new CountingTarget(this.actors.get(key));
	}

	@Override
	public long handled() {
		return this.handler.handled.sum();
	}

	@Override
	public long ended() {
		return this.statistics.ended();
	}

	@Override
	public long writes() {
		return this.statistics.commits();
	}

	@Override
	public void close() {
		this.node.close();
	}

	sealed interface Command {

	}

	record Add(long amount) implements Command {

	}

	record AddAndGet(long amount) implements Command, Request<Long> {

	}

	record Stop() implements Command {

	}

	/** A state of 16 bytes. */
	record Counter(long messages, long total) {

		Counter plus(long amount) {
			return new Counter(this.messages + 1, this.total + amount);
		}

	}

	private record CountingTarget(ActorRef<Command> ref) implements Target {

		@Override
		public void tell() {
			this.ref.tell(new Add(1));
		}

		@Override
		public void ask() throws Exception {
			this.ref.ask(new AddAndGet(1)).get();
		}

		@Override
		public void call() {
			this.ref.call(new AddAndGet(1));
		}

		@Override
		public void stop() {
			this.ref.tell(new Stop());
		}

	}

	private static final class CountingActor implements StatefulActor<Counter, Command> {

		private final LongAdder handled = new LongAdder();

		@Override
		public Counter initialState(ActorId id) {
			return new Counter(0, 0);
		}

		@Override
		public Counter receive(Counter state, Command command, ActorContext<Command> context) {
			return switch (command) {
				case Add add -> {
					this.handled.increment();
					yield state.plus(add.amount());
				}
				case AddAndGet add -> {
					Counter next = state.plus(add.amount());
					context.reply(add, next.total());
					yield next;
				}
				case Stop stop -> {
					context.passivate();
					yield state;
				}
			};
		}

	}

}

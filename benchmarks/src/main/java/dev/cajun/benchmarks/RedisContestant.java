package dev.cajun.benchmarks;

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
import dev.cajun.redis.RedisActorStore;
import dev.cajun.redis.RedisStoreSettings;
import dev.cajun.store.ActorStore;
import io.lettuce.core.RedisURI;

/** This project on Redis: actors with a state of 100 bytes. */
final class RedisContestant implements Contestant {

	private static final String TYPE = "account";

	private final CajunNode node;

	private final Actors<Deposit> actors;

	private final TypeStatistics statistics;

	private RedisContestant(ActorStore store) {
		this.node = CajunNode.builder()
			.settings(NodeSettings.defaults())
			.store(store)
			.actor(ActorDefinition.stateful(TYPE, new Account(), Deposit.class, Balance.class,
					ActorSettings.defaults().withPersistence(Persistence.STATE)))
			.build();
		this.node.start();
		this.actors = this.node.system().actors(TYPE, Deposit.class);
		TypeStatistics statistics = this.node.statistics().get(TYPE);
		if (statistics == null) {
			throw new IllegalStateException("No figures of " + TYPE);
		}
		this.statistics = statistics;
	}

	static RedisContestant connect(String address) {
		return new RedisContestant(store(address));
	}

	private static ActorStore store(String address) {
		return new RedisActorStore(RedisStoreSettings.standalone(RedisURI.create("redis://" + address),
				NodeSettings.defaults().cluster()));
	}

	@Override
	public Target target(String key) {
		return new AccountTarget(this.actors.get(key));
	}

	@Override
	public long handled() {
		return this.statistics.handled();
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

	record Deposit(long amount) implements Request<Long> {

	}

	/** With its field names 100 bytes, more or less, when encoded. */
	record Balance(String holder, long amount) {

	}

	private record AccountTarget(ActorRef<Deposit> ref) implements Target {

		@Override
		public void tell() {
			this.ref.tell(new Deposit(1));
		}

		@Override
		public void ask() throws Exception {
			this.ref.ask(new Deposit(1)).get();
		}

		@Override
		public void call() {
			this.ref.call(new Deposit(1));
		}

		@Override
		public void stop() {
			throw new UnsupportedOperationException();
		}

	}

	private static final class Account implements StatefulActor<Balance, Deposit> {

		@Override
		public Balance initialState(ActorId id) {
			return new Balance("h".repeat(68), 0);
		}

		@Override
		public Balance receive(Balance state, Deposit deposit, ActorContext<Deposit> context) {
			Balance next = new Balance(state.holder(), state.amount() + deposit.amount());
			context.reply(deposit, next.amount());
			return next;
		}

	}

}

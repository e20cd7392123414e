package dev.cajun.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;
import dev.cajun.store.FaultyStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An actor that keeps a sum and a list, and whose other messages do what the test says.
 */
public final class TestActor implements StatefulActor<TestActor.Notes, TestActor.Message> {

	private final Map<String, Step> steps = new ConcurrentHashMap<>();

	private final List<String> handled = new CopyOnWriteArrayList<>();

	private final AtomicReference<Supplier<FaultyStore>> watching = new AtomicReference<>();

	/** The definition of an actor type with this handler. */
	public ActorDefinition definition(String type, ActorSettings settings) {
		return ActorDefinition.stateful(type, this, Message.class, Notes.class, settings);
	}

	/** What {@link Do} and {@link Query} of this name do. */
	public TestActor on(String name, Step step) {
		this.steps.put(name, step);
		return this;
	}

	/** What {@link Do} and {@link Query} of this name do, and nothing changes. */
	public TestActor run(String name, Effect effect) {
		return on(name, (state, message, context) -> {
			effect.run(message, context);
			return state;
		});
	}

	/** A {@link Do} of the name {@code gate} waits here. */
	public Gate gate() {
		Gate gate = new Gate();
		run("gate", (message, context) -> gate.pass());
		return gate;
	}

	/** Tells the store when a handler runs. */
	public TestActor watchedBy(Supplier<FaultyStore> store) {
		this.watching.set(store);
		return this;
	}

	/** Every message a handler has seen, also those that failed: actor and text. */
	public List<String> handled() {
		return this.handled;
	}

	@Override
	public Notes initialState(ActorId id) {
		return new Notes(0, List.of());
	}

	@Override
	public Notes receive(Notes state, Message message, ActorContext<Message> context) throws Exception {
		Supplier<FaultyStore> watching = this.watching.get();
		ActorId self = context.self().id();
		if (watching != null) {
			watching.get().handlerBegins(self);
		}
		try {
			this.handled.add(self.key() + " " + message.name());
			return handle(state, message, context);
		}
		finally {
			if (watching != null) {
				watching.get().handlerEnds(self);
			}
		}
	}

	private Notes handle(Notes state, Message message, ActorContext<Message> context) throws Exception {
		return switch (message) {
			case Add add -> {
				Notes next = state.plus(add.amount());
				context.reply(add, next.sum());
				yield next;
			}
			case Get get -> {
				context.reply(get, state);
				yield state;
			}
			case Note note -> state.with(note.text());
			case Do step -> this.steps.get(step.name()).take(state, step, context);
			case Query step -> this.steps.get(step.name()).take(state, step, context);
		};
	}

	/** Where a handler waits. */
	public static final class Gate {

		private final CountDownLatch reached = new CountDownLatch(1);

		private final CountDownLatch opened = new CountDownLatch(1);

		/** Waits here. */
		public void pass() throws InterruptedException {
			this.reached.countDown();
			assertThat(this.opened.await(30, TimeUnit.SECONDS)).isTrue();
		}

		/** Returns once a handler waits. */
		public Gate awaitReached() throws InterruptedException {
			assertThat(this.reached.await(10, TimeUnit.SECONDS)).isTrue();
			return this;
		}

		/** Lets handlers go on. */
		public void open() {
			this.opened.countDown();
		}

	}

	/** What a message does. */
	@FunctionalInterface
	public interface Step {

		/** Gives the next state. */
		Notes take(Notes state, Message message, ActorContext<Message> context) throws Exception;

	}

	/** What a message does besides changing the state. */
	@FunctionalInterface
	public interface Effect {

		/** Does it. */
		void run(Message message, ActorContext<Message> context) throws Exception;

	}

	/** The state. */
	public record Notes(long sum, List<String> texts) {

		/** With a higher sum. */
		public Notes plus(long amount) {
			return new Notes(this.sum + amount, this.texts);
		}

		/** With another text at the end. */
		public Notes with(String text) {
			List<String> texts = new ArrayList<>(this.texts);
			texts.add(text);
			return new Notes(this.sum, texts);
		}

	}

	/** The messages. */
	public sealed interface Message {

		/** What the message is called in tests. */
		default String name() {
			return toString();
		}

	}

	/** Adds to the sum and gives it. */
	public record Add(long amount) implements Message, Request<Long> {

	}

	/** Gives the state. */
	public record Get() implements Message, Request<Notes> {

	}

	/** Appends a text. */
	public record Note(String text) implements Message {

		@Override
		public String name() {
			return this.text;
		}

	}

	/** Does what the test says. */
	public record Do(String name, String text) implements Message {

		public Do(String name) {
			this(name, "");
		}

	}

	/** Does what the test says, and answers with a text. */
	public record Query(String name, String text) implements Message, Request<String> {

		public Query(String name) {
			this(name, "");
		}

	}

}

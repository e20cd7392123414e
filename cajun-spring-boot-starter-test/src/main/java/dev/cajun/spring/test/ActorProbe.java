package dev.cajun.spring.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import org.jspecify.annotations.Nullable;

/**
 * An actor of the test: it records what it is told, and answers requests as it is told
 * to. A field, or a parameter of the test's constructor,
 * {@code ActorProbe<AccountCommand>
 * probe} is enough; {@link #ref()} then goes wherever an {@code ActorRef<AccountCommand>}
 * is wanted, in messages and state too, because the probe is an actor of the node with a
 * type of its own.
 * <p>
 * To stand in for an actor type of the application, leave its bean out and declare the
 * probe under its type; {@code Actors<FraudCommand>} are then the probe's:
 *
 * <pre class="code">
 * &#064;ActorTest(excludeFilters = &#064;Filter(type = FilterType.ASSIGNABLE_TYPE, classes = FraudActor.class))
 * class AccountActorTests {
 *
 *     &#064;TestConfiguration
 *     static class Config {
 *
 *         &#064;Bean
 *         &#064;Actor("fraud")
 *         ActorProbe&lt;FraudCommand&gt; fraud() {
 *             return new ActorProbe&lt;&gt;();
 *         }
 *
 *     }
 * }
 * </pre>
 * <p>
 * What was recorded and the answers are forgotten after each test method. Thread-safe.
 *
 * @param <M> the type of the messages
 */
public final class ActorProbe<M> implements StatefulActor<Boolean, M> {

	private static final Duration PATIENCE = Duration.ofSeconds(3);

	private final BlockingQueue<M> unseen = new LinkedBlockingQueue<>();

	private final List<Received<M>> received = new CopyOnWriteArrayList<>();

	private final Map<Class<?>, Function<Object, Object>> answers = new ConcurrentHashMap<>();

	private volatile @Nullable Binding<M> binding;

	/** Creates a probe, to be a bean. */
	public ActorProbe() {
	}

	void bind(Actors<M> actors, Runnable idle) {
		this.binding = new Binding<>(actors, idle);
	}

	void reset() {
		this.unseen.clear();
		this.received.clear();
		this.answers.clear();
	}

	/**
	 * The probe as an actor.
	 * @return a reference that may be sent to others or kept
	 */
	public ActorRef<M> ref() {
		return ref("probe");
	}

	/**
	 * One of several actors that this probe plays.
	 * @param key the key of the actor
	 * @return a reference that may be sent to others or kept
	 */
	public ActorRef<M> ref(String key) {
		return binding().actors().get(key);
	}

	private Binding<M> binding() {
		Binding<M> binding = this.binding;
		if (binding == null) {
			throw new IllegalStateException("The probe is no bean of an application context with a node");
		}
		return binding;
	}

	/**
	 * Answers requests of a class from now on; others fail as handled without a reply.
	 * @param request the class of the requests
	 * @param answer makes the reply; what it throws reaches the caller
	 * @param <R> the type of the reply
	 * @param <T> the type of the requests
	 * @return this probe
	 */
	public <R, T extends Request<R>> ActorProbe<M> answer(Class<T> request, Function<? super T, ? extends R> answer) {
		this.answers.put(request, (message) -> answer.apply(request.cast(message)));
		return this;
	}

	/**
	 * Waits for the next message that was not yet waited for, at most 3 seconds.
	 * @return the message
	 * @throws AssertionError if none comes
	 */
	public M expectMessage() {
		return expect(PATIENCE, "a message");
	}

	/**
	 * Waits for the next message, which must be of a class.
	 * @param type the class
	 * @param <T> the class
	 * @return the message
	 * @throws AssertionError if none comes within 3 seconds, or another
	 */
	public <T extends M> T expectMessage(Class<T> type) {
		return expectMessage(type, PATIENCE);
	}

	/**
	 * Waits for the next message, which must be of a class.
	 * @param type the class
	 * @param timeout how long, in real time
	 * @param <T> the class
	 * @return the message
	 * @throws AssertionError if none comes in time, or another
	 */
	public <T extends M> T expectMessage(Class<T> type, Duration timeout) {
		M message = expect(timeout, type.getName());
		if (!type.isInstance(message)) {
			throw new AssertionError("Expected " + type.getName() + ", and the next message is " + message);
		}
		return type.cast(message);
	}

	private M expect(Duration timeout, String what) {
		try {
			M message = this.unseen.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
			if (message == null) {
				throw new AssertionError("Expected " + what + ", and none came within " + timeout.toMillis()
						+ " ms; messages before: " + messages());
			}
			return message;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new AssertionError("Interrupted while waiting for " + what, ex);
		}
	}

	/**
	 * Waits until the node is idle and checks that no message is left that was not waited
	 * for.
	 * @throws AssertionError if there is one
	 */
	public void expectNoMessage() {
		binding().idle().run();
		M message = this.unseen.peek();
		if (message != null) {
			throw new AssertionError("Expected no message, and there is " + message);
		}
	}

	/**
	 * All messages since the start of the test method, waited for or not.
	 * @return the messages, in the order they were handled
	 */
	public List<M> messages() {
		return this.received.stream().map(Received::message).toList();
	}

	/**
	 * The messages to one of the actors that this probe plays.
	 * @param key the key of the actor
	 * @return the messages, in the order they were handled
	 */
	public List<M> messages(String key) {
		return this.received.stream()
			.filter((entry) -> entry.receiver().key().equals(key))
			.map(Received::message)
			.toList();
	}

	@Override
	public Boolean initialState(ActorId id) {
		return Boolean.TRUE;
	}

	/** Called by the node. */
	@Override
	public Boolean receive(Boolean state, M message, ActorContext<M> context) {
		this.received.add(new Received<>(context.self().id(), message));
		this.unseen.add(message);
		Function<Object, Object> answer = this.answers.get(message.getClass());
		if (answer != null && message instanceof Request<?> request) {
			reply(context, request, answer.apply(message));
		}
		return state;
	}

	@SuppressWarnings("unchecked")
	private static <R> void reply(ActorContext<?> context, Request<R> request, Object value) {
		context.reply(request, (R) value);
	}

	private record Received<M>(ActorId receiver, M message) {

	}

	private record Binding<M>(Actors<M> actors, Runnable idle) {

	}

}

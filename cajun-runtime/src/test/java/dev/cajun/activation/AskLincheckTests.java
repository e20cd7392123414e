package dev.cajun.activation;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import dev.cajun.ActorId;
import dev.cajun.AskTimeoutException;
import dev.cajun.Persistence;
import dev.cajun.node.TestActor;
import dev.cajun.serialization.MessageType;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.time.VirtualTime;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A request that is handled, answered, late, timed out, taken back and sent to another
 * node at once. A timeout decides first whether a handler may still run and then what the
 * caller hears, so there is no order of whole operations to compare with; whatever the
 * interleaving, the caller hears one thing, what it hears of the handler is true, and
 * nothing is remembered of a request that is settled.
 */
public class AskLincheckTests {

	private static final ActorId ID = new ActorId("a", "x");

	private static final ActorType TYPE = new ActorType(
			new TestActor().definition("a", ActorSettings.defaults().withPersistence(Persistence.NONE)),
			TypeRegistry.builder().actor("a", TestActor.Message.class, TestActor.Notes.class, null).build());

	private static final TestActor.Add REQUEST = new TestActor.Add(1);

	private static final MessageType MESSAGE_TYPE = TYPE.messageType(ID, REQUEST);

	private final VirtualTime time = new VirtualTime();

	private final LateReplies lateReplies = new LateReplies("p1");

	private final CompletableFuture<Object> future = new CompletableFuture<>();

	private final AtomicInteger heard = new AtomicInteger();

	private final Ask ask;

	private volatile boolean handled;

	private volatile boolean takenBack;

	private volatile boolean settled;

	private volatile @Nullable Way way;

	public AskLincheckTests() {
		this.ask = new Ask(BareHost.of(this::host), TYPE, ID, MESSAGE_TYPE, REQUEST,
				new AskTerms(1, false, null, null, 1), this.future);
		var unused = this.future.whenComplete((value, error) -> this.heard.incrementAndGet());
	}

	private @Nullable Object host(String method, Object[] arguments) {
		switch (method) {
			case "scheduler" -> {
				return this.time;
			}
			case "lateReplies" -> {
				return this.lateReplies;
			}
			case "execute" -> ((Runnable) arguments[0]).run();
			case "isStopping" -> {
				return false;
			}
			case "activity" -> {
				// Nothing is known of the actor.
			}
			default -> throw new AssertionError("A request needs no " + method);
		}
		return null;
	}

	/** A handler that answers in a later turn. */
	@Operation(nonParallelGroup = "handler")
	public void handle() {
		if (this.ask.begin()) {
			this.handled = true;
			var unused = this.ask.replyTo();
		}
	}

	@Operation
	public void answer() {
		this.ask.complete("an answer");
		this.settled = true;
	}

	@Operation
	public void timeOut() {
		this.ask.timeOut();
		this.settled = true;
	}

	@Operation
	public void takeBack() {
		this.takenBack |= this.ask.cancel();
	}

	/** Again, after it has come back. */
	@Operation(nonParallelGroup = "lane")
	public void send() {
		Way last = this.way;
		if (last != null) {
			last.forgotten.set(true);
			var unused = this.ask.travel(null);
		}
		Way next = new Way();
		next.forgotten.compareAndSet(false, !this.ask.travel(next));
		this.way = next;
	}

	@Validate
	public void callerHearsOneThingAndItIsTrue() {
		if (this.settled != this.future.isDone() || this.heard.get() > 1) {
			throw new IllegalStateException("The caller heard of " + this.heard + " outcomes");
		}
		boolean notRun = this.future.isCompletedExceptionally()
				&& this.future.exceptionNow() instanceof AskTimeoutException timeout
				&& timeout.outcome() == AskTimeoutException.Outcome.NOT_RUN;
		if (this.handled && (notRun || this.takenBack)) {
			throw new IllegalStateException("A handler ran what was said not to run");
		}
		long[] kept = new long[1];
		this.lateReplies.answer(this.ask.number(), (late) -> kept[0]++);
		Way last = this.way;
		if (this.settled && (kept[0] > 0 || (last != null && !last.forgotten.get()))) {
			throw new IllegalStateException("A settled request is remembered");
		}
	}

	@Test
	void callerHearsTheTruthInEveryInterleaving() {
		new ModelCheckingOptions().iterations(16)
			.invocationsPerIteration(80)
			.threads(2)
			.actorsPerThread(2)
			.actorsBefore(0)
			.actorsAfter(0)
			.check(getClass());
	}

	/** Another node, which says at once that it knows nothing. */
	private static final class Way implements Ask.Transit {

		/** Whether the table of what is outstanding holds it no more. */
		private final AtomicBoolean forgotten = new AtomicBoolean();

		@Override
		public void settled() {
			this.forgotten.set(true);
		}

		@Override
		public void inquire(Consumer<Ask.Whereabouts> answer) {
			answer.accept(new Ask.Whereabouts(false, null));
		}

	}

}

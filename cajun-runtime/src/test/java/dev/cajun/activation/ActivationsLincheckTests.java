package dev.cajun.activation;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import dev.cajun.ActorId;
import dev.cajun.NotAMemberException;
import dev.cajun.Persistence;
import dev.cajun.node.TestActor;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.time.VirtualTime;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Senders find or begin activations while these end, and while the node stops. Beginning
 * and taking a message are two steps, so there is no order of whole operations to compare
 * with; whatever the interleaving, what was taken is handled or in an activation of the
 * table, and none begins once the table was closed and found empty.
 */
@Param(name = "actor", gen = IntGen.class, conf = "1:2")
public class ActivationsLincheckTests {

	private static final VirtualTime TIME = new VirtualTime();

	private static final ActorType TYPE = new ActorType(
			new TestActor().definition("a", ActorSettings.defaults().withPersistence(Persistence.NONE)),
			TypeRegistry.builder().actor("a", TestActor.Message.class, TestActor.Notes.class, null).build());

	private final MemoryBudget budget = new MemoryBudget(1 << 20);

	private final AtomicInteger taken = new AtomicInteger();

	private int handled;

	private boolean stopped;

	private final ReentrantLock shard = new ReentrantLock();

	private final Activations activations = new Activations(BareHost.of(this::host), 100);

	private @Nullable Object host(String method, Object[] arguments) {
		switch (method) {
			case "scheduler" -> {
				return TIME;
			}
			case "budget" -> {
				return this.budget;
			}
			case "node" -> {
				return "n1";
			}
			case "execute" -> {
				// The runner looks for what it may run.
			}
			case "ended" -> this.activations.remove((Activation) arguments[0]);
			case "whileOwned" -> {
				return whileOwned((BooleanSupplier) arguments[1]);
			}
			default -> throw new AssertionError("The table needs no " + method);
		}
		return null;
	}

	private static ActorId id(int actor) {
		return new ActorId("a", "k" + actor);
	}

	private boolean whileOwned(BooleanSupplier action) {
		this.shard.lock();
		try {
			boolean unused = action.getAsBoolean();
			return true;
		}
		finally {
			this.shard.unlock();
		}
	}

	/** As the node's mailboxes do it. */
	@Operation
	public void tell(@Param(name = "actor") int actor) {
		try {
			Activation activation = this.activations.activate(TYPE, id(actor));
			while (activation != null && !activation.offerUnbounded(new Tell("", 1))) {
				activation = this.activations.next(activation);
			}
			this.taken.incrementAndGet();
		}
		catch (NotAMemberException ex) {
			// It is told so.
		}
	}

	/** Everything that the activation has is done, and it ends. */
	@Operation(nonParallelGroup = "runner")
	public void runAndEnd(@Param(name = "actor") int actor) {
		Activation activation = this.activations.find(id(actor));
		if (activation == null || activation.depth() == 0) {
			return;
		}
		int count = 0;
		do {
			while (activation.poll(count) != null) {
				count++;
			}
		}
		while (!activation.close(count, count, this.budget));
		this.handled += count;
		this.activations.remove(activation);
	}

	/** As the node does it when it stops. */
	@Operation(nonParallelGroup = "node")
	public void close() {
		this.activations.close();
		this.stopped |= this.activations.isEmpty();
	}

	@Validate
	public void nothingTakenIsLostAndNothingBeginsOnceStopped() {
		int waiting = 0;
		for (int actor = 1; actor <= 2; actor++) {
			Activation activation = this.activations.find(id(actor));
			waiting += (activation == null) ? 0 : activation.depth();
		}
		if (this.taken.get() != this.handled + waiting) {
			throw new IllegalStateException(this.taken + " messages were taken, " + this.handled + " handled, and "
					+ waiting + " are in the table");
		}
		if (this.stopped && !this.activations.isEmpty()) {
			throw new IllegalStateException("An activation has begun although all had ended");
		}
	}

	@Test
	void losesNothingInAnyInterleaving() {
		new ModelCheckingOptions().iterations(10)
			.invocationsPerIteration(100)
			.threads(3)
			.actorsPerThread(2)
			.actorsBefore(1)
			.actorsAfter(2)
			.check(getClass());
	}

}

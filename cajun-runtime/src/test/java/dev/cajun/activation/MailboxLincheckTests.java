package dev.cajun.activation;

import dev.cajun.activation.Mailbox.Offer;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Producers on any thread, one consumer that takes, gives back, releases and closes. Run
 * one after the other, the operations are their own specification, which
 * {@link MailboxTests} is about. All messages are alike: messages of producers that race
 * have no order.
 */
@Param(name = "bound", gen = IntGen.class, conf = "1:3")
public class MailboxLincheckTests {

	private final Mailbox mailbox = Mailboxes.mailbox();

	private final MemoryBudget budget = new MemoryBudget(1 << 20);

	private int unreleased;

	@Operation
	public Offer offerWithinCapacity(@Param(name = "bound") int capacity) {
		return this.mailbox.offer(new Tell("", 1), capacity, Long.MAX_VALUE, this.budget);
	}

	@Operation
	public Offer offerWithinBytes(@Param(name = "bound") int bytes) {
		return this.mailbox.offer(new Tell("", 1), 100, bytes, this.budget);
	}

	@Operation
	public Offer offerUnbounded() {
		return this.mailbox.offer(new Tell("", 1), Mailbox.UNBOUNDED, Long.MAX_VALUE, this.budget);
	}

	@Operation(nonParallelGroup = "consumer")
	public boolean poll() {
		if (this.mailbox.poll(this.unreleased) == null) {
			return false;
		}
		this.unreleased++;
		return true;
	}

	@Operation(nonParallelGroup = "consumer")
	public boolean pollAndPutBack() {
		Envelope envelope = this.mailbox.poll(this.unreleased);
		this.mailbox.putBack(envelope);
		return envelope != null;
	}

	@Operation(nonParallelGroup = "consumer")
	public int release() {
		int count = this.unreleased;
		this.unreleased = 0;
		return this.mailbox.release(count, count, this.budget);
	}

	@Operation(nonParallelGroup = "consumer")
	public boolean close() {
		// Only who has the right to run may close: it is there while anything is taken.
		if (this.unreleased == 0 || !this.mailbox.close(this.unreleased, this.unreleased, this.budget)) {
			return false;
		}
		this.unreleased = 0;
		return true;
	}

	@Operation
	public int depth() {
		return this.mailbox.depth();
	}

	@Test
	void isLinearizableInEveryInterleaving() {
		new ModelCheckingOptions().iterations(10)
			.invocationsPerIteration(250)
			.threads(3)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(2)
			.check(getClass());
	}

}

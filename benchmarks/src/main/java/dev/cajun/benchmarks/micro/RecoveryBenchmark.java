package dev.cajun.benchmarks.micro;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import dev.cajun.ActorId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a store does for an actor that becomes active: reads an actor of 500 events, or
 * one whose state was replaced 500 times; each time another of 10 actors.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RecoveryBenchmark {

	private static final int ACTORS = 10;

	private static final byte[] DATA = new byte[AppendBenchmark.BYTES];

	/** The name of a {@link StoreKind}; what a write survives makes no difference. */
	@Param({ "embedded-ack", "redis" })
	public String store = "";

	private OpenedStore opened;

	private int next;

	/** For JMH. */
	@SuppressWarnings("NullAway.Init") // JMH calls write() before anything else
	public RecoveryBenchmark() {
	}

	/** Opens a store and writes the actors. */
	@Setup
	public void write() {
		this.opened = OpenedStore.open(StoreKind.of(this.store));
		for (int i = 0; i < ACTORS; i++) {
			this.opened.appendEvents(journaled(i), AppendBenchmark.COUNT, DATA);
			this.opened.writeStates(stateful(i), AppendBenchmark.COUNT, DATA);
		}
	}

	/** Deletes what was stored. */
	@TearDown
	public void close() throws IOException {
		this.opened.close();
	}

	/**
	 * Reads an actor with its journal.
	 * @return how many events were read
	 */
	@Benchmark
	public int recoverEvents() {
		int events = this.opened.recover(journaled(this.next++ % ACTORS)).events().size();
		if (events != AppendBenchmark.COUNT) {
			throw new IllegalStateException("Read " + events + " events");
		}
		return events;
	}

	/**
	 * Reads an actor with its state.
	 * @return how often it was written
	 */
	@Benchmark
	public long recoverState() {
		OpenedStore.Stored stored = this.opened.recover(stateful(this.next++ % ACTORS));
		if (stored.state() == null || stored.sequence() != AppendBenchmark.COUNT) {
			throw new IllegalStateException("Read sequence " + stored.sequence());
		}
		return stored.sequence();
	}

	private static ActorId journaled(int number) {
		return new ActorId("journaled", "a" + number);
	}

	private static ActorId stateful(int number) {
		return new ActorId("stateful", "a" + number);
	}

}

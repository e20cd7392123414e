package dev.cajun.benchmarks.micro;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import dev.cajun.ActorId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One actor's writes, 500 to each of one new actor after the other, by a writer that
 * waits for each: the time of one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class AppendBenchmark {

	static final int COUNT = 500;

	/** What an event and a state take. */
	static final int BYTES = 100;

	private static final byte[] DATA = new byte[BYTES];

	/** The name of a {@link StoreKind}. */
	@Param({ "embedded-ack", "embedded-fsync", "redis" })
	public String store = "";

	private OpenedStore opened;

	private int actors;

	/** For JMH. */
	@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
	public AppendBenchmark() {
	}

	/** Opens an empty store. */
	@Setup
	public void open() {
		this.opened = OpenedStore.open(StoreKind.of(this.store));
	}

	/** Deletes what was stored. */
	@TearDown
	public void close() throws IOException {
		this.opened.close();
	}

	/** Appends an event to a journal. */
	@Benchmark
	@OperationsPerInvocation(COUNT)
	public void appendEvents() {
		this.opened.appendEvents(next(), COUNT, DATA);
	}

	/** Replaces a state. */
	@Benchmark
	@OperationsPerInvocation(COUNT)
	public void writeStates() {
		this.opened.writeStates(next(), COUNT, DATA);
	}

	private ActorId next() {
		return new ActorId("account", "a" + this.actors++);
	}

}

package dev.cajun.benchmarks.micro;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A node takes shards in Redis: the time until the last is its own. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ClaimBenchmark {

	/** How many: a node's share of a cluster, or all that there are by default. */
	@Param({ "64", "1024" })
	public int shards;

	private OpenedStore opened;

	/** For JMH. */
	@SuppressWarnings("NullAway.Init") // JMH calls open() before anything else
	public ClaimBenchmark() {
	}

	/** Opens an empty store. */
	@Setup
	public void open() {
		this.opened = OpenedStore.open(StoreKind.REDIS);
	}

	/** Deletes what was stored. */
	@TearDown
	public void close() throws IOException {
		this.opened.close();
	}

	/** Claims each when the one before is answered. */
	@Benchmark
	public void claimInTurn() {
		this.opened.claimInTurn(this.shards);
	}

	/** Claims all at once, as a node does. */
	@Benchmark
	public void claimTogether() {
		this.opened.claimTogether(this.shards);
	}

}

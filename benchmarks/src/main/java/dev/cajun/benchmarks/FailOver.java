package dev.cajun.benchmarks;

import java.util.concurrent.TimeUnit;

/** How long an actor does not answer when its node is killed. */
public final class FailOver {

	private static final long MOST_NANOS = TimeUnit.MINUTES.toNanos(2);

	private static final int BEFORE = 100;

	private FailOver() {
	}

	/**
	 * Kills the node of an actor that has answered, and asks until it answers again.
	 * @param actor the actor
	 * @param node the JVM of its node
	 * @return nanoseconds from the end of the JVM to the first answer
	 * @throws Exception if there is no answer within two minutes
	 */
	public static long measure(Contestant.Target actor, OtherJvm node) throws Exception {
		for (int i = 0; i < BEFORE; i++) {
			actor.ask();
		}
		node.kill();
		long start = System.nanoTime();
		while (true) {
			try {
				actor.ask();
				return System.nanoTime() - start;
			}
			catch (Exception ex) {
				if (System.nanoTime() - start > MOST_NANOS) {
					throw ex;
				}
				Children.pause();
			}
		}
	}

}

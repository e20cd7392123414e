import java.time.Duration;

/**
 * Asks a node that gets SIGTERM how it is, as Kubernetes would, until its port closes:
 * ready until then, 503 from then on, alive all the while, and never a connection that is
 * refused to whoever has not been told.
 */
final class LeavingProbe {

	private final App app;

	private final Runnable unready;

	private final Thread thread;

	private volatile long signalled;

	private volatile long notReady;

	private volatile String wrong = "";

	/**
	 * Begins to ask.
	 * @param unready what clients do when they are told that the node is not ready
	 */
	LeavingProbe(App app, Runnable unready) {
		this.app = app;
		this.unready = unready;
		Check.equal(200, status("readiness"), "The readiness before SIGTERM");
		this.thread = Thread.ofVirtual().start(this::run);
	}

	/** From now on the node may say that it is not ready. */
	void signal() {
		this.signalled = System.nanoTime();
	}

	/** When the process has ended: how long after the signal it said so. */
	Duration await() throws InterruptedException {
		this.thread.join();
		Check.equal("", this.wrong, "What is wrong");
		Duration after = Duration.ofNanos(this.notReady - this.signalled);
		Check.that(after.toMillis() < 1000, () -> "Not ready only " + after + " after SIGTERM");
		return after;
	}

	private void run() {
		for (int readiness = status("readiness"); readiness != 0; readiness = status("readiness")) {
			int liveness = status("liveness");
			if (readiness == 503 && this.notReady == 0) {
				this.notReady = System.nanoTime();
				this.unready.run();
			}
			expect(readiness == 503 || (readiness == 200 && this.notReady == 0), "readiness was " + readiness);
			expect(readiness != 503 || this.signalled != 0, "readiness was 503 before SIGTERM");
			expect(liveness == 200 || liveness == 0, "liveness was " + liveness);
			Check.pause(Duration.ofMillis(10));
		}
		expect(this.notReady != 0, "a connection was refused before readiness was 503");
		this.unready.run();
		while (this.app.isAlive()) {
			expect(status("readiness") == 0, "the port opened again");
			Check.pause(Duration.ofMillis(10));
		}
	}

	private void expect(boolean holds, String otherwise) {
		if (!holds && this.wrong.isEmpty()) {
			this.wrong = otherwise;
		}
	}

	/** The status, or 0 when nobody answers. */
	private int status(String group) {
		Http.Answer answer = this.app.http.tryGet("/actuator/health/" + group);
		return (answer == null) ? 0 : answer.status();
	}

}

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;

/** Clients that call without a pause, each one call at a time, until they are stopped. */
final class Callers {

	private final List<Thread> threads = new ArrayList<>();

	private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

	private volatile boolean stopped;

	/**
	 * Starts {@code count} callers; each repeats what {@code calls} makes for its number.
	 */
	void start(int count, IntFunction<Call> calls) {
		for (int i = 0; i < count; i++) {
			Call call = calls.apply(i);
			this.threads.add(Thread.ofVirtual().start(() -> repeat(call)));
		}
	}

	private void repeat(Call call) {
		try {
			while (!this.stopped) {
				call.make();
			}
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
	}

	/** No further calls; those under way end with the application, or are answered. */
	void stop() {
		this.stopped = true;
	}

	void join() throws InterruptedException {
		for (Thread thread : this.threads) {
			thread.join();
		}
		for (Throwable failure : this.failures) {
			throw new AssertionError("A caller failed: " + failure, failure);
		}
	}

	/** Makes each call once, all at the same time. */
	static void once(List<? extends Call> calls) throws InterruptedException {
		Callers callers = new Callers();
		for (Call call : calls) {
			callers.threads.add(Thread.ofVirtual().start(() -> {
				try {
					call.make();
				}
				catch (Throwable ex) {
					callers.failures.add(ex);
				}
			}));
		}
		callers.join();
	}

	interface Call {

		void make() throws IOException;

	}

}

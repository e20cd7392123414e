import java.time.Duration;
import java.util.function.Supplier;

/** What must hold. Whatever does not ends the process with 1. */
final class Check {

	private Check() {
	}

	static void that(boolean holds, Supplier<String> otherwise) {
		if (!holds) {
			throw new AssertionError(otherwise.get());
		}
	}

	static void equal(Object expected, Object actual, String what) {
		that(expected.equals(actual), () -> what + ": expected " + expected + ", was " + actual);
	}

	static void pause(Duration duration) {
		try {
			Thread.sleep(duration);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Runs the checks and ends the process, whatever else still runs in it. */
	static void main(Duration atMost, Checks checks) {
		Thread.ofPlatform().daemon().start(() -> {
			pause(atMost);
			System.out.println("FAILED: not done within " + atMost);
			System.exit(1);
		});
		int result = 1;
		try {
			checks.run();
			result = 0;
		}
		catch (AssertionError ex) {
			System.out.println("FAILED: " + ex.getMessage());
		}
		catch (Throwable ex) {
			ex.printStackTrace(System.out);
		}
		System.exit(result);
	}

	interface Checks {

		void run() throws Exception;

	}

}

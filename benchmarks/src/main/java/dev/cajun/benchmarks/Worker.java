package dev.cajun.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * The program of a child JVM: one contestant, one command a line on standard input, one
 * answer a line on standard output. It ends with its input, and so with its parent.
 */
final class Worker {

	static final String RESULT = "result ";

	static final String FAILED = "failed ";

	private Worker() {
	}

	/**
	 * Runs until the input ends.
	 * @param args the side and the place for what it stores
	 */
	public static void main(String[] args) throws IOException {
		BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		int status = 0;
		try (Session session = ContestantSession.open(Side.of(args[0]), args[1])) {
			for (String command = commands.readLine(); command != null; command = commands.readLine()) {
				System.out.println(answer(session, command));
			}
		}
		catch (RuntimeException ex) {
			System.out.println(FAILED + ex);
			status = 1;
		}
		System.exit(status);
	}

	private static String answer(Session session, String command) {
		try {
			return RESULT + session.run(command);
		}
		catch (IllegalStateException ex) {
			ex.printStackTrace();
			return FAILED + ex.getMessage();
		}
	}

}

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs that are run for what they do or say at once. */
final class Commands {

	private Commands() {
	}

	/** What a program says, which ends with 0. */
	static String run(List<String> command) {
		try {
			Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
			process.getOutputStream().close();
			String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			Check.equal(0, process.waitFor(), "The exit code of " + command + ", which says: " + text);
			return text;
		}
		catch (IOException ex) {
			throw new UncheckedIOException("Cannot run " + command + "; bin/servers installs it", ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

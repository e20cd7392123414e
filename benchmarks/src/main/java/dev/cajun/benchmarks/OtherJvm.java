package dev.cajun.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Another JVM with the options of this one, for the other node of a contestant. It says
 * where it is reached in its first line of output, and ends with its input, and so with
 * this JVM.
 */
public final class OtherJvm implements AutoCloseable {

	private final Process process;

	private final String address;

	private OtherJvm(Process process, String address) {
		this.process = process;
		this.address = address;
	}

	/**
	 * Starts a JVM.
	 * @param main its class, which calls {@link #serve}
	 * @param args its arguments
	 * @return the JVM, once it has said where it is reached
	 */
	public static OtherJvm start(Class<?> main, String... args) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
		command.addAll(List.of(args));
		try {
			Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
			String address = output.readLine();
			if (address == null) {
				throw new IllegalStateException("The other JVM of " + main.getSimpleName() + " has ended");
			}
			return new OtherJvm(process, address);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * In the other JVM: says where it is reached, and ends when its parent does.
	 * @param address the address
	 * @throws IOException if the input cannot be read
	 */
	public static void serve(String address) throws IOException {
		System.out.println(address);
		while (System.in.read() >= 0) {
			// Nobody says anything
		}
		System.exit(0);
	}

	/**
	 * Where it is reached.
	 * @return what it said
	 */
	public String address() {
		return this.address;
	}

	/**
	 * Its process.
	 * @return the id
	 */
	public long pid() {
		return this.process.pid();
	}

	/**
	 * Lets it end in good order, and returns when it has.
	 * @throws Exception if it has not ended after two minutes
	 */
	public void leave() throws Exception {
		this.process.getOutputStream().close();
		if (!this.process.waitFor(2, TimeUnit.MINUTES)) {
			throw new IllegalStateException("Process " + this.process.pid() + " does not end");
		}
	}

	/** Ends it as {@code kill -9} does, and returns when it has ended. */
	public void kill() {
		this.process.destroyForcibly().onExit().join();
	}

	@Override
	public void close() {
		try {
			this.process.getOutputStream().close();
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (IOException ex) {
			this.process.destroyForcibly();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

package dev.cajun.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Servers that a benchmark starts for itself. */
final class Children {

	private Children() {
	}

	static int freePort() {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Starts a program whose output nobody reads.
	 * @param command the program, found on the PATH, and its arguments
	 * @param debian what to install on Debian where it is missing
	 */
	static Process start(List<String> command, String debian) {
		return start(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD), debian);
	}

	/** The output of a program that has been run to its end. */
	static String output(List<String> command, String debian) {
		try {
			Process process = start(new ProcessBuilder(command), debian);
			process.getOutputStream().close();
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Process start(ProcessBuilder builder, String debian) {
		try {
			return builder.redirectErrorStream(true).start();
		}
		catch (IOException ex) {
			throw new IllegalStateException("This needs '" + builder.command().getFirst()
					+ "' on the PATH: install it (Debian: apt-get install " + debian + ")", ex);
		}
	}

	/** Waits until a server does what it should. */
	static void await(Process process, String name, BooleanSupplier condition, long patienceNanos) {
		long end = System.nanoTime() + patienceNanos;
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - end > 0 || !process.isAlive()) {
				throw new IllegalStateException(name + " does not do what it should");
			}
			pause();
		}
	}

	static void pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(20);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Ends a server and deletes what it stored. */
	static void end(Process process, Path directory) {
		process.destroyForcibly();
		try {
			process.waitFor();
			try (Stream<Path> files = Files.walk(directory)) {
				for (Path file : files.toList().reversed()) {
					Files.deleteIfExists(file);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

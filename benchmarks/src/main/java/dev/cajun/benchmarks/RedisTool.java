package dev.cajun.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code redis-benchmark} with the bare script: 50 connections, 16 calls in flight on
 * each. Carries out <pre>
 * flood ACTORS NANOS                for about so long
 * tidy                              removes what was written
 * </pre>
 */
final class RedisTool implements Session {

	/** The name of the test may hold anything; the rate is the field behind it. */
	private static final Pattern RATE = Pattern.compile("\",\"([0-9.]+)\",");

	/** Substituted by the program, another number at each place. */
	private static final String RANDOM = "__rand_int__";

	private final RedisChild server;

	private final String sha;

	/** To know how many calls take how long. */
	private double rate = 50_000;

	RedisTool(RedisChild server) {
		this.server = server;
		this.sha = server.cli("SCRIPT", "LOAD", BareScript.TEXT);
		server.tidy();
	}

	@Override
	public Sample run(String command) {
		String[] words = command.split(" ", -1);
		if (words[0].equals("tidy")) {
			this.server.tidy();
			return Sample.of("tidy", 1);
		}
		long calls = Math.max(800, (long) (this.rate * Long.parseLong(words[2]) / 1e9));
		List<String> tool = new ArrayList<>(List.of("redis-benchmark", "-p", Integer.toString(this.server.port()), "-c",
				"50", "-P", "16", "-r", words[1], "-n", Long.toString(calls), "--csv", "EVALSHA", this.sha, "3"));
		tool.addAll(BareScript.keys(RANDOM));
		tool.addAll(List.of(BareScript.EPOCH, BareScript.STATE, "1"));
		String output = RedisChild.output(tool);
		Matcher matcher = RATE.matcher(output);
		// What was refused has left the fence alone
		if (!matcher.find() || this.server.cli("DBSIZE").equals("1")) {
			throw new IllegalStateException("redis-benchmark failed: " + output);
		}
		this.rate = Double.parseDouble(matcher.group(1));
		return Sample.of("rate", this.rate);
	}

	@Override
	public long cpuNanos() {
		return this.server.cpuNanos();
	}

	@Override
	public void close() {
		// The server is closed by whoever started it.
	}

}

package dev.cajun.benchmarks;

import java.util.List;

/**
 * The least that a fenced write can be: compare an epoch, set two fields of a hash,
 * append to a list. What it costs is what Redis and the way to it cost.
 */
final class BareScript {

	static final String TEXT = """
			if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then
				return 'FENCED'
			end
			redis.call('HSET', KEYS[2], 'state', ARGV[2], 'sequence', ARGV[3])
			redis.call('RPUSH', KEYS[3], ARGV[2])
			return 'OK'
			""";

	static final String FENCE = "{bare}:fence";

	static final String EPOCH = "7";

	/** All keys. */
	static final String PATTERN = "{bare}:*";

	/** 100 bytes. */
	static final String STATE = "s".repeat(100);

	private BareScript() {
	}

	/** The keys of one actor's write. */
	static List<String> keys(String actor) {
		return List.of(FENCE, "{bare}:" + actor + ":s", "{bare}:" + actor + ":j");
	}

}

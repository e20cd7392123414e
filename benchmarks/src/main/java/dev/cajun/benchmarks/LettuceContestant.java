package dev.cajun.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;

/**
 * The bare script, called through one connection of Lettuce: what a client costs without
 * a runtime. It loads nothing and remembers nothing.
 */
final class LettuceContestant implements Contestant {

	private static final byte[] EPOCH = bytes(BareScript.EPOCH);

	private static final byte[] STATE = bytes(BareScript.STATE);

	private final RedisClient client;

	private final StatefulRedisConnection<byte[], byte[]> connection;

	private final String sha;

	private final ConcurrentHashMap<String, Target> targets = new ConcurrentHashMap<>();

	private LettuceContestant(String address) {
		this.client = RedisClient.create("redis://" + address);
		this.connection = this.client.connect(ByteArrayCodec.INSTANCE);
		this.sha = this.connection.sync().scriptLoad(BareScript.TEXT);
		this.connection.sync().hset(bytes(BareScript.FENCE), bytes("epoch"), EPOCH);
	}

	static LettuceContestant connect(String address) {
		return new LettuceContestant(address);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public Target target(String key) {
		return this.targets.computeIfAbsent(key, ScriptTarget::new);
	}

	@Override
	public long handled() {
		return 0;
	}

	@Override
	public long ended() {
		return 0;
	}

	@Override
	public void close() {
		this.connection.close();
		this.client.shutdown();
	}

	private final class ScriptTarget implements Target {

		private final byte[][] keys;

		private final AtomicInteger sequence = new AtomicInteger();

		ScriptTarget(String key) {
			this.keys = BareScript.keys(key).stream().map(LettuceContestant::bytes).toArray(byte[][]::new);
		}

		@Override
		public void tell() {
			throw new UnsupportedOperationException();
		}

		@Override
		public void ask() throws Exception {
			RedisFuture<byte[]> answer = LettuceContestant.this.connection.async()
				.evalsha(LettuceContestant.this.sha, ScriptOutputType.VALUE, this.keys, EPOCH, STATE,
						bytes(Integer.toString(this.sequence.incrementAndGet())));
			String text = new String(answer.get(), StandardCharsets.UTF_8);
			if (!text.equals("OK")) {
				throw new IllegalStateException(text);
			}
		}

		@Override
		public void stop() {
			throw new UnsupportedOperationException();
		}

	}

}

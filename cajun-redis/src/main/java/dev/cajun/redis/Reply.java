package dev.cajun.redis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import org.jspecify.annotations.Nullable;

/** A reply as it came: a {@code byte[]}, a {@code Long}, or a list of these. */
final class Reply extends CommandOutput<byte[], byte[], Object> {

	/** A length is not believed beyond that: the list grows with what comes. */
	private static final int MOST_EXPECTED = 1024;

	private @Nullable Object value;

	/** The lists that are open, the outermost first; mostly there is none. */
	private @Nullable List<Level> open;

	Reply() {
		super(ByteArrayCodec.INSTANCE, null);
	}

	@Nullable Object value() {
		return this.value;
	}

	@Override
	public @Nullable Object get() {
		return this.value;
	}

	@Override
	public void set(@Nullable ByteBuffer bytes) {
		if (bytes == null) {
			add(null);
			return;
		}
		byte[] copy = new byte[bytes.remaining()];
		bytes.get(copy);
		add(copy);
	}

	@Override
	public void set(long integer) {
		add(integer);
	}

	@Override
	public void multi(int count) {
		List<@Nullable Object> list = new ArrayList<>(Math.clamp(count, 0, MOST_EXPECTED));
		add(list);
		if (count > 0) {
			List<Level> levels = this.open;
			if (levels == null) {
				levels = new ArrayList<>(3);
				this.open = levels;
			}
			levels.add(new Level(list, count));
		}
	}

	private void add(@Nullable Object element) {
		List<Level> levels = this.open;
		if (levels == null || levels.isEmpty()) {
			this.value = element;
			return;
		}
		Level level = levels.getLast();
		level.list.add(element);
		if (level.list.size() == level.count) {
			levels.removeLast();
		}
	}

	/**
	 * A list that is not full yet.
	 *
	 * @param list what came
	 * @param count how many come in all
	 */
	private record Level(List<@Nullable Object> list, int count) {

	}

}

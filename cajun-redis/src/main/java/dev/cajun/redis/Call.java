package dev.cajun.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.cajun.store.StoreException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way to Redis and back: a script or a plain command, with arguments
 * that are written into the socket's buffer straight from their arrays. Sent again, it is
 * another call with the same result.
 * <p>
 * It knows whether it may have reached the server, which decides what a failure means.
 *
 * @param <T> what the caller gets
 */
final class Call<T> implements RedisCommand<byte[], byte[], Object>, CompleteableCommand<Object> {

	private static final AtomicIntegerFieldUpdater<Call<?>> STATE = updater();

	private static final int NEW = 0;

	private static final int ENCODED = 1;

	private static final int DONE = 2;

	private static final byte[] NOTHING = { '*', '1', '\r', '\n', '$', '4', '\r', '\n', 'P', 'I', 'N', 'G', '\r',
			'\n' };

	private final ProtocolKeyword type;

	private final @Nullable Script script;

	private final int slot;

	private final int stripe;

	private final int keys;

	private final byte[][] parts;

	private final Function<@Nullable Object, T> decoder;

	private final CompletableFuture<T> result;

	private final long deadlineNanos;

	private final int attempt;

	private final Reply reply = new Reply();

	private volatile int state;

	/** Set before it is sent, and used after it is done. */
	private @Nullable Link link;

	private boolean asking;

	private Durability.@Nullable Group group;

	private @Nullable BiConsumer<? super Object, Throwable> whenDone;

	private Call(ProtocolKeyword type, @Nullable Script script, int slot, int stripe, int keys, byte[][] parts,
			Function<@Nullable Object, T> decoder, CompletableFuture<T> result, long deadlineNanos, int attempt) {
		this.type = type;
		this.script = script;
		this.slot = slot;
		this.stripe = stripe;
		this.keys = keys;
		this.parts = parts;
		this.decoder = decoder;
		this.result = result;
		this.deadlineNanos = deadlineNanos;
		this.attempt = attempt;
	}

	@SuppressWarnings({ "unchecked", "rawtypes" })
	private static AtomicIntegerFieldUpdater<Call<?>> updater() {
		return (AtomicIntegerFieldUpdater) AtomicIntegerFieldUpdater.newUpdater(Call.class, "state");
	}

	/**
	 * A call of a script.
	 * @param slot of its keys, in a Redis Cluster
	 * @param stripe chooses the connection
	 * @param keys how many of the parts are keys
	 * @param parts keys, then arguments
	 */
	static <T> Call<T> script(Script script, int slot, int stripe, int keys, byte[][] parts,
			Function<@Nullable Object, T> decoder, long deadlineNanos) {
		return new Call<>(CommandType.EVALSHA, script, slot, stripe, keys, parts, decoder, new CompletableFuture<>(),
				deadlineNanos, 0);
	}

	/** A plain command, which must not change anything unless it may be sent twice. */
	static <T> Call<T> command(ProtocolKeyword type, int slot, int stripe, byte[][] parts,
			Function<@Nullable Object, T> decoder, long deadlineNanos) {
		return new Call<>(type, null, slot, stripe, 0, parts, decoder, new CompletableFuture<>(), deadlineNanos, 0);
	}

	/** The same once more, with the source of the script or without. */
	Call<T> again(boolean source) {
		ProtocolKeyword next = (this.script != null) ? (source ? CommandType.EVAL : CommandType.EVALSHA) : this.type;
		return new Call<>(next, this.script, this.slot, this.stripe, this.keys, this.parts, this.decoder, this.result,
				this.deadlineNanos, this.attempt + 1);
	}

	CompletableFuture<T> result() {
		return this.result;
	}

	@Nullable Script script() {
		return this.script;
	}

	int slot() {
		return this.slot;
	}

	int stripe() {
		return this.stripe;
	}

	int attempt() {
		return this.attempt;
	}

	long deadlineNanos() {
		return this.deadlineNanos;
	}

	/** Whether its effect has to survive what the durability says. */
	boolean isWrite() {
		return this.script != null && switch (this.script) {
			case CLAIM, RELEASE, COMMIT, SNAPSHOT, META, EPOCH -> true;
			case LOAD, RECORDS, CONFIRM, WAKE, REMINDERS, PLACE -> false;
		};
	}

	/** Whether ASKING goes before it: the key is on its way to that server. */
	boolean isAsking() {
		return this.asking;
	}

	Call<T> asking() {
		Call<T> again = again(false);
		again.asking = true;
		return again;
	}

	Durability.@Nullable Group group() {
		return this.group;
	}

	void group(Durability.Group group) {
		this.group = group;
	}

	void sentOver(Link link) {
		this.link = link;
	}

	/** The error reply, or {@code null}. */
	@Nullable String error() {
		return this.reply.hasError() ? this.reply.getError() : null;
	}

	/** Gives the caller the reply. */
	void succeed() {
		T value;
		try {
			value = this.decoder.apply(this.reply.value());
		}
		catch (StoreException ex) {
			this.result.completeExceptionally(ex);
			return;
		}
		catch (RuntimeException ex) {
			this.result.completeExceptionally(new StoreException(StoreException.Kind.CORRUPT,
					"The Redis store cannot read an answer of " + what() + ": " + ex, ex));
			return;
		}
		this.result.complete(value);
	}

	void fail(StoreException ex) {
		this.result.completeExceptionally(ex);
	}

	String what() {
		Script called = this.script;
		return (called != null) ? called.toString() : this.type.toString();
	}

	// ---- as Lettuce sees it

	@Override
	public void encode(ByteBuf buf) {
		if (!STATE.compareAndSet(this, NEW, ENCODED) && this.state == DONE) {
			// Somebody was told that it is not sent, yet an answer will be taken for it
			buf.writeBytes(NOTHING);
			return;
		}
		Script called = this.script;
		int count = 1 + this.parts.length + ((called != null) ? 2 : 0);
		buf.writeByte('*');
		number(buf, count);
		bulk(buf, this.type.getBytes());
		if (called != null) {
			bulk(buf, (this.type == CommandType.EVAL) ? called.source() : called.digest());
			buf.writeByte('$');
			number(buf, digits(this.keys));
			number(buf, this.keys);
		}
		for (byte[] part : this.parts) {
			bulk(buf, part);
		}
	}

	private static void bulk(ByteBuf buf, byte[] bytes) {
		buf.writeByte('$');
		number(buf, bytes.length);
		buf.writeBytes(bytes);
		ByteBufUtil.writeShortBE(buf, 0x0d0a);
	}

	private static void number(ByteBuf buf, int value) {
		if (value >= 10) {
			digitsOf(buf, value / 10);
		}
		buf.writeByte('0' + value % 10);
		ByteBufUtil.writeShortBE(buf, 0x0d0a);
	}

	private static void digitsOf(ByteBuf buf, int value) {
		if (value >= 10) {
			digitsOf(buf, value / 10);
		}
		buf.writeByte('0' + value % 10);
	}

	private static int digits(int value) {
		return (value < 10) ? 1 : 1 + digits(value / 10);
	}

	@Override
	public void complete() {
		if (STATE.getAndSet(this, DONE) != DONE) {
			done();
			sender().answered(this);
		}
	}

	@Override
	public boolean completeExceptionally(Throwable cause) {
		int before = STATE.getAndSet(this, DONE);
		if (before == DONE) {
			return false;
		}
		done();
		sender().failed(this, cause, before == ENCODED);
		return true;
	}

	private void done() {
		BiConsumer<? super Object, Throwable> action = this.whenDone;
		if (action != null) {
			action.accept(null, null);
		}
	}

	private Link sender() {
		Link sender = this.link;
		if (sender == null) {
			throw new IllegalStateException("It was not sent");
		}
		return sender;
	}

	@Override
	public void cancel() {
		completeExceptionally(new IllegalStateException("The client has given it up"));
	}

	@Override
	public CommandOutput<byte[], byte[], Object> getOutput() {
		return this.reply;
	}

	@Override
	public CommandArgs<byte[], byte[]> getArgs() {
		return new CommandArgs<>(ByteArrayCodec.INSTANCE);
	}

	@Override
	public ProtocolKeyword getType() {
		return this.type;
	}

	@Override
	public boolean isCancelled() {
		return false;
	}

	@Override
	public boolean isDone() {
		return this.state == DONE;
	}

	@Override
	public void setOutput(CommandOutput<byte[], byte[], Object> output) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void onComplete(Consumer<? super Object> action) {
		onComplete((value, error) -> action.accept(value));
	}

	/** Called by the client's timeout alone, before it is sent. */
	@Override
	public void onComplete(BiConsumer<? super Object, Throwable> action) {
		this.whenDone = action;
	}

}

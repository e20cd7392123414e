package dev.cajun.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ByteArrayOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a channel whose peer owes an answer and is silent: TCP alone would take many
 * minutes to notice. Every connection is asked something each second, so that a peer
 * always owes one.
 */
@SuppressWarnings("FutureReturnValueIgnored") // whatever they become is handled in them
final class ChannelGuard extends ChannelDuplexHandler {

	private static final Logger logger = LoggerFactory.getLogger(ChannelGuard.class);

	private final long silenceNanos;

	/** Since when an answer is owed; 0 when there is none. */
	private long owedSince;

	private @Nullable Future<?> check;

	private ChannelGuard(long silenceNanos) {
		this.silenceNanos = silenceNanos;
	}

	/** Guards every channel of a client. */
	static NettyCustomizer guards(long silenceNanos) {
		return new NettyCustomizer() {

			@Override
			public void afterChannelInitialized(Channel channel) {
				channel.pipeline().addFirst(new ChannelGuard(silenceNanos));
				channel.pipeline().addLast(new Introduction());
			}

		};
	}

	@Override
	public void channelActive(ChannelHandlerContext ctx) throws Exception {
		long period = Math.max(1, this.silenceNanos / 4);
		this.check = ctx.executor().scheduleAtFixedRate(() -> check(ctx), period, period, TimeUnit.NANOSECONDS);
		super.channelActive(ctx);
	}

	@Override
	public void channelInactive(ChannelHandlerContext ctx) throws Exception {
		Future<?> scheduled = this.check;
		if (scheduled != null) {
			scheduled.cancel(false);
		}
		super.channelInactive(ctx);
	}

	@Override
	public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
		if (this.owedSince == 0) {
			this.owedSince = System.nanoTime() | 1;
		}
		super.write(ctx, msg, promise);
	}

	@Override
	public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
		this.owedSince = 0;
		super.channelRead(ctx, msg);
	}

	private void check(ChannelHandlerContext ctx) {
		if (this.owedSince != 0 && System.nanoTime() - this.owedSince > this.silenceNanos) {
			logger.warn("Redis at {} has been silent for {} ms; the connection is closed and made again",
					ctx.channel().remoteAddress(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - this.owedSince));
			this.owedSince = 0;
			ctx.close();
		}
	}

	/** Tells a {@link Greeting} its channel. */
	private static final class Introduction extends ChannelOutboundHandlerAdapter {

		@Override
		public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) throws Exception {
			if (msg instanceof Greeting greeting) {
				greeting.channel.complete(ctx.channel());
			}
			super.write(ctx, msg, promise);
		}

	}

	/**
	 * The first command of a connection: who is there? It learns its channel on the way.
	 */
	static final class Greeting extends AsyncCommand<byte[], byte[], byte[]> {

		final CompletableFuture<Channel> channel = new CompletableFuture<>();

		Greeting() {
			super(new Command<>(CommandType.INFO, new ByteArrayOutput<>(ByteArrayCodec.INSTANCE),
					new CommandArgs<byte[], byte[]>(ByteArrayCodec.INSTANCE)));
		}

		@Override
		public boolean equals(Object other) {
			return this == other;
		}

		@Override
		public int hashCode() {
			return System.identityHashCode(this);
		}

	}

}

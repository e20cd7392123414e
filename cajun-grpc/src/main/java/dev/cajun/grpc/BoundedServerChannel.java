package dev.cajun.grpc;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;

/**
 * A listening port that accepts a bounded number of connections at a time, and tells of
 * those that fail to agree on TLS.
 */
final class BoundedServerChannel extends NioServerSocketChannel {

	private final AtomicInteger open = new AtomicInteger();

	private final int max;

	private final BiConsumer<Channel, Throwable> handshakeFailed;

	BoundedServerChannel(int max, BiConsumer<Channel, Throwable> handshakeFailed) {
		this.max = max;
		this.handshakeFailed = handshakeFailed;
	}

	@Override
	protected int doReadMessages(List<Object> accepted) throws Exception {
		int count = super.doReadMessages(accepted);
		if (count > 0 && accepted.getLast() instanceof Channel connection) {
			if (this.open.incrementAndGet() > this.max) {
				this.open.decrementAndGet();
				accepted.removeLast();
				connection.unsafe().closeForcibly();
				return 0;
			}
			connection.closeFuture().addListener((closed) -> this.open.decrementAndGet());
			connection.pipeline().addLast(new HandshakeWatch(this.handshakeFailed));
		}
		return count;
	}

	/** Stands before the handler of TLS, if there is one, until the first bytes come. */
	private static final class HandshakeWatch extends ChannelInboundHandlerAdapter {

		private final BiConsumer<Channel, Throwable> failed;

		HandshakeWatch(BiConsumer<Channel, Throwable> failed) {
			this.failed = failed;
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object bytes) {
			Channel connection = context.channel();
			SslHandler tls = context.pipeline().get(SslHandler.class);
			if (tls != null) {
				tls.handshakeFuture().addListener((handshake) -> {
					if (!handshake.isSuccess()) {
						this.failed.accept(connection, handshake.cause());
					}
				});
			}
			context.pipeline().remove(this);
			context.fireChannelRead(bytes);
		}

	}

}

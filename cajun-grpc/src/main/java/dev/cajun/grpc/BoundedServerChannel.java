package dev.cajun.grpc;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioServerSocketChannel;

/** A listening port that accepts a bounded number of connections at a time. */
final class BoundedServerChannel extends NioServerSocketChannel {

	private final AtomicInteger open = new AtomicInteger();

	private final int max;

	BoundedServerChannel(int max) {
		this.max = max;
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
		}
		return count;
	}

}

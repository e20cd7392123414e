package dev.cajun.redis;

import java.util.concurrent.CompletableFuture;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.ByteArrayOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.netty.channel.Channel;

/** The first command of a connection: who is there? It learns its channel on the way. */
final class Greeting extends AsyncCommand<byte[], byte[], byte[]> {

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

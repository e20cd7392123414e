package dev.cajun.redis;

import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.channel.EventLoop;

/**
 * A connection that was made and checked.
 *
 * @param connection the connection
 * @param loop its thread
 * @param runId which run of the server this is; interned
 */
record Live(StatefulRedisConnection<byte[], byte[]> connection, EventLoop loop, String runId) {

}

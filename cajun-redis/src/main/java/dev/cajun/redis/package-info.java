/**
 * State of actors in Redis. Every operation is one Lua script that first compares the
 * fence and then writes all or nothing, so that a stale owner changes nothing, and that
 * knows the batch it applied last, so that a commit can be sent again. The only place
 * that sees the Redis client.
 */
@NullMarked
package dev.cajun.redis;

import org.jspecify.annotations.NullMarked;

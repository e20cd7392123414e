package dev.cajun;

import org.jspecify.annotations.Nullable;

/**
 * Where the answer to a request goes when the handler does not answer at once: obtained
 * from {@link ActorContext#replyTo(Request)}, used later with
 * {@link ActorContext#reply(ReplyTo, Object)} or
 * {@link ActorContext#fail(ReplyTo, Throwable)}. It is a value that may be kept in the
 * actor's state. An answer to a caller whose process has ended is dropped and counted; an
 * answer to a request with an idempotency key is stored for the next attempt all the
 * same.
 *
 * @param node the process that waits for the answer
 * @param request the number of the request in that process
 * @param requestType the logical type name of the request, which gives the reply's type
 * @param key the idempotency key of the request, or {@code null}
 * @param <R> the type of the reply
 */
@SuppressWarnings("UnusedTypeParameter") // R ties the answer to the request
public record ReplyTo<R>(String node, long request, String requestType, @Nullable String key) {

}

package dev.cajun;

/**
 * A message that expects one reply. The handler answers with
 * {@link ActorContext#reply(Request, Object)}, refuses with
 * {@link ActorContext#fail(Request, Throwable)}, or keeps
 * {@link ActorContext#replyTo(Request)} to answer later. A handler that returns having
 * done none of these fails the request at once.
 *
 * @param <R> the type of the reply; {@link Void} when only the fact counts
 */
public interface Request<R> {

}

package dev.cajun.routing;

import java.util.concurrent.CompletionStage;

import dev.cajun.store.Fence;
import dev.cajun.transport.Transport;

/**
 * What routing asks of whoever decides about ownership.
 * <p>
 * Thread-safe; no method blocks.
 */
public interface ControlPlane {

	/**
	 * Reads the placement table anew, because somebody knows a newer epoch. Requests in
	 * quick succession may share one reading that begins after the last of them.
	 * @return completes after {@link Router#routes} was called with what was read, or
	 * fails, within a bounded time
	 */
	CompletionStage<Void> refresh();

	/**
	 * The store, or a peer, says that another pair owns a shard. Routing has begun to
	 * drop it: should it still be this node's, it must be claimed and owned anew.
	 * @param mine what this node owned
	 * @param foundEpoch the epoch found
	 * @param foundOwner the owner found; empty when it is not known or there is none
	 */
	void fenced(Fence mine, long foundEpoch, String foundOwner);

	/**
	 * A process cannot be reached, as far as the link to it knows.
	 * @param nodeName its node's name
	 */
	void suspect(String nodeName);

	/**
	 * A message of another node's control plane: its first byte is 64 to 127.
	 * @param from the sending process
	 * @param message the bytes
	 */
	void received(Transport.Peer from, byte[] message);

}

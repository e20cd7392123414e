package dev.cajun.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import dev.cajun.cluster.OperationRefusedException.Status;
import dev.cajun.placement.Node;
import org.jspecify.annotations.Nullable;

/**
 * Brings what operators ask of this node to the leader, and the answer back.
 * <p>
 * Used in the event loop only.
 */
final class Commands {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private final EventLoop loop;

	private final Links links;

	private final Map<Long, CompletableFuture<String>> open = new HashMap<>();

	private long last;

	Commands(EventLoop loop, Links links) {
		this.loop = loop;
		this.links = links;
	}

	void send(Operation operation, @Nullable Node leader, CompletableFuture<String> answer) {
		long id = ++this.last;
		if (leader == null) {
			fail(answer, Status.UNAVAILABLE, "Nobody leads the cluster now; ask again");
			return;
		}
		this.open.put(id, answer);
		this.loop.after(TIMEOUT, () -> {
			if (this.open.remove(id) != null) {
				fail(answer, Status.UNAVAILABLE, "The leader " + leader.name() + " has not answered within " + TIMEOUT
						+ "; see what is so now, and ask again");
			}
		});
		if (!this.links.send(leader, new ControlMessage.Command(id, operation))) {
			this.open.remove(id);
			fail(answer, Status.UNAVAILABLE,
					"The leader " + leader.name() + " cannot be reached at " + leader.address());
		}
	}

	void answered(ControlMessage.Answer answer) {
		CompletableFuture<String> waiting = this.open.remove(answer.id());
		if (waiting != null) {
			if (answer.status() == Status.DONE) {
				waiting.complete(answer.text());
			}
			else {
				fail(waiting, answer.status(), answer.text());
			}
		}
	}

	private static void fail(CompletableFuture<String> answer, Status status, String text) {
		answer.completeExceptionally(new OperationRefusedException(status, text));
	}

}

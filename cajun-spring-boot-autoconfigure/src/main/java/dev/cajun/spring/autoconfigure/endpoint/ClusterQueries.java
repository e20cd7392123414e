package dev.cajun.spring.autoconfigure.endpoint;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.node.ActivationInfo;
import dev.cajun.node.ActivationPage;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeInfo;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Actor;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.ActorDetail;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.ActorPage;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Cluster;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Node;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Released;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Status;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Store;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Types;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Versions;
import dev.cajun.store.StoreMeta;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of the endpoint. Everything that comes in is text and may be
 * anything; whatever is wrong with it is an answer, not an exception.
 */
final class ClusterQueries {

	private static final int DEFAULT_LIMIT = 100;

	private static final long STORE_TIMEOUT_SECONDS = 10;

	private final ClusterManagement management;

	ClusterQueries(ClusterManagement management) {
		this.management = management;
	}

	Cluster cluster() {
		NodeInfo node = this.management.node();
		return new Cluster(node.cluster(), node.mode(), Status.of(node), node.node(), node.node(),
				List.of(Node.of(node)), node.shards(), Store.of(node), node.quarantined(), new Versions(
						ClusterManagement.class.getPackage().getImplementationVersion(), StoreMeta.FORMAT_VERSION));
	}

	/** Any read: the segments of the path behind the endpoint's own. */
	Answer read(String[] path, ListRequest list, @Nullable String key) {
		return switch (path.length) {
			case 0 -> Answer.ok(cluster());
			case 1 -> switch (path[0]) {
				case "types" -> Answer.ok(new Types(this.management.types()));
				case "actors" -> list(list);
				default -> unknownPath(path);
			};
			case 2 -> !path[0].equals("actors") ? unknownPath(path)
					: (key == null) ? Answer.badRequest("The query parameter 'key' is missing") : explain(path[1], key);
			case 3 -> path[0].equals("actors") ? explain(path[1], path[2]) : unknownPath(path);
			default -> unknownPath(path);
		};
	}

	private Answer unknownPath(String[] path) {
		return Answer.notFound("There is no '" + String.join("/", path)
				+ "' here; there are 'types', 'actors', 'actors/{type}/{key}' and 'actors/{type}?key='");
	}

	private Answer list(ListRequest request) {
		String type = request.given(request.type());
		String node = request.given(request.node());
		Boolean stored = request.storedFlag();
		Integer limit = request.limitNumber();
		if (stored == null) {
			return Answer.badRequest("'stored' must be true or false, was '" + request.stored() + "'");
		}
		if (limit == null || limit < 1 || limit > ClusterManagement.MAX_PAGE) {
			return Answer.badRequest("'limit' must be a number from 1 to " + ClusterManagement.MAX_PAGE + ", was '"
					+ request.limit() + "'");
		}
		if (node != null && !isThisNode(node)) {
			return Answer.notFound("There is no node '" + node + "'");
		}
		if (stored && type == null) {
			return Answer.badRequest("'stored' needs a 'type': stored actors are listed by type");
		}
		return guarded(() -> {
			if (type != null) {
				ActorId.checkType(type);
			}
			String cursor = request.given(request.cursor());
			ActivationPage page = (stored && type != null) ? stored(type, cursor, limit)
					: this.management.activations(type, cursor, limit);
			return Answer.ok(new ActorPage(page.actors().stream().map(this::row).toList(), page.cursor()));
		});
	}

	private ActivationPage stored(String type, @Nullable String cursor, int limit) throws Exception {
		return this.management.stored(type, cursor, limit)
			.toCompletableFuture()
			.get(STORE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
	}

	private Actor row(ActorId id) {
		ActivationInfo info = this.management.explain(id);
		return new Actor(id.type(), id.key(), info.node(), info.active());
	}

	private boolean isThisNode(String node) {
		String id = this.management.node().node();
		return id.equals(node) || id.startsWith(node + "#");
	}

	private Answer explain(String type, String key) {
		return guarded(() -> Answer.ok(ActorDetail.of(this.management.explain(new ActorId(type, key)))));
	}

	/** Any write. */
	Answer write(String[] path, @Nullable String key) {
		boolean keyInPath = path.length == 4;
		boolean known = (keyInPath || path.length == 3) && path[0].equals("actors")
				&& path[path.length - 1].equals("release");
		if (!known) {
			return Answer.notFound("There is no operation '" + String.join("/", path)
					+ "' here; there are 'actors/{type}/{key}/release' and 'actors/{type}/release' with 'key'");
		}
		String actorKey = keyInPath ? path[2] : key;
		return (actorKey == null) ? Answer.badRequest("'key' is missing") : release(path[1], actorKey);
	}

	private Answer release(String type, String key) {
		return guarded(() -> {
			ActorId actor = new ActorId(type, key);
			return this.management.release(actor) ? Answer.ok(new Released(type, key, true))
					: Answer.conflict("Actor " + actor + " is neither quarantined nor stopped");
		});
	}

	private static Answer guarded(Query query) {
		try {
			return query.answer();
		}
		catch (Exception ex) {
			return failed((ex instanceof ExecutionException && ex.getCause() != null) ? ex.getCause() : ex);
		}
	}

	private static Answer failed(Throwable failure) {
		return switch (failure) {
			case UnknownActorTypeException unknown -> Answer.notFound(String.valueOf(unknown.getMessage()));
			case IllegalArgumentException illegal -> Answer.badRequest(String.valueOf(illegal.getMessage()));
			case CajunException refused -> Answer.unavailable(String.valueOf(refused.getMessage()));
			case IllegalStateException notNow -> Answer.unavailable(String.valueOf(notNow.getMessage()));
			case TimeoutException timeout ->
				Answer.unavailable("The store did not answer within " + STORE_TIMEOUT_SECONDS + " s");
			case InterruptedException interrupted -> {
				Thread.currentThread().interrupt();
				yield Answer.unavailable("Interrupted");
			}
			case Error error -> throw error;
			default -> throw new IllegalStateException(failure);
		};
	}

	private interface Query {

		Answer answer() throws Exception;

	}

	/**
	 * The parameters of a list as they came.
	 *
	 * @param type only this type
	 * @param node only this node
	 * @param stored stored actors as well
	 * @param cursor where to start
	 * @param limit how many
	 */
	record ListRequest(@Nullable String type, @Nullable String node, @Nullable String stored, @Nullable String cursor,
			@Nullable String limit) {

		@Nullable String given(@Nullable String parameter) {
			return (parameter == null || parameter.isBlank()) ? null : parameter;
		}

		@Nullable Boolean storedFlag() {
			String given = given(this.stored);
			return (given == null) ? Boolean.FALSE : switch (given) {
				case "true" -> Boolean.TRUE;
				case "false" -> Boolean.FALSE;
				default -> null;
			};
		}

		@Nullable Integer limitNumber() {
			String given = given(this.limit);
			try {
				return (given == null) ? Integer.valueOf(DEFAULT_LIMIT) : Integer.valueOf(given);
			}
			catch (NumberFormatException ex) {
				return null;
			}
		}

	}

}

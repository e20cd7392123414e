package dev.cajun.spring.autoconfigure.endpoint;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.Placement;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.cluster.Operation;
import dev.cajun.cluster.OperationRefusedException;
import dev.cajun.node.ActivationPage;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.ClusterNodeInfo;
import dev.cajun.node.HotActors;
import dev.cajun.node.NodeDetails;
import dev.cajun.node.NodeInfo;
import dev.cajun.node.NodeInspection;
import dev.cajun.node.QuarantinedActors;
import dev.cajun.placement.NodeLoad;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Actor;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.ActorDetail;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.ActorPage;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Cluster;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Done;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.HotActorList;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Load;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Metadata;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Migrating;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.MigrationList;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Node;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.NodeVersion;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.NodeVersions;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Nodes;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Plan;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.QuarantineList;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Released;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Routing;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.ShardList;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Status;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.Store;
import dev.cajun.spring.autoconfigure.endpoint.Descriptors.TypeDetail;
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

	private static final int DEFAULT_HOT = 10;

	private static final long STORE_TIMEOUT_SECONDS = 10;

	private static final long LEADER_TIMEOUT_SECONDS = 10;

	private static final String READS = "'nodes', 'nodes/{id}', 'nodes/{id}/drain-plan', 'shards', 'types', 'actors', "
			+ "'actors/{type}/{key}', 'actors/{type}?key=', 'hot-actors', 'quarantined', 'routing/{type}/{key}', 'routing/{type}?key=', "
			+ "'migrations', 'load' and 'versions'";

	private static final String WRITES = "'nodes/{id}/drain', 'nodes/{id}/undrain', 'actors/{type}/{key}/migrate', "
			+ "'actors/{type}/{key}/release', both also as 'actors/{type}/…' with 'key', 'rebalance' and "
			+ "'leader/resign'";

	private final ClusterManagement management;

	ClusterQueries(ClusterManagement management) {
		this.management = management;
	}

	private Answer cluster() {
		return guarded(() -> {
			Nodes nodes = surveyed();
			// Not before: what is said of the leader should be as new as what the nodes
			// say
			NodeInfo node = this.management.node();
			return Answer.ok(new Cluster(node.cluster(), node.mode(), Status.of(node), node.node(),
					node.mode().equals("local") ? node.node() : node.leader(), nodes.nodes(), nodes.unanswered(),
					node.shards(), Store.of(node), Metadata.of(node), Descriptors.trouble(node), node.quarantined(),
					new Versions(ClusterManagement.class.getPackage().getImplementationVersion(),
							StoreMeta.FORMAT_VERSION)));
		});
	}

	private List<String> names() {
		return this.management.nodes().stream().map(ClusterNodeInfo::name).toList();
	}

	private Nodes surveyed() throws InterruptedException {
		Survey<NodeDetails> survey = Survey.of(this.management, names(), NodeInspection::node);
		return new Nodes(this.management.nodes()
			.stream()
			.map((node) -> Node.of(node, survey.answers().get(node.name())))
			.toList(), survey.unanswered());
	}

	/** What this node says of a type goes first: it knows the class behind a proxy. */
	private Answer types() {
		return guarded(() -> {
			Survey<NodeDetails> survey = Survey.of(this.management, names(), NodeInspection::node);
			Map<String, TypeDetail> types = new TreeMap<>();
			this.management.types().forEach((own) -> types.put(own.type(), TypeDetail.of(own, List.of(), 0)));
			survey.answers()
				.forEach((node, details) -> details.types()
					.forEach((type) -> types.merge(type.type(), TypeDetail.of(type, List.of(node), type.activations()),
							TypeDetail::and)));
			return Answer.ok(new Types(List.copyOf(types.values()), survey.unanswered()));
		});
	}

	private Answer load() {
		return guarded(() -> {
			Survey<NodeDetails> survey = Survey.of(this.management, names(), NodeInspection::node);
			Map<String, NodeLoad> loads = new LinkedHashMap<>();
			survey.answers().forEach((node, details) -> loads.put(node, details.load()));
			return Answer.ok(new Load(loads, survey.unanswered()));
		});
	}

	/** Any read: the segments of the path behind the endpoint's own. */
	Answer read(String[] path, ListRequest list, @Nullable String key) {
		return switch (path.length) {
			case 0 -> cluster();
			case 1 -> switch (path[0]) {
				case "types" -> types();
				case "actors" -> list(list);
				case "hot-actors" -> hotActors(list);
				case "quarantined" -> quarantined(list);
				case "nodes" -> guarded(() -> Answer.ok(surveyed()));
				case "shards" -> Answer.ok(new ShardList(this.management.shards()));
				case "migrations" -> Answer.ok(new MigrationList(this.management.migrations()));
				case "load" -> load();
				case "versions" -> Answer.ok(versions());
				default -> unknownPath(path);
			};
			case 2 -> switch (path[0]) {
				case "nodes" -> node(path[1]);
				case "actors" -> (key == null) ? missingKey() : explain(path[1], key);
				case "routing" -> (key == null) ? missingKey() : routing(path[1], key);
				default -> unknownPath(path);
			};
			case 3 -> switch (path[0]) {
				case "nodes" -> path[2].equals("drain-plan") ? drainPlan(path[1]) : unknownPath(path);
				case "actors" -> explain(path[1], path[2]);
				case "routing" -> routing(path[1], path[2]);
				default -> unknownPath(path);
			};
			default -> unknownPath(path);
		};
	}

	private static Answer missingKey() {
		return Answer.badRequest("The query parameter 'key' is missing");
	}

	private Answer unknownPath(String[] path) {
		return Answer.notFound("There is no '" + String.join("/", path) + "' here; there are " + READS);
	}

	private Answer node(String node) {
		return guarded(() -> {
			for (ClusterNodeInfo known : this.management.nodes()) {
				if (known.name().equals(name(node))) {
					Survey<NodeDetails> survey = Survey.of(this.management, List.of(known.name()),
							NodeInspection::node);
					return Answer.ok(Node.of(known, survey.answers().get(known.name())));
				}
			}
			return noNode(node);
		});
	}

	private static Answer noNode(String node) {
		return Answer.notFound("There is no node '" + node + "'");
	}

	/** A node's name; an id with its incarnation is as good. */
	private static String name(String node) {
		int hash = node.indexOf('#');
		return (hash < 0) ? node : node.substring(0, hash);
	}

	private Answer drainPlan(String node) {
		return guarded(() -> Answer.ok(new Plan(name(node), this.management.drainPlan(name(node)))));
	}

	private Answer routing(String type, String key) {
		return guarded(() -> Answer.ok(Routing.of(this.management.routing(new ActorId(type, key)))));
	}

	private NodeVersions versions() {
		List<NodeVersion> versions = this.management.nodes()
			.stream()
			.map((node) -> new NodeVersion(node.name(), node.version().isEmpty() ? null : node.version(),
					node.protocol()))
			.toList();
		long different = versions.stream().map((node) -> node.version() + "/" + node.protocol()).distinct().count();
		return new NodeVersions(versions, different > 1);
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
			return wrongLimit(request, ClusterManagement.MAX_PAGE);
		}
		if (node != null && !names().contains(name(node))) {
			return noNode(node);
		}
		if (stored && type == null) {
			return Answer.badRequest("'stored' needs a 'type': stored actors are listed by type");
		}
		return guarded(() -> {
			if (type != null) {
				ActorId.checkType(type);
			}
			List<String> nodes = (node == null) ? names() : List.of(name(node));
			String cursor = request.given(request.cursor());
			return Answer
				.ok((stored && type != null) ? stored(type, nodes, cursor, limit) : active(type, nodes, cursor, limit));
		});
	}

	/** The actors of all nodes that have most to do. */
	private Answer hotActors(ListRequest request) {
		Integer limit = (request.given(request.limit()) == null) ? Integer.valueOf(DEFAULT_HOT) : request.limitNumber();
		if (limit == null || limit < 1 || limit > ClusterManagement.MAX_HOT_ACTORS) {
			return wrongLimit(request, ClusterManagement.MAX_HOT_ACTORS);
		}
		return guarded(() -> {
			Survey<HotActors> survey = Survey.of(this.management, names(), (node) -> node.hotActors(limit));
			return Answer.ok(HotActorList.of(survey.answers(), limit, survey.unanswered()));
		});
	}

	/** The actors of all nodes that refuse messages. */
	private Answer quarantined(ListRequest request) {
		Integer limit = request.limitNumber();
		if (limit == null || limit < 1 || limit > ClusterManagement.MAX_PAGE) {
			return wrongLimit(request, ClusterManagement.MAX_PAGE);
		}
		return guarded(() -> {
			Survey<QuarantinedActors> survey = Survey.of(this.management, names(), (node) -> node.quarantined(limit));
			return Answer.ok(QuarantineList.of(survey.answers(), limit, survey.unanswered()));
		});
	}

	private static Answer wrongLimit(ListRequest request, int most) {
		return Answer.badRequest("'limit' must be a number from 1 to " + most + ", was '" + request.limit() + "'");
	}

	/** The pages of all nodes as one, by id; an actor is active on one node at most. */
	private ActorPage active(@Nullable String type, List<String> nodes, @Nullable String cursor, int limit)
			throws InterruptedException {
		// Is answered as any node would, and so says what is wrong with the question
		this.management.activations(type, cursor, 1);
		Survey<ActivationPage> survey = Survey.of(this.management, nodes,
				(each) -> each.activations(type, cursor, limit));
		NavigableMap<ActorId, String> found = new TreeMap<>();
		survey.answers().forEach((node, page) -> page.actors().forEach((actor) -> found.put(actor, node)));
		boolean more = found.size() > limit
				|| survey.answers().values().stream().anyMatch((page) -> page.cursor() != null);
		List<ActorId> shown = found.keySet().stream().limit(limit).toList();
		return new ActorPage(shown.stream().map((actor) -> row(actor, found.get(actor), true)).toList(),
				more ? shown.getLast().toString() : null, survey.unanswered());
	}

	/**
	 * What is stored, and of that what is active; of some nodes what their shards hold.
	 */
	private ActorPage stored(String type, List<String> nodes, @Nullable String cursor, int limit) throws Exception {
		ActivationPage page = this.management.stored(type, cursor, limit)
			.toCompletableFuture()
			.get(STORE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
		Survey<ActivationPage> survey = Survey.of(this.management, nodes, (each) -> each.active(page.actors()));
		Map<ActorId, String> active = new HashMap<>();
		survey.answers().forEach((node, some) -> some.actors().forEach((actor) -> active.put(actor, node)));
		boolean everywhere = nodes.containsAll(names());
		List<Actor> rows = page.actors()
			.stream()
			.map((actor) -> row(actor, active.getOrDefault(actor, this.management.routing(actor).node()),
					active.containsKey(actor)))
			.filter((row) -> everywhere || nodes.contains(row.node()))
			.toList();
		return new ActorPage(rows, page.cursor(), survey.unanswered());
	}

	private static Actor row(ActorId id, @Nullable String node, boolean active) {
		return new Actor(id.type(), id.key(), node, active);
	}

	private Answer explain(String type, String key) {
		return guarded(() -> {
			ActorId actor = new ActorId(type, key);
			NodeInspection owner = owner(actor);
			return Answer.ok(ActorDetail
				.of((owner == null) ? this.management.explain(actor) : Survey.one(owner.explain(actor))));
		});
	}

	/**
	 * The node that has the actor if any has, or {@code null} while nobody owns its
	 * shard.
	 */
	private @Nullable NodeInspection owner(ActorId actor) {
		String node = this.management.routing(actor).node();
		return (node == null) ? null : this.management.at(node);
	}

	/** Any write. */
	Answer write(String[] path, WriteRequest request) {
		if (path.length == 0) {
			return Answer.notFound("There is no operation here; there are " + WRITES);
		}
		String operation = path[path.length - 1];
		if (path[0].equals("actors") && (path.length == 3 || path.length == 4)) {
			String key = (path.length == 4) ? path[2] : request.key();
			if (operation.equals("release")) {
				return (key == null) ? Answer.badRequest("'key' is missing") : release(path[1], key);
			}
			if (operation.equals("migrate")) {
				return (key == null) ? Answer.badRequest("'key' is missing") : migrate(path[1], key, request.target());
			}
		}
		else if (path[0].equals("nodes") && path.length == 3) {
			Boolean force = flag(request.force());
			if (operation.equals("drain")) {
				return (force == null)
						? Answer.badRequest("'force' must be true or false, was '" + request.force() + "'")
						: operate("drain", new Operation.Drain(name(path[1]), force));
			}
			if (operation.equals("undrain")) {
				return operate("undrain", new Operation.Undrain(name(path[1])));
			}
		}
		else if (path.length == 1 && operation.equals("rebalance")) {
			Boolean dryRun = flag(request.dryRun());
			return (dryRun == null)
					? Answer.badRequest("'dryRun' must be true or false, was '" + request.dryRun() + "'")
					: operate("rebalance", new Operation.Rebalance(dryRun));
		}
		else if (path.length == 2 && path[0].equals("leader") && operation.equals("resign")) {
			return operate("resign", new Operation.Resign());
		}
		return Answer.notFound("There is no operation '" + String.join("/", path) + "' here; there are " + WRITES);
	}

	private Answer migrate(String type, String key, @Nullable String target) {
		return guarded(() -> {
			ActorId actor = new ActorId(type, key);
			int shard = this.management.routing(actor).shard();
			NodeInspection owner = owner(actor);
			Integer activations = (owner == null) ? null : activeIn(owner, shard);
			String result = operated(new Operation.Migrate(shard, (target == null) ? null : name(target)));
			return Answer.accepted(new Migrating("migrate", result, shard, activations));
		});
	}

	/** Whoever cannot be asked is no reason not to take its shards away. */
	private static @Nullable Integer activeIn(NodeInspection owner, int shard) throws Exception {
		try {
			return Survey.one(owner.activeIn(shard));
		}
		catch (ExecutionException | TimeoutException ex) {
			return null;
		}
	}

	private Answer operate(String name, Operation operation) {
		return guarded(() -> Answer.accepted(new Done(name, operated(operation))));
	}

	/** Begun, and carried on by whoever leads. */
	private String operated(Operation operation) throws Exception {
		return this.management.operate(operation).toCompletableFuture().get(LEADER_TIMEOUT_SECONDS, TimeUnit.SECONDS);
	}

	private static @Nullable Boolean flag(@Nullable String given) {
		return (given == null || given.isBlank()) ? Boolean.FALSE : switch (given) {
			case "true" -> Boolean.TRUE;
			case "false" -> Boolean.FALSE;
			default -> null;
		};
	}

	private Answer release(String type, String key) {
		return guarded(() -> {
			ActorId actor = new ActorId(type, key);
			return isEverywhere(type) ? releaseAnywhere(actor) : released(actor, releasedByOwner(actor));
		});
	}

	private static Answer released(ActorId actor, boolean released) {
		return released ? Answer.ok(new Released(actor.type(), actor.key(), true))
				: Answer.conflict("Actor " + actor + " is neither quarantined nor stopped");
	}

	private Answer releaseAnywhere(ActorId actor) throws InterruptedException {
		Survey<Boolean> survey = Survey.of(this.management, names(), (node) -> node.release(actor));
		boolean released = survey.answers().containsValue(true);
		return (released || survey.unanswered().isEmpty()) ? released(actor, released) : Answer.unavailable(
				"Actor " + actor + " was released on no node that answers; these do not: " + survey.unanswered());
	}

	private boolean releasedByOwner(ActorId actor) throws Exception {
		NodeInspection owner = owner(actor);
		return owner != null && Survey.one(owner.release(actor));
	}

	/** Whether each node has actors of its own of a type. */
	private boolean isEverywhere(String type) {
		return this.management.types()
			.stream()
			.anyMatch((own) -> own.type().equals(type) && own.placement().equals(Placement.LOCAL.name()));
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
			case OperationRefusedException refused -> switch (refused.status()) {
				case NOT_FOUND -> Answer.notFound(String.valueOf(refused.getMessage()));
				case CONFLICT -> Answer.conflict(String.valueOf(refused.getMessage()));
				case UNAVAILABLE, DONE -> Answer.unavailable(String.valueOf(refused.getMessage()));
			};
			case CajunException refused -> Answer.unavailable(String.valueOf(refused.getMessage()));
			case IllegalStateException notNow -> Answer.unavailable(String.valueOf(notNow.getMessage()));
			case TimeoutException timeout ->
				Answer.unavailable("There was no answer within " + STORE_TIMEOUT_SECONDS + " s");
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

	/**
	 * The arguments of a write as they came.
	 *
	 * @param key the actor's key, where the path has none
	 * @param target the node to move to
	 * @param force whether fewer nodes than wanted may stay
	 * @param dryRun whether to say only what would be done
	 */
	record WriteRequest(@Nullable String key, @Nullable String target, @Nullable String force,
			@Nullable String dryRun) {

	}

}

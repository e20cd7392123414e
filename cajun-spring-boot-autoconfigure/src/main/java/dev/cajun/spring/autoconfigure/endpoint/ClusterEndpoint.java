package dev.cajun.spring.autoconfigure.endpoint;

import dev.cajun.node.ClusterManagement;
import dev.cajun.spring.autoconfigure.endpoint.ClusterQueries.ListRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;

/**
 * The cluster, its nodes, its actor types and its actors.
 */
@Endpoint(id = "cluster", defaultAccess = Access.READ_ONLY)
class ClusterEndpoint {

	private final ClusterQueries queries;

	ClusterEndpoint(ClusterManagement management) {
		this.queries = new ClusterQueries(management);
	}

	ClusterQueries queries() {
		return this.queries;
	}

	@ReadOperation
	OperationResponseBody cluster() {
		return body(this.queries.read(new String[0], new ListRequest(null, null, null, null, null), null));
	}

	/** The resources below, by the segments of their path. */
	@ReadOperation
	OperationResponseBody find(@Selector(match = Match.ALL_REMAINING) String[] path, @Nullable String type,
			@Nullable String node, @Nullable String stored, @Nullable String cursor, @Nullable String limit,
			@Nullable String key) {
		return body(this.queries.read(path, new ListRequest(type, node, stored, cursor, limit), key));
	}

	private static OperationResponseBody body(Answer answer) {
		if (answer.body() instanceof Answer.ErrorDescriptor error) {
			throw new InvalidEndpointRequestException(error.reason(), error.reason());
		}
		return answer.body();
	}

}

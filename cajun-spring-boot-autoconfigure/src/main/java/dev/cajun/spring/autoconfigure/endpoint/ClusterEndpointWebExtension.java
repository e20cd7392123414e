package dev.cajun.spring.autoconfigure.endpoint;

import java.security.Principal;
import java.util.Map;
import java.util.regex.Pattern;

import dev.cajun.spring.autoconfigure.endpoint.ClusterQueries.ListRequest;
import dev.cajun.spring.autoconfigure.endpoint.ClusterQueries.WriteRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.context.ApplicationEventPublisher;

/**
 * The endpoint over HTTP: status codes, and everything that writes. One operation takes
 * every path below, which makes {@code /cluster/} the same as {@code /cluster} and a key
 * one segment, whatever it holds.
 */
@EndpointWebExtension(endpoint = ClusterEndpoint.class)
class ClusterEndpointWebExtension {

	private static final Logger logger = LoggerFactory.getLogger(ClusterEndpointWebExtension.class);

	private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Zl}\\p{Zp}]");

	private final ClusterQueries queries;

	private final ApplicationEventPublisher events;

	ClusterEndpointWebExtension(ClusterEndpoint endpoint, ApplicationEventPublisher events) {
		this.queries = endpoint.queries();
		this.events = events;
	}

	@ReadOperation
	WebEndpointResponse<OperationResponseBody> find(@Selector(match = Match.ALL_REMAINING) String[] path,
			@Nullable String type, @Nullable String node, @Nullable String stored, @Nullable String cursor,
			@Nullable String limit, @Nullable String key) {
		return response(this.queries.read(path, new ListRequest(type, node, stored, cursor, limit), key));
	}

	@WriteOperation
	WebEndpointResponse<OperationResponseBody> write(SecurityContext security,
			@Selector(match = Match.ALL_REMAINING) String[] path, @Nullable String key, @Nullable String target,
			@Nullable String force, @Nullable String dryRun) {
		WriteRequest request = new WriteRequest(key, target, force, dryRun);
		Answer answer = this.queries.write(path, request);
		Principal principal = security.getPrincipal();
		String who = (principal != null) ? principal.getName() : "anonymous";
		String operation = String.join("/", path);
		logger.info("Cluster operation '{}' ({}) by {} was answered {}", inOneLine(operation),
				inOneLine(request.toString()), inOneLine(who), answer.status());
		this.events.publishEvent(new AuditApplicationEvent(who, "CAJUN_CLUSTER_WRITE",
				Map.of("operation", operation, "key", (key != null) ? key : "", "target",
						(target != null) ? target : "", "force", (force != null) ? force : "", "dryRun",
						(dryRun != null) ? dryRun : "", "status", answer.status())));
		return response(answer);
	}

	/** A key may hold anything, and would otherwise write lines of its own. */
	private static String inOneLine(String text) {
		return CONTROL.matcher(text).replaceAll("?");
	}

	private static WebEndpointResponse<OperationResponseBody> response(Answer answer) {
		return new WebEndpointResponse<>(answer.body(), answer.status());
	}

}

package dev.cajun.etcd;

import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

import dev.cajun.metadata.MetadataException.Kind;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * What an error of gRPC or etcd says about the operation. What is not known to be
 * definite is {@link Kind#UNKNOWN}: a proposal may be applied long after its caller was
 * told that it timed out.
 */
final class Failures {

	private Failures() {
	}

	static Kind kindOf(Throwable error) {
		Status status = statusOf(error);
		String text = text(status);
		return switch (status.getCode()) {
			case NOT_FOUND -> text.contains("lease not found") ? Kind.LEASE_NOT_FOUND : Kind.UNKNOWN;
			case PERMISSION_DENIED, INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED -> Kind.DENIED;
			case UNAUTHENTICATED -> unauthenticated(status);
			case RESOURCE_EXHAUSTED -> exhausted(text);
			case UNAVAILABLE -> unavailable(status, text);
			default -> text.contains("invalid auth token") ? Kind.DENIED : Kind.UNKNOWN;
		};
	}

	/**
	 * jetcd answers so for whatever went wrong while it asked for a token, before the
	 * operation itself was sent.
	 */
	private static Kind unauthenticated(Status status) {
		Throwable cause = status.getCause();
		if (cause == null) {
			return Kind.DENIED;
		}
		return (kindOf(cause) == Kind.DENIED) ? Kind.DENIED : Kind.NOT_APPLIED;
	}

	private static Kind exhausted(String text) {
		if (text.contains("larger than max") || text.contains("exceeds maximum")) {
			return Kind.DENIED;
		}
		return text.startsWith("etcdserver:") ? Kind.NOT_APPLIED : Kind.UNKNOWN;
	}

	private static Kind unavailable(Status status, String text) {
		boolean refused = text.startsWith("etcdserver: no leader") || text.startsWith("etcdserver: rpc not supported")
				|| text.startsWith("etcdserver: not capable");
		for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
			refused |= cause instanceof ConnectException;
		}
		return refused ? Kind.NOT_APPLIED : Kind.UNKNOWN;
	}

	/**
	 * The token has expired, or the users were changed: nothing was done, and jetcd asks
	 * for another token at the next call.
	 */
	static boolean isTokenExpired(Throwable error) {
		String text = text(statusOf(error));
		return text.contains("invalid auth token") || text.contains("revision of auth store is old");
	}

	/** etcd writes nothing until somebody has made space and disarmed its alarm. */
	static boolean isOutOfSpace(Throwable error) {
		return text(statusOf(error)).contains("database space exceeded");
	}

	/** There is no connection, or it was lost: nothing that etcd has said. */
	static boolean isDisconnected(Throwable error) {
		Status status = statusOf(error);
		boolean unavailable = status.getCode() == Status.Code.UNAVAILABLE && !text(status).startsWith("etcdserver:");
		return unavailable || (status.getCode() == Status.Code.UNAUTHENTICATED && status.getCause() != null
				&& isDisconnected(status.getCause()));
	}

	/** For people. */
	static String describe(Throwable error) {
		if (unwrap(error) instanceof TimeoutException) {
			return "no answer";
		}
		Status status = statusOf(error);
		String text = text(status);
		Throwable root = status.getCause();
		while (root != null && root.getCause() != null) {
			root = root.getCause();
		}
		StringBuilder description = new StringBuilder(status.getCode().name());
		if (!text.isEmpty()) {
			description.append(": ").append(text);
		}
		if (root != null && root.getMessage() != null) {
			description.append(" (").append(root.getMessage()).append(')');
		}
		return description.toString();
	}

	private static Status statusOf(Throwable error) {
		Throwable unwrapped = unwrap(error);
		if (unwrapped instanceof EtcdException etcd) {
			Status.Code code = code(etcd.getErrorCode());
			return code.toStatus().withDescription(etcd.getMessage()).withCause(etcd.getCause());
		}
		if (unwrapped instanceof StatusRuntimeException || unwrapped instanceof StatusException) {
			return Status.fromThrowable(unwrapped);
		}
		return Status.UNKNOWN.withDescription(unwrapped.toString()).withCause(unwrapped.getCause());
	}

	private static Status.Code code(ErrorCode code) {
		return Status.Code.valueOf(code.name());
	}

	private static Throwable unwrap(Throwable error) {
		Throwable unwrapped = error;
		while ((unwrapped instanceof CompletionException || unwrapped instanceof ExecutionException)
				&& unwrapped.getCause() != null) {
			unwrapped = unwrapped.getCause();
		}
		return unwrapped;
	}

	private static String text(Status status) {
		@Nullable String description = status.getDescription();
		return (description == null) ? "" : description;
	}

}

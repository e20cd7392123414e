package dev.cajun.etcd;

import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import dev.cajun.metadata.MetadataException.Kind;
import io.etcd.jetcd.common.exception.ErrorCode;
import io.etcd.jetcd.common.exception.EtcdExceptionFactory;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

class FailuresTests {

	@ParameterizedTest
	@MethodSource
	void saysWhatIsKnown(Status status, Kind kind) {
		assertThat(Failures.kindOf(status.asRuntimeException())).isEqualTo(kind);
		assertThat(Failures.kindOf(new CompletionException(status.asException()))).isEqualTo(kind);
	}

	static Stream<Arguments> saysWhatIsKnown() {
		Status unavailable = Status.UNAVAILABLE;
		return Stream.of(arguments(unavailable.withDescription("etcdserver: no leader"), Kind.NOT_APPLIED),
				arguments(unavailable.withDescription("io exception").withCause(new ConnectException("refused")),
						Kind.NOT_APPLIED),
				arguments(unavailable.withDescription("io exception"), Kind.UNKNOWN),
				arguments(unavailable, Kind.UNKNOWN),
				arguments(unavailable.withDescription("etcdserver: request timed out"), Kind.UNKNOWN),
				arguments(unavailable.withDescription("etcdserver: leader changed"), Kind.UNKNOWN),
				arguments(unavailable.withDescription("etcdserver: server stopped"), Kind.UNKNOWN),
				arguments(Status.DEADLINE_EXCEEDED, Kind.UNKNOWN), arguments(Status.CANCELLED, Kind.UNKNOWN),
				arguments(Status.INTERNAL, Kind.UNKNOWN), arguments(Status.UNKNOWN, Kind.UNKNOWN),
				arguments(Status.NOT_FOUND.withDescription("etcdserver: requested lease not found"),
						Kind.LEASE_NOT_FOUND),
				arguments(Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: mvcc: database space exceeded"),
						Kind.NOT_APPLIED),
				arguments(Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests"), Kind.NOT_APPLIED),
				arguments(Status.RESOURCE_EXHAUSTED.withDescription("grpc: received message larger than max (9 vs. 8)"),
						Kind.DENIED),
				arguments(Status.INVALID_ARGUMENT.withDescription("etcdserver: request is too large"), Kind.DENIED),
				arguments(Status.INVALID_ARGUMENT.withDescription("etcdserver: user name is empty"), Kind.DENIED),
				arguments(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied"), Kind.DENIED),
				arguments(Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token"), Kind.DENIED),
				// How jetcd reports what happened while it asked for a token
				arguments(
						Status.UNAUTHENTICATED
							.withCause(Status.INVALID_ARGUMENT.withDescription("authentication failed").asException()),
						Kind.DENIED),
				arguments(Status.UNAUTHENTICATED.withCause(unavailable.asException()), Kind.NOT_APPLIED),
				arguments(Status.UNAUTHENTICATED.withCause(Status.DEADLINE_EXCEEDED.asException()), Kind.NOT_APPLIED));
	}

	@Test
	void knowsExceptionsOfJetcd() {
		assertThat(Failures.kindOf(
				EtcdExceptionFactory.newEtcdException(ErrorCode.NOT_FOUND, "etcdserver: requested lease not found")))
			.isEqualTo(Kind.LEASE_NOT_FOUND);
		assertThat(Failures.kindOf(EtcdExceptionFactory.newEtcdException(ErrorCode.UNAVAILABLE, null)))
			.isEqualTo(Kind.UNKNOWN);
	}

	@Test
	void takesAnythingElseForUnknown() {
		assertThat(Failures.kindOf(new TimeoutException())).isEqualTo(Kind.UNKNOWN);
		assertThat(Failures.kindOf(new IllegalStateException("x"))).isEqualTo(Kind.UNKNOWN);
		assertThat(Failures.describe(new TimeoutException())).isEqualTo("no answer");
	}

	@Test
	void knowsExpiredTokens() {
		assertThat(Failures.isTokenExpired(
				Status.UNAUTHENTICATED.withDescription("etcdserver: invalid auth token").asRuntimeException()))
			.isTrue();
		assertThat(Failures
			.isTokenExpired(Status.INVALID_ARGUMENT.withDescription("etcdserver: revision of auth store is old")
				.asRuntimeException()))
			.isTrue();
		assertThat(Failures.isTokenExpired(Status.UNAUTHENTICATED.asRuntimeException())).isFalse();
	}

	@Test
	void describesWhatWentWrongAtBottom() {
		Throwable error = Status.UNAVAILABLE.withDescription("io exception")
			.withCause(new ConnectException("Connection refused: /127.0.0.1:2379"))
			.asRuntimeException();
		assertThat(Failures.describe(error)).contains("io exception").contains("Connection refused: /127.0.0.1:2379");
	}

}

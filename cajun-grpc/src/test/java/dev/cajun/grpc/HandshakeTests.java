package dev.cajun.grpc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import dev.cajun.transport.Address;
import dev.cajun.transport.Frame;
import dev.cajun.transport.Refusal;
import dev.cajun.transport.Transport;
import dev.cajun.transport.Wire;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Who is let in, and what the others are told. */
class HandshakeTests {

	private final List<AutoCloseable> opened = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable one : this.opened) {
			one.close();
		}
	}

	private Endpoint start(String name, String token, String previousToken) {
		return start(name, (settings) -> settings.withTokens(token, previousToken));
	}

	private Endpoint start(String name, UnaryOperator<GrpcSettings> changes) {
		Endpoint endpoint = new Endpoint(name, changes);
		this.opened.add(endpoint);
		return endpoint;
	}

	@Test
	void refusesWrongToken() {
		Endpoint a = start("a", "wrong-secret", null);
		Endpoint b = start("b", "right-secret", null);
		a.send(b, "m");

		assertThat(a.trouble(b)).contains("b does not know this token")
			.contains("cajun.transport.token")
			.doesNotContain("secret");
		assertThat(b.refused(Refusal.TOKEN)).isPositive();
		assertThat(b.received()).isEmpty();
	}

	@Test
	void refusesWhoShowsNoToken() {
		Endpoint a = start("a", null, null);
		Endpoint b = start("b", "right-secret", null);
		a.send(b, "m");

		assertThat(a.trouble(b)).contains("b does not know this token");
	}

	@Test
	void probeWithWrongTokenSaysNothing() {
		Endpoint a = start("a", "wrong-secret", null);
		Endpoint b = start("b", "right-secret", null);

		assertThat(a.transport.probe(b.peer.address(), java.time.Duration.ofSeconds(10)).toCompletableFuture().join())
			.isInstanceOf(Transport.Probe.Silent.class);
	}

	@Test
	void tokenIsChangedOneNodeAfterTheOther() {
		Endpoint old = start("old", "t1", null);
		Endpoint next = start("next", "t2", "t1");
		Endpoint last = start("last", "t2", null);
		old.deliver(next, "old to next");
		next.deliver(old, "next to old");
		next.deliver(last, "next to last");
		last.deliver(next, "last to next");
		last.send(old, "last to old");

		assertThat(last.trouble(old)).contains("token");
		assertThat(
				next.transport.probe(old.peer.address(), java.time.Duration.ofSeconds(10)).toCompletableFuture().join())
			.isInstanceOf(Transport.Probe.Reached.class);
	}

	@Test
	void settingsDoNotShowTokens() {
		assertThat(GrpcSettings.DEFAULTS.withTokens("s3cret", "0ld").toString()).doesNotContain("s3cret")
			.doesNotContain("0ld");
	}

	@Test
	void refusesVersionsThatItDoesNotSpeak() {
		Endpoint b = start("b", null, null);
		Metadata hello = hello(b);
		replace(hello, "cajun-versions", "7-9");

		Status status = call(b, Protocol.STREAM, hello).join();
		assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
		assertThat(status.getDescription()).contains("speaks versions 1-1").contains("7-9");
		assertThat(b.refused(Refusal.PROTOCOL)).isEqualTo(1);
	}

	@Test
	void letsVersionsInOfWhichItSpeaksOne() {
		Endpoint b = start("b", null, null);
		Metadata hello = hello(b);
		replace(hello, "cajun-versions", "1-2");
		CompletableFuture<Status> end = call(b, Protocol.STREAM, hello);
		Waiting.until(() -> !b.transport.statistics().links().isEmpty());

		assertThat(end).isNotDone();
	}

	@Test
	void refusesHeadersThatMakeNoSense() {
		Endpoint b = start("b", null, null);
		for (String[] change : new String[][] { { "cajun-first", "0" }, { "cajun-first", "x" },
				{ "cajun-stream", "-1" }, { "cajun-stream", "64" }, { "cajun-stream", "99999999999" },
				{ "cajun-address", "nowhere" }, { "cajun-boot", null }, { "cajun-target", null } }) {
			Metadata hello = hello(b);
			replace(hello, change[0], change[1]);
			assertThat(call(b, Protocol.STREAM, hello).join().getCode()).as(change[0] + "=" + change[1])
				.isEqualTo(Status.Code.FAILED_PRECONDITION);
		}
		Endpoint a = start("a", null, null);
		a.deliver(b, "still here");
	}

	@Test
	void refusesSenderOfWhichItHasForgottenTheBeginning() {
		Endpoint b = start("b", null, null);
		Metadata hello = hello(b);
		replace(hello, "cajun-first", "5");

		assertThat(call(b, Protocol.STREAM, hello).join().getDescription()).contains("no longer knows");
		assertThat(b.refused(Refusal.FORGOTTEN)).isEqualTo(1);
	}

	@Test
	void malformedFrameEndsItsConnectionOnly() {
		Endpoint b = start("b", null, null);
		MethodDescriptor<Long, Long> raw = MethodDescriptor
			.<Long, Long>newBuilder(new NumberMarshaller(), new NumberMarshaller())
			.setType(MethodDescriptor.MethodType.BIDI_STREAMING)
			.setFullMethodName(Protocol.STREAM.getFullMethodName())
			.build();
		Status status = call(b, raw, hello(b), 1L).join();
		assertThat(status.isOk()).isFalse();
		Endpoint a = start("a", null, null);
		a.deliver(b, "still here");

		assertThat(b.received()).containsExactly("still here");
	}

	@Test
	void gapInNumbersEndsConnection() {
		Endpoint b = start("b", null, null);
		Frame frame = new Frame(3, new byte[][] { "x".getBytes(StandardCharsets.UTF_8) });

		assertThat(call(b, Protocol.STREAM, hello(b), frame).join().getDescription()).contains("missing");
		assertThat(b.received()).isEmpty();
	}

	@Test
	void acceptsBoundedNumberOfConnections() {
		Endpoint b = start("b", (settings) -> settings.withMaxConnections(2));
		List<CompletableFuture<Status>> accepted = List.of(call(b, Protocol.STREAM, hello(b, "p1")),
				call(b, Protocol.STREAM, hello(b, "p2")));
		Waiting.until(() -> b.transport.statistics().links().size() == 2);

		assertThat(accepted).noneMatch(CompletableFuture::isDone);
		assertThat(call(b, Protocol.STREAM, hello(b, "p3")).join().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(b.transport.statistics().links()).hasSize(2);
	}

	private static Metadata hello(Endpoint to) {
		return hello(to, "stranger");
	}

	private static Metadata hello(Endpoint to, String node) {
		return Protocol.hello(new Wire.Hello("test",
				new Transport.Peer(node, "boot of " + node, new Address("127.0.0.1", 9)), to.peer.bootId(), 1, 0, 1),
				new byte[0]);
	}

	private static void replace(Metadata headers, String name, String value) {
		Metadata.Key<String> key = Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
		headers.removeAll(key);
		if (value != null) {
			headers.put(key, value);
		}
	}

	/** The end of a call that a stranger makes. */
	@SafeVarargs
	private <Q> CompletableFuture<Status> call(Endpoint to, MethodDescriptor<Q, Long> method, Metadata headers,
			Q... messages) {
		ManagedChannel channel = NettyChannelBuilder.forAddress(to.peer.address().host(), to.peer.address().port())
			.usePlaintext()
			.build();
		this.opened.add(() -> channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS));
		CompletableFuture<Status> end = new CompletableFuture<>();
		ClientCall<Q, Long> call = channel.newCall(method, CallOptions.DEFAULT);
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				end.complete(status);
			}

		}, headers);
		call.request(100);
		for (Q message : messages) {
			call.sendMessage(message);
		}
		return end;
	}

}

package dev.cajun.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * The service before it exists: the port must be known before links can say where they
 * are reached, and it is open from then on. Whoever comes too early tries again.
 */
final class LateService {

	private volatile @Nullable ServerServiceDefinition service;

	void open(LinkService service) {
		this.service = service.definition();
	}

	ServerServiceDefinition definition() {
		return ServerServiceDefinition.builder(Protocol.SERVICE)
			.addMethod(Protocol.STREAM, handler(Protocol.STREAM))
			.addMethod(Protocol.PROBE, handler(Protocol.PROBE))
			.build();
	}

	private <Q, A> ServerCallHandler<Q, A> handler(MethodDescriptor<Q, A> method) {
		return (call, headers) -> start(method, call, headers);
	}

	@SuppressWarnings("unchecked") // found by the method's own name
	private <Q, A> ServerCall.Listener<Q> start(MethodDescriptor<Q, A> method, ServerCall<Q, A> call,
			Metadata headers) {
		ServerServiceDefinition ready = this.service;
		if (ready != null) {
			ServerMethodDefinition<Q, A> definition = (ServerMethodDefinition<Q, A>) ready
				.getMethod(method.getFullMethodName());
			return definition.getServerCallHandler().startCall(call, headers);
		}
		call.close(Status.UNAVAILABLE.withDescription("starting"), new Metadata());
		return new ServerCall.Listener<>() {
		};
	}

}

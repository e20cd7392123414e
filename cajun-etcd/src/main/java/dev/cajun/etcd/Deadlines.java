package dev.cajun.etcd;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;

/**
 * Ends every call but watches after a time. jetcd sets no deadline itself: a call that is
 * never answered, a keep-alive's stream included, would be kept for ever by client and
 * server both.
 */
final class Deadlines implements ClientInterceptor {

	private static final String WATCH = "etcdserverpb.Watch/Watch";

	private final long nanos;

	Deadlines(Duration timeout) {
		this.nanos = timeout.toNanos();
	}

	@Override
	public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
		boolean endless = method.getFullMethodName().equals(WATCH);
		return next.newCall(method, endless ? options : options.withDeadlineAfter(this.nanos, TimeUnit.NANOSECONDS));
	}

}

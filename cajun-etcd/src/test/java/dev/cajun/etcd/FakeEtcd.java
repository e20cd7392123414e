package dev.cajun.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.protobuf.ByteString;
import io.etcd.jetcd.api.Event;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KeyValue;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseKeepAliveRequest;
import io.etcd.jetcd.api.LeaseKeepAliveResponse;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.PutResponse;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.ResponseHeader;
import io.etcd.jetcd.api.ResponseOp;
import io.etcd.jetcd.api.TxnRequest;
import io.etcd.jetcd.api.TxnResponse;
import io.etcd.jetcd.api.WatchCreateRequest;
import io.etcd.jetcd.api.WatchGrpc;
import io.etcd.jetcd.api.WatchRequest;
import io.etcd.jetcd.api.WatchResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/**
 * Enough of an etcd to be read, written and watched, whose watches and leases misbehave
 * in the ways that real ones do rarely. Keys are given as in etcd.
 */
final class FakeEtcd implements AutoCloseable {

	private final Server server;

	private final int port;

	private final TreeMap<ByteString, KeyValue> documents = new TreeMap<>(
			ByteString.unsignedLexicographicalComparator());

	private final List<Event> events = new ArrayList<>();

	private final List<ServedStream> streams = new ArrayList<>();

	/** The revisions that streams were asked to start from. */
	private final List<Long> starts = new CopyOnWriteArrayList<>();

	private final AtomicInteger keepAliveStreams = new AtomicInteger();

	private final AtomicInteger transactions = new AtomicInteger();

	private volatile WatchFault watchFault = WatchFault.NONE;

	private volatile KeepAlive keepAlive = KeepAlive.ANSWERED;

	private volatile Transactions answered = Transactions.ANSWERED;

	private long clusterId = 1;

	private long revision = 1;

	FakeEtcd() {
		try {
			this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
				.addService(new Documents())
				.addService(new Watches())
				.addService(new Leases())
				.build()
				.start();
			this.port = this.server.getPort();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	URI endpoint() {
		return URI.create("http://127.0.0.1:" + this.port);
	}

	/** How streams behave that are opened from now on. */
	void watchFault(WatchFault fault) {
		this.watchFault = fault;
	}

	void keepAlive(KeepAlive behaviour) {
		this.keepAlive = behaviour;
	}

	void transactions(Transactions behaviour) {
		this.answered = behaviour;
	}

	int countTransactions() {
		return this.transactions.get();
	}

	int openKeepAliveStreams() {
		return this.keepAliveStreams.get();
	}

	List<Long> starts() {
		return this.starts;
	}

	synchronized long revision() {
		return this.revision;
	}

	synchronized int openStreams() {
		return this.streams.size();
	}

	synchronized void put(String key, String value) {
		write(PutRequest.newBuilder()
			.setKey(ByteString.copyFromUtf8(key))
			.setValue(ByteString.copyFromUtf8(value))
			.build());
	}

	/** Ends all open streams with this status, after a new revision was put. */
	synchronized void breakStreams(Status status) {
		List<ServedStream> open = List.copyOf(this.streams);
		this.streams.clear();
		open.forEach((stream) -> stream.observer.onError(status.asRuntimeException()));
	}

	/** Another history of the same cluster id, which has reached a revision already. */
	synchronized void restore(long revision, String key, String value, long writtenAt) {
		this.documents.clear();
		this.events.clear();
		this.revision = writtenAt - 1;
		put(key, value);
		this.revision = revision;
	}

	private void write(PutRequest put) {
		long next = ++this.revision;
		KeyValue before = this.documents.get(put.getKey());
		KeyValue written = KeyValue.newBuilder()
			.setKey(put.getKey())
			.setValue(put.getValue())
			.setLease(put.getLease())
			.setCreateRevision((before == null) ? next : before.getCreateRevision())
			.setModRevision(next)
			.build();
		this.documents.put(put.getKey(), written);
		Event event = Event.newBuilder().setType(Event.EventType.PUT).setKv(written).build();
		this.events.add(event);
		this.streams.forEach((stream) -> stream.tell(event));
	}

	private ResponseHeader header() {
		return ResponseHeader.newBuilder().setClusterId(this.clusterId).setRevision(this.revision).build();
	}

	@Override
	public void close() {
		this.server.shutdownNow();
	}

	/** What is wrong with a stream. */
	enum WatchFault {

		NONE,

		/** Says nothing after it was created, whatever happens. */
		SILENT,

		/** Answers questions, but tells no change. */
		SKIPPING,

		/** Is completed by the server once it was created. */
		COMPLETED,

		/** Fails, because the member has no leader. */
		NO_LEADER,

		/** Fails with a status that jetcd takes for final. */
		HALTED,

		/** Fails with a status that jetcd would reconnect after, but without text. */
		NO_DESCRIPTION,

		/** Is cancelled, because its start was compacted away. */
		COMPACTED,

		/** Could not be created. */
		NOT_CREATED,

		/** Is refused, because the token has expired. */
		TOKEN_EXPIRED,

		/** Tells that it was created, and breaks before it told anything. */
		BROKEN

	}

	/** What happens to a keep-alive. */
	enum KeepAlive {

		ANSWERED, COMPLETED, SILENT, EXPIRED

	}

	/** What happens to a transaction. */
	enum Transactions {

		ANSWERED, CARRIED_OUT_UNANSWERED, IGNORED

	}

	private final class Documents extends KVGrpc.KVImplBase {

		@Override
		public void txn(TxnRequest request, StreamObserver<TxnResponse> observer) {
			FakeEtcd.this.transactions.incrementAndGet();
			Transactions behaviour = FakeEtcd.this.answered;
			if (behaviour == Transactions.IGNORED) {
				return;
			}
			TxnResponse response;
			synchronized (FakeEtcd.this) {
				TxnResponse.Builder answer = TxnResponse.newBuilder().setSucceeded(true);
				for (RequestOp operation : request.getSuccessList()) {
					if (operation.hasRequestPut()) {
						write(operation.getRequestPut());
						answer.addResponses(ResponseOp.newBuilder().setResponsePut(PutResponse.getDefaultInstance()));
					}
					else {
						answer
							.addResponses(ResponseOp.newBuilder().setResponseRange(range(operation.getRequestRange())));
					}
				}
				response = answer.setHeader(header()).build();
			}
			if (behaviour == Transactions.ANSWERED) {
				observer.onNext(response);
				observer.onCompleted();
			}
		}

		private RangeResponse range(RangeRequest range) {
			RangeResponse.Builder answer = RangeResponse.newBuilder().setHeader(header());
			answer.addAllKvs(FakeEtcd.this.documents.subMap(range.getKey(), true, range.getRangeEnd(), false).values());
			return answer.build();
		}

	}

	private final class Watches extends WatchGrpc.WatchImplBase {

		@Override
		public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> observer) {
			ServedStream stream = new ServedStream((ServerCallStreamObserver<WatchResponse>) observer,
					FakeEtcd.this.watchFault);
			stream.observer.setOnCancelHandler(() -> forget(stream));
			return new StreamObserver<>() {

				@Override
				public void onNext(WatchRequest request) {
					synchronized (FakeEtcd.this) {
						if (request.hasCreateRequest()) {
							stream.create(request.getCreateRequest());
						}
						else if (request.hasProgressRequest()) {
							stream.progress();
						}
					}
				}

				@Override
				public void onError(Throwable error) {
					forget(stream);
				}

				@Override
				public void onCompleted() {
					forget(stream);
				}

			};
		}

		private void forget(ServedStream stream) {
			synchronized (FakeEtcd.this) {
				FakeEtcd.this.streams.remove(stream);
			}
		}

	}

	private final class ServedStream {

		private final ServerCallStreamObserver<WatchResponse> observer;

		private final WatchFault fault;

		ServedStream(ServerCallStreamObserver<WatchResponse> observer, WatchFault fault) {
			this.observer = observer;
			this.fault = fault;
		}

		void create(WatchCreateRequest request) {
			long start = request.getStartRevision();
			FakeEtcd.this.starts.add(start);
			WatchResponse.Builder created = WatchResponse.newBuilder().setHeader(header()).setCreated(true);
			switch (this.fault) {
				case NOT_CREATED -> this.observer.onNext(created.setWatchId(-1).build());
				case TOKEN_EXPIRED -> this.observer.onNext(created.setWatchId(-1)
					.setCanceled(true)
					.setCancelReason("rpc error: code = Unauthenticated desc = etcdserver: invalid auth token")
					.build());
				default -> this.observer.onNext(created.build());
			}
			switch (this.fault) {
				case NONE -> {
					FakeEtcd.this.streams.add(this);
					FakeEtcd.this.events.stream()
						.filter((event) -> event.getKv().getModRevision() >= start)
						.forEach(this::tell);
				}
				case SILENT, SKIPPING -> FakeEtcd.this.streams.add(this);
				case NOT_CREATED, TOKEN_EXPIRED -> {
				}
				case COMPLETED -> this.observer.onCompleted();
				case NO_LEADER -> fail(Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
				case HALTED -> fail(Status.FAILED_PRECONDITION.withDescription("etcdserver: not today"));
				case NO_DESCRIPTION -> fail(Status.UNAVAILABLE);
				case BROKEN -> fail(Status.UNAVAILABLE.withDescription("broken"));
				case COMPACTED -> this.observer.onNext(WatchResponse.newBuilder()
					.setHeader(header())
					.setCanceled(true)
					.setCompactRevision(FakeEtcd.this.revision)
					.build());
			}
		}

		private void fail(Status status) {
			this.observer.onError(status.asRuntimeException());
		}

		void progress() {
			if (this.fault != WatchFault.SILENT) {
				this.observer.onNext(WatchResponse.newBuilder().setHeader(header()).setWatchId(-1).build());
			}
		}

		void tell(Event event) {
			if (this.fault == WatchFault.NONE && !this.observer.isCancelled()) {
				this.observer.onNext(WatchResponse.newBuilder().setHeader(header()).addEvents(event).build());
			}
		}

	}

	private final class Leases extends LeaseGrpc.LeaseImplBase {

		@Override
		public StreamObserver<LeaseKeepAliveRequest> leaseKeepAlive(StreamObserver<LeaseKeepAliveResponse> observer) {
			FakeEtcd.this.keepAliveStreams.incrementAndGet();
			((ServerCallStreamObserver<LeaseKeepAliveResponse>) observer)
				.setOnCancelHandler(FakeEtcd.this.keepAliveStreams::decrementAndGet);
			((ServerCallStreamObserver<LeaseKeepAliveResponse>) observer)
				.setOnCloseHandler(FakeEtcd.this.keepAliveStreams::decrementAndGet);
			return new StreamObserver<>() {

				@Override
				public void onNext(LeaseKeepAliveRequest request) {
					switch (FakeEtcd.this.keepAlive) {
						case ANSWERED -> answer(request.getID(), 10);
						case EXPIRED -> answer(request.getID(), 0);
						case COMPLETED -> observer.onCompleted();
						case SILENT -> {
						}
					}
				}

				private void answer(long lease, long ttl) {
					synchronized (FakeEtcd.this) {
						observer.onNext(LeaseKeepAliveResponse.newBuilder()
							.setHeader(header())
							.setID(lease)
							.setTTL(ttl)
							.build());
					}
				}

				@Override
				public void onError(Throwable error) {
				}

				@Override
				public void onCompleted() {
					if (FakeEtcd.this.keepAlive != KeepAlive.COMPLETED) {
						observer.onCompleted();
					}
				}

			};
		}

	}

}

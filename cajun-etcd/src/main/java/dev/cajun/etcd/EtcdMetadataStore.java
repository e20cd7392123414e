package dev.cajun.etcd;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.cajun.metadata.Document;
import dev.cajun.metadata.Lease;
import dev.cajun.metadata.Listing;
import dev.cajun.metadata.MetadataException;
import dev.cajun.metadata.MetadataException.Kind;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.Transaction;
import dev.cajun.metadata.TransactionResult;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.Txn;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import org.jspecify.annotations.Nullable;

/**
 * Metadata in etcd, 3.4 or newer. The documents of a cluster are at
 * {@code <key-prefix>/<cluster>/<key>}; leases are etcd's own, and live at least 2 s.
 * <p>
 * Nothing is connected to before the first operation. While etcd cannot be reached, every
 * operation fails within the request timeout, and watches keep trying.
 */
public final class EtcdMetadataStore implements MetadataStore {

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	private static final GetOption WITH_PREFIX = GetOption.builder().isPrefix(true).build();

	private final EtcdSettings settings;

	private final Keys keys;

	private final Loop loop = new Loop();

	/** Not virtual: handlers that never rest must not cost the node its lease. */
	private final ExecutorService outside = Executors
		.newCachedThreadPool(Thread.ofPlatform().name("cajun-etcd-call-", 0).daemon().factory());

	private final Histories histories;

	private final Connection connection;

	private final Calls calls;

	private final Set<Follower> followers = new LinkedHashSet<>();

	private final Follower.Source source = new Source();

	private final AtomicBoolean closed = new AtomicBoolean();

	/**
	 * Creates the store, without connecting.
	 * @param settings where etcd is
	 */
	public EtcdMetadataStore(EtcdSettings settings) {
		this.settings = settings;
		this.keys = new Keys(settings);
		this.histories = new Histories(settings.description(), this::rereadAll);
		this.connection = new Connection(settings, this.outside);
		this.calls = new Calls(this.loop, this.outside, this.histories, this.connection, settings);
	}

	@Override
	public CompletionStage<Listing> list(String prefix) {
		// A transaction that only reads: jetcd would log each failed attempt of a get
		Op read = Op.get(this.keys.of(prefix), WITH_PREFIX);
		return this.calls.call("list '" + prefix + "'", Calls.Repetition.READ,
				() -> this.connection.client().getKVClient().txn().Then(read).commit(), (sent, answer) -> {
					long history = readIn(sent, answer);
					return new Listing(history, revision(answer), documents(answer.getGetResponses()));
				});
	}

	@Override
	public CompletionStage<TransactionResult> commit(Transaction transaction) {
		Cmp[] conditions = transaction.conditions().stream().map(this::condition).toArray(Cmp[]::new);
		Op[] writes = transaction.writes().stream().map(this::write).toArray(Op[]::new);
		Op[] found = transaction.conditions()
			.stream()
			.map(Transaction.Condition::key)
			.distinct()
			.map((key) -> Op.get(this.keys.of(key), GetOption.DEFAULT))
			.toArray(Op[]::new);
		String keys = String.join(", ", transaction.writes().stream().map(Transaction.Write::key).toList());
		return this.calls.call("write '" + keys + "'", Calls.Repetition.NEVER, () -> {
			Txn txn = this.connection.client().getKVClient().txn();
			return txn.If(conditions).Then(writes).Else(found).commit();
		}, (sent, answer) -> {
			long history = readIn(sent, answer);
			Map<String, Document> documents = answer.isSucceeded() ? Map.of() : documents(answer.getGetResponses());
			return new TransactionResult(answer.isSucceeded(), history, revision(answer), documents);
		});
	}

	@Override
	public CompletionStage<Lease> grant(Duration ttl) {
		long seconds = Math.max(1, ttl.plusNanos(999_999_999).toSeconds());
		return this.calls.call("grant a lease", Calls.Repetition.NEVER,
				() -> this.connection.client().getLeaseClient().grant(seconds),
				(sent, answer) -> new Lease(answer.getID(), Duration.ofSeconds(answer.getTTL()),
						answeredIn(sent, answer)));
	}

	@Override
	public CompletionStage<Lease> keepAlive(long lease) {
		return this.calls.call("keep lease " + Long.toHexString(lease) + " alive", Calls.Repetition.IDEMPOTENT,
				() -> this.connection.client().getLeaseClient().keepAliveOnce(lease),
				(sent, answer) -> new Lease(answer.getID(), Duration.ofSeconds(answer.getTTL()),
						answeredIn(sent, answer)));
	}

	@Override
	public CompletionStage<Void> revoke(long lease) {
		CompletableFuture<Void> gone = new CompletableFuture<>();
		this.calls
			.call("revoke lease " + Long.toHexString(lease), Calls.Repetition.IDEMPOTENT,
					() -> this.connection.client().getLeaseClient().revoke(lease),
					(sent, answer) -> answeredIn(sent, answer))
			.whenComplete((history, error) -> {
				if (error == null
						|| (error instanceof MetadataException failure && failure.kind() == Kind.LEASE_NOT_FOUND)) {
					gone.complete(null);
				}
				else {
					gone.completeExceptionally(error);
				}
			});
		return gone;
	}

	@Override
	public Watch watch(String prefix, Listener listener) {
		Follower follower = new Follower(prefix, listener, this.source, this.settings);
		boolean running = !this.closed.get() && this.loop.execute(() -> {
			this.followers.add(follower);
			follower.read();
		});
		if (!running) {
			throw this.calls.closed("watch '" + prefix + "'");
		}
		return follower;
	}

	@Override
	public String description() {
		return this.settings.description();
	}

	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.loop.execute(() -> {
				List.copyOf(this.followers).forEach(Follower::end);
				this.calls.close();
				this.connection.close();
				this.outside.shutdown();
			});
			this.loop.end();
			this.loop.awaitEnd(CLOSE_TIMEOUT);
		}
	}

	private void rereadAll() {
		List.copyOf(this.followers).forEach(Follower::read);
	}

	private Cmp condition(Transaction.Condition condition) {
		ByteSequence key = this.keys.of(condition.key());
		return new Cmp(key, Cmp.Op.EQUAL, switch (condition) {
			case Transaction.Absent absent -> CmpTarget.version(0);
			case Transaction.CreatedAt created -> CmpTarget.createRevision(created.createRevision());
			case Transaction.WrittenAt written -> CmpTarget.modRevision(written.revision());
			case Transaction.ValueIs is -> CmpTarget.value(ByteSequence.from(is.value()));
		});
	}

	private Op write(Transaction.Write write) {
		ByteSequence key = this.keys.of(write.key());
		return switch (write) {
			case Transaction.Put put ->
				Op.put(key, ByteSequence.from(put.value()), PutOption.builder().withLeaseId(put.lease()).build());
			case Transaction.Delete delete -> Op.delete(key, DeleteOption.DEFAULT);
		};
	}

	private Map<String, Document> documents(List<GetResponse> answers) {
		TreeMap<String, Document> documents = new TreeMap<>();
		for (GetResponse answer : answers) {
			for (KeyValue found : answer.getKvs()) {
				Document document = this.keys.document(found);
				documents.put(document.key(), document);
			}
		}
		return Collections.unmodifiableSortedMap(documents);
	}

	private long readIn(Histories.@Nullable Known sent, TxnResponse answer) {
		return this.histories.read(sent, answer.getHeader().getClusterId(), revision(answer));
	}

	private long answeredIn(Histories.@Nullable Known sent, Response answer) {
		return this.histories.answered(sent, answer.getHeader().getClusterId());
	}

	private static long revision(Response answer) {
		return answer.getHeader().getRevision();
	}

	/** What followers need. */
	private final class Source implements Follower.Source {

		@Override
		public Loop loop() {
			return EtcdMetadataStore.this.loop;
		}

		@Override
		public Keys keys() {
			return EtcdMetadataStore.this.keys;
		}

		@Override
		public Histories histories() {
			return EtcdMetadataStore.this.histories;
		}

		@Override
		public CompletionStage<Listing> list(String prefix) {
			return EtcdMetadataStore.this.list(prefix);
		}

		@Override
		public WatchStream open(String prefix, long fromRevision, WatchStream.Callbacks callbacks) {
			WatchStream stream = new WatchStream(EtcdMetadataStore.this.outside, callbacks);
			stream.open(EtcdMetadataStore.this.connection.client().getWatchClient(),
					EtcdMetadataStore.this.keys.of(prefix), fromRevision);
			return stream;
		}

		@Override
		public void ended(Follower follower) {
			EtcdMetadataStore.this.followers.remove(follower);
		}

	}

}

package dev.cajun.routing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.Persistence;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.AskTerms;
import dev.cajun.node.TestActor;
import dev.cajun.placement.Node;
import dev.cajun.placement.Routes;
import dev.cajun.serialization.MessageType;
import dev.cajun.serialization.TypeRegistry;
import dev.cajun.store.Fence;
import dev.cajun.time.VirtualTime;
import dev.cajun.transport.Address;
import dev.cajun.transport.Link;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportStatistics;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests to another process, which are acknowledged, answered and no longer waited for,
 * while the process is found gone and this node ends. What becomes of a request is told
 * later and by another thread, so there is no order of whole operations to compare with;
 * whatever the interleaving, a request that nobody can answer any more is settled, or
 * waits for the next owner, and nothing is remembered of one that is settled.
 */
@Param(name = "request", gen = IntGen.class, conf = "0:0")
public class OutstandingLincheckTests {

	private static final ActorId ID = new ActorId("a", "x");

	private static final ActorType TYPE = new ActorType(
			new TestActor().definition("a", ActorSettings.defaults().withPersistence(Persistence.NONE)),
			TypeRegistry.builder().actor("a", TestActor.Message.class, TestActor.Notes.class, null).build());

	private static final TestActor.Add REQUEST = new TestActor.Add(1);

	private static final MessageType MESSAGE_TYPE = TYPE.messageType(ID, REQUEST);

	private static final Node OTHER = new Node("n2", "0", "boot2", new Address("n2", 1));

	private static final VarHandle RECORD;

	static {
		try {
			RECORD = MethodHandles.privateLookupIn(Outgoing.class, MethodHandles.lookup())
				.findVarHandle(Outgoing.class, "record", byte[].class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Wire wire = new Wire();

	private final NodeHost host = LoneHost.create(new VirtualTime(), Runnable::run);

	private final Peers peers = new Peers(this.host, this.wire, 2);

	private final Lane lane = this.host.door(this.host.shard(ID)).lane();

	private final AtomicReferenceArray<@Nullable Ask> asks = new AtomicReferenceArray<>(2);

	private volatile boolean gone;

	private volatile boolean ended;

	public OutstandingLincheckTests() {
		this.host.join(new Cluster(this.host, this.peers, new Silent()));
		this.lane.route(new Way(false, OTHER, 1, false));
	}

	@Operation
	public void send(@Param(name = "request") int request) {
		Ask ask = new Ask(this.host, TYPE, ID, MESSAGE_TYPE, REQUEST, new AskTerms(1, false, null, null, 1),
				new CompletableFuture<>());
		if (this.asks.compareAndSet(request, null, ask)) {
			try {
				this.lane.send(written(new Outgoing(this.host, TYPE, ID, ask, true)));
			}
			catch (CajunException ex) {
				ask.fail(ex);
			}
		}
	}

	/** Codecs are not what this is about. */
	private static Outgoing written(Outgoing message) {
		RECORD.set(message, new byte[1]);
		return message;
	}

	/** Nobody waits for the answer any more. */
	@Operation
	public void forget(@Param(name = "request") int request) {
		Ask ask = this.asks.get(request);
		if (ask != null) {
			ask.fail(new CajunException("for the test"));
		}
	}

	@Operation(nonParallelGroup = "link's thread")
	public void work() {
		this.wire.work();
	}

	@Operation
	public void answer() {
		Shipment arrived = (Shipment) this.wire.arrived.poll();
		Shipment answered = (arrived == null) ? null : this.host.outstanding().take(arrived.number());
		if (answered != null && answered.message().envelope instanceof Ask ask) {
			ask.complete("an answer");
		}
	}

	/** As the router does it when a process is neither a node nor an owner any more. */
	@Operation(nonParallelGroup = "control plane")
	public void loseProcess() {
		for (PeerLink peer : this.peers.changed(Routes.none(2))) {
			this.lane.route(Way.UNKNOWN);
			this.peers.forget(peer);
			peer.giveUp("for the test");
			this.lane.sendings().gone(peer);
			this.host.outstanding().forEach((shipment) -> {
				if (shipment.isReceived()) {
					this.lane.sendings().unanswered(shipment);
				}
			});
		}
		this.gone = true;
	}

	@Operation(nonParallelGroup = "control plane")
	public void end() {
		this.host.endSending();
		this.ended = true;
	}

	@Validate
	public void nobodyWaitsInVain() {
		while (this.wire.work()) {
			// Everything is acknowledged, or reported lost.
		}
		for (int request = 0; request < 2; request++) {
			Ask ask = this.asks.get(request);
			if (ask == null) {
				continue;
			}
			boolean remembered = this.host.outstanding().find(ask.number()) != null;
			if (ask.isOpen() ? (this.ended || (this.gone && (remembered || this.lane.isEmpty()))) : remembered) {
				throw new IllegalStateException(
						"A request is " + (ask.isOpen() ? "waited for in vain" : "remembered though it is settled"));
			}
		}
	}

	@Test
	void letsNobodyWaitInVainInAnyInterleaving() {
		new ModelCheckingOptions().iterations(14)
			.invocationsPerIteration(80)
			.threads(2)
			.actorsPerThread(2)
			.actorsBefore(0)
			.actorsAfter(0)
			.check(getClass());
	}

	/** Who looks for what a lost process has received may have looked just before. */
	@Test
	void settlesRequestThatIsAcknowledgedAfterItsProcessIsLost() {
		send(0);
		Ask ask = this.asks.get(0);
		assertThat(this.peers.changed(Routes.none(2))).hasSize(1);
		assertThat(ask.isOpen()).isTrue();
		this.wire.work();
		assertThat(ask.isOpen()).isFalse();
		assertThat(this.host.outstanding().isEmpty()).isTrue();
	}

	/** Also while whoever refuses it has not come to that. */
	@Test
	void requestThatMayHaveRunIsNotSaidNotToHaveRun() {
		send(0);
		this.wire.work();
		loseProcess();
		assertThat(Objects.requireNonNull(this.asks.get(0)).cancel()).as("as a timeout finds it").isFalse();
	}

	/** The transport, with one link. */
	private static final class Wire implements Transport, Link {

		private final ArrayDeque<Parcel> queued = new ArrayDeque<>();

		private final ConcurrentLinkedQueue<Parcel> arrived = new ConcurrentLinkedQueue<>();

		private boolean givenUp;

		@Override
		public synchronized Sent send(int stream, Parcel parcel) {
			if (this.givenUp) {
				return Sent.CLOSED;
			}
			this.queued.add(parcel);
			return Sent.QUEUED;
		}

		@Override
		public synchronized void giveUp(String reason) {
			this.givenUp = true;
		}

		/** Reports the oldest message; false when there is none. */
		boolean work() {
			Parcel oldest;
			boolean lost;
			synchronized (this) {
				oldest = this.queued.poll();
				lost = this.givenUp;
			}
			if (oldest == null) {
				return false;
			}
			if (lost) {
				oldest.lost(true);
			}
			else {
				this.arrived.add(oldest);
				oldest.acknowledged();
			}
			return true;
		}

		@Override
		public Peer peer() {
			return OTHER.peer();
		}

		@Override
		public int streams() {
			return 1;
		}

		@Override
		public @Nullable String trouble() {
			return null;
		}

		@Override
		public Link link(Peer peer) {
			return this;
		}

		@Override
		public CompletionStage<Address> start(Self self, Receiver receiver) {
			throw new UnsupportedOperationException();
		}

		@Override
		public CompletionStage<Probe> probe(Address address, Duration timeout) {
			throw new UnsupportedOperationException();
		}

		@Override
		public String description() {
			return "one link";
		}

		@Override
		public TransportStatistics statistics() {
			return TransportStatistics.NONE;
		}

		@Override
		public void close() {
			// Nothing is open.
		}

	}

	/** A control plane that has nothing to say. */
	private static final class Silent implements ControlPlane {

		@Override
		public CompletionStage<Void> refresh() {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public void fenced(Fence mine, long foundEpoch, String foundOwner) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void suspect(String nodeName) {
			// It is known.
		}

		@Override
		public void received(Transport.Peer from, byte[] message) {
			throw new UnsupportedOperationException();
		}

	}

}

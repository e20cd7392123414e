package dev.cajun.routing;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

import dev.cajun.transport.Address;
import dev.cajun.transport.Link;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Links between processes of one test, as a transport promises them and no better:
 * streams overtake each other, acknowledgements take their time, a link stalls, its
 * breaker opens, and of what was not acknowledged when it is given up nobody knows
 * whether it arrived. One step carries one message or one acknowledgement, which the seed
 * chooses.
 */
final class SimulatedNetwork {

	private static final int STREAMS = 3;

	private static final int QUEUE = 200;

	private final Random random;

	private final Map<String, Endpoint> endpoints = new HashMap<>();

	private final List<SimulatedLink> links = new ArrayList<>();

	int givenUp;

	SimulatedNetwork(Random random) {
		this.random = random;
	}

	Transport transport(Transport.Peer self, Executor executor) {
		Endpoint endpoint = new Endpoint(self, executor);
		this.endpoints.put(self.bootId(), endpoint);
		return endpoint;
	}

	/** The process and all that it sent or was sent is gone. */
	void kill(String bootId) {
		this.endpoints.remove(bootId);
		this.links.removeIf((link) -> link.from.self.bootId().equals(bootId));
	}

	/** Links stall, or go on. */
	void stallSome() {
		for (SimulatedLink link : this.links) {
			link.stalled = this.random.nextInt(6) == 0;
			link.broken = this.random.nextInt(12) == 0;
		}
	}

	void heal() {
		this.links.forEach((link) -> {
			link.stalled = false;
			link.broken = false;
		});
	}

	/** Carries something; false when nothing is on the way. */
	boolean step() {
		// Most of what a simulation does: streams would take longer than everything else
		List<SimulatedLink> busy = new ArrayList<>(this.links.size());
		for (SimulatedLink link : this.links) {
			if (link.canMove()) {
				busy.add(link);
			}
		}
		if (busy.isEmpty()) {
			return false;
		}
		busy.get(this.random.nextInt(busy.size())).move();
		return true;
	}

	private final class Endpoint implements Transport {

		private final Peer self;

		private final Executor executor;

		private @Nullable Receiver receiver;

		private final Map<String, SimulatedLink> out = new HashMap<>();

		Endpoint(Peer self, Executor executor) {
			this.self = self;
			this.executor = executor;
		}

		@Override
		public CompletionStage<Address> start(Self self, Receiver receiver) {
			this.receiver = receiver;
			return CompletableFuture.completedFuture(this.self.address());
		}

		@Override
		public Link link(Peer peer) {
			SimulatedLink link = this.out.get(peer.bootId());
			if (link == null || link.closed) {
				link = new SimulatedLink(this, peer);
				this.out.put(peer.bootId(), link);
				SimulatedNetwork.this.links.add(link);
			}
			return link;
		}

		@Override
		public CompletionStage<Probe> probe(Address address, Duration timeout) {
			return CompletableFuture.completedFuture(new Probe.Silent("not simulated"));
		}

		@Override
		public String description() {
			return "simulated";
		}

		@Override
		public TransportStatistics statistics() {
			return TransportStatistics.NONE;
		}

		@Override
		public void close() {
			this.out.values().forEach((link) -> link.giveUp("closed"));
		}

	}

	private final class SimulatedLink implements Link {

		private final Endpoint from;

		private final Transport.Peer to;

		private final List<ArrayDeque<Parcel>> unsent = new ArrayList<>();

		private final List<ArrayDeque<Parcel>> unacknowledged = new ArrayList<>();

		/**
		 * How many are in the queues: most links are idle, and asked whether they are.
		 */
		private int queued;

		private boolean closed;

		private boolean stalled;

		private boolean broken;

		SimulatedLink(Endpoint from, Transport.Peer to) {
			this.from = from;
			this.to = to;
			for (int stream = 0; stream < STREAMS; stream++) {
				this.unsent.add(new ArrayDeque<>());
				this.unacknowledged.add(new ArrayDeque<>());
			}
		}

		@Override
		public Transport.Peer peer() {
			return this.to;
		}

		@Override
		public int streams() {
			return STREAMS;
		}

		@Override
		public Sent send(int stream, Parcel parcel) {
			if (this.closed) {
				return Sent.CLOSED;
			}
			if (this.broken) {
				return Sent.BROKEN;
			}
			if (this.unsent.get(stream).size() >= QUEUE) {
				return Sent.FULL;
			}
			this.unsent.get(stream).add(parcel);
			this.queued++;
			return Sent.QUEUED;
		}

		@Override
		public void giveUp(String reason) {
			if (this.closed) {
				return;
			}
			SimulatedNetwork.this.givenUp++;
			this.closed = true;
			SimulatedNetwork.this.links.remove(this);
			for (int stream = 0; stream < STREAMS; stream++) {
				int number = stream;
				this.unacknowledged.get(stream)
					.forEach((parcel) -> this.from.executor.execute(() -> parcel.lost(true)));
				// What was being sent may have arrived as well, for all that is known.
				int doubtful = SimulatedNetwork.this.random.nextInt(3);
				int index = 0;
				for (Parcel parcel : this.unsent.get(number)) {
					boolean maybe = index++ < doubtful;
					this.from.executor.execute(() -> parcel.lost(maybe));
				}
			}
		}

		@Override
		public @Nullable String trouble() {
			return this.broken ? "broken" : null;
		}

		private boolean canMove() {
			return this.queued > 0 && !this.stalled && (holdsAny(this.unacknowledged)
					|| (holdsAny(this.unsent) && SimulatedNetwork.this.endpoints.containsKey(this.to.bootId())));
		}

		private boolean holdsAny(List<ArrayDeque<Parcel>> queues) {
			for (ArrayDeque<Parcel> queue : queues) {
				if (!queue.isEmpty()) {
					return true;
				}
			}
			return false;
		}

		private void move() {
			int stream = SimulatedNetwork.this.random.nextInt(STREAMS);
			for (int tried = 0; tried < 2 * STREAMS; tried++, stream = (stream + 1) % STREAMS) {
				boolean acknowledge = SimulatedNetwork.this.random.nextBoolean();
				if (acknowledge ? acknowledge(stream) : carry(stream)) {
					return;
				}
			}
		}

		private boolean carry(int stream) {
			Endpoint receiver = SimulatedNetwork.this.endpoints.get(this.to.bootId());
			Parcel parcel = (receiver == null) ? null : this.unsent.get(stream).poll();
			if (receiver == null || parcel == null || receiver.receiver == null) {
				return false;
			}
			this.unacknowledged.get(stream).add(parcel);
			receiver.receiver.received(this.from.self, stream, parcel.bytes());
			return true;
		}

		private boolean acknowledge(int stream) {
			Parcel parcel = this.unacknowledged.get(stream).poll();
			if (parcel == null) {
				return false;
			}
			this.queued--;
			parcel.acknowledged();
			return true;
		}

	}

}

package dev.cajun.transport;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

import dev.cajun.time.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The transport of one process of an {@link InMemoryNetwork}. Receives, acknowledges and
 * answers in the tasks of the network's scheduler.
 */
public final class InMemoryTransport implements Transport, Wire {

	private final InMemoryNetwork network;

	private final Address address;

	private final LinkSettings settings;

	private final ProcessTime time;

	private final RandomGenerator random;

	private volatile @Nullable Started started;

	InMemoryTransport(InMemoryNetwork network, Address address, LinkSettings settings, Scheduler time,
			RandomGenerator random) {
		this.network = network;
		this.address = address;
		this.settings = settings;
		this.time = new ProcessTime(time);
		this.random = random;
	}

	/**
	 * The time of this process, which stands still while the process is paused and ends
	 * when it is killed: for the node that runs on this transport.
	 * @return a scheduler
	 */
	public ProcessTime time() {
		return this.time;
	}

	Address address() {
		return this.address;
	}

	@Override
	public CompletionStage<Address> start(Self self, Receiver receiver) {
		this.started = new Started(self, receiver,
				new Links(self, this.address, receiver, this.settings, this, (peer) -> this.time, this.random));
		if (this.network.ports.putIfAbsent(this.address, this) != null) {
			return CompletableFuture.failedFuture(new TransportException(
					"Port " + this.address.port() + " of " + this.address.host() + " is in use", null));
		}
		return CompletableFuture.completedFuture(this.address);
	}

	private Started started() {
		Started now = this.started;
		if (now == null) {
			throw new IllegalStateException("The transport is not started");
		}
		return now;
	}

	@Override
	public Link link(Peer peer) {
		return started().links.link(peer);
	}

	@Override
	public CompletionStage<Probe> probe(Address target, Duration timeout) {
		CompletableFuture<Probe> result = new CompletableFuture<>();
		this.time.schedule(0, () -> {
			Probing probing = new Probing(target, result);
			probing.timer = this.time.schedule(timeout,
					() -> probing.done(new Probe.Silent("no answer within " + timeout.toMillis() + " ms")));
		});
		return result;
	}

	@Override
	public TransportStatistics statistics() {
		Started now = this.started;
		return (now != null) ? now.links.statistics() : TransportStatistics.NONE;
	}

	@Override
	public String description() {
		return "in-memory (" + this.address + ")";
	}

	@Override
	public void close() {
		Started now = this.started;
		if (now != null) {
			this.network.ports.remove(this.address, this);
			now.links.close();
		}
	}

	@Override
	public Connection connect(Hello[] hellos, Peer peer, Events events) {
		return new InMemoryConnection(hellos, peer, events);
	}

	private record Started(Self self, Receiver receiver, Links links) {

	}

	/** A connection for a link; the sessions are the server's part of it. */
	private final class InMemoryConnection extends InMemoryNetwork.Conversation implements Connection {

		private final Hello[] hellos;

		private final Events events;

		private final Links.Session[] sessions;

		/** Each end notices the other's end later. */
		private boolean clientClosed;

		private boolean serverClosed;

		InMemoryConnection(Hello[] hellos, Peer peer, Events events) {
			InMemoryTransport.this.network.super(InMemoryTransport.this, peer.address());
			this.hellos = hellos;
			this.events = events;
			this.sessions = new Links.Session[hellos.length];
		}

		@Override
		void accepted(InMemoryTransport process) {
			long[] expected = new long[this.hellos.length];
			for (int stream = 0; stream < expected.length; stream++) {
				switch (process.started().links.accept(this.hellos[stream], answers(stream), process.time)) {
					case Links.Session session -> {
						this.sessions[stream] = session;
						expected[stream] = session.expected();
					}
					case Links.Refused refused -> {
						hungUp();
						toClient(() -> client(() -> this.events.refused(refused.refusal(), refused.reason())));
						return;
					}
				}
			}
			toClient(() -> client(() -> this.events.opened(expected)));
		}

		private Links.Answers answers(int stream) {
			return new Links.Answers() {

				@Override
				public void acknowledge(long next) {
					if (!InMemoryConnection.this.serverClosed) {
						toClient(() -> client(() -> InMemoryConnection.this.events.acknowledged(stream, next)));
					}
				}

				@Override
				public void close(String reason) {
					if (!InMemoryConnection.this.serverClosed) {
						hungUp();
						toClient(() -> broken(reason));
					}
				}

			};
		}

		private void client(Runnable event) {
			if (!this.clientClosed) {
				event.run();
			}
		}

		@Override
		void hungUp() {
			if (!this.serverClosed) {
				this.serverClosed = true;
				for (Links.Session session : this.sessions) {
					if (session != null) {
						session.closed();
					}
				}
			}
		}

		@Override
		void broken(String reason) {
			end();
			client(() -> this.events.closed(reason));
		}

		@Override
		public boolean isReady(int stream) {
			return true;
		}

		@Override
		public void send(int stream, Frame frame) {
			if (!this.clientClosed) {
				toServer(() -> {
					if (!this.serverClosed) {
						this.sessions[stream].received(frame);
					}
				}, true);
			}
		}

		@Override
		public void close(String reason) {
			if (!this.clientClosed) {
				this.clientClosed = true;
				toServer(() -> {
					end();
					hungUp();
				}, false);
			}
		}

	}

	/** A connection for a probe. */
	private final class Probing extends InMemoryNetwork.Conversation {

		private final CompletableFuture<Probe> result;

		private Scheduler.@Nullable Cancellable timer;

		Probing(Address target, CompletableFuture<Probe> result) {
			InMemoryTransport.this.network.super(InMemoryTransport.this, target);
			this.result = result;
		}

		@Override
		void accepted(InMemoryTransport process) {
			Started here = process.started();
			String cluster = started().self.cluster();
			if (!here.self.cluster().equals(cluster)) {
				toClient(() -> done(
						new Probe.Refused("a process of the cluster '" + here.self.cluster() + "' answered")));
				return;
			}
			here.receiver.probed(() -> process.time.schedule(0,
					() -> toClient(() -> done(new Probe.Reached(here.self.node(), here.self.bootId())))));
		}

		void done(Probe probe) {
			end();
			if (this.timer != null) {
				this.timer.cancel();
			}
			if (this.result.complete(probe) && probe instanceof Probe.Reached reached) {
				started().links.seen(reached.bootId());
			}
		}

		@Override
		void hungUp() {
			// The answer, if there is one, goes nowhere
		}

		@Override
		void broken(String reason) {
			done(new Probe.Refused(reason));
		}

	}

}

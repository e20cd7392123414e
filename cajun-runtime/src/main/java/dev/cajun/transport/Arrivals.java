package dev.cajun.transport;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What arrives from one process in one session: an inlet for each stream. */
final class Arrivals {

	private final Transport.Peer from;

	private final Transport.Receiver receiver;

	private final LinkSettings settings;

	private final Traffic traffic;

	/** The session of the peer's link; 0 before it has connected. */
	private final long session;

	private final Map<Integer, Inlet> inlets = new ConcurrentHashMap<>();

	private volatile boolean ended;

	Arrivals(Transport.Peer from, Transport.Receiver receiver, LinkSettings settings, Traffic traffic, long session) {
		this.from = from;
		this.receiver = receiver;
		this.settings = settings;
		this.traffic = traffic;
		this.session = session;
	}

	/** What arrives in the peer's next session. */
	Arrivals next(long newSession) {
		return new Arrivals(this.from, this.receiver, this.settings, this.traffic, newSession);
	}

	long session() {
		return this.session;
	}

	Transport.Peer from() {
		return this.from;
	}

	Traffic traffic() {
		return this.traffic;
	}

	long acknowledgeDelayNanos() {
		return this.settings.acknowledgeDelay().toNanos();
	}

	Inlet inlet(int stream) {
		return this.inlets.computeIfAbsent(stream, (key) -> new Inlet(this, this.receiver, stream));
	}

	boolean isConnected() {
		return this.inlets.values().stream().anyMatch(Inlet::isConnected);
	}

	/** Receives nothing more from now on; takes no lock. */
	void end() {
		this.ended = true;
	}

	boolean hasEnded() {
		return this.ended;
	}

	/** Closes the connections. Not to be called by a thread that is receiving. */
	void disconnect(String reason) {
		this.ended = true;
		this.inlets.values().forEach((inlet) -> inlet.disconnect(reason));
	}

}

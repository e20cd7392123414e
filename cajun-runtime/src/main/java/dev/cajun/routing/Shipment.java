package dev.cajun.routing;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

import dev.cajun.activation.Ask;
import dev.cajun.activation.NumberedTell;
import dev.cajun.transport.Link;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to bring a message to another process. A request and a guaranteed tell stay
 * outstanding under their number until they are answered, returned or lost.
 */
final class Shipment implements Link.Parcel, Ask.Transit {

	/** How long the caller of a request that timed out waits to learn more. */
	private static final long INQUIRY_NANOS = 300_000_000L;

	private static final Ask.Whereabouts UNKNOWN = new Ask.Whereabouts(false, null);

	private final NodeHost host;

	private final Lane lane;

	private final Target target;

	private final PeerLink peer;

	private final Outgoing message;

	private final long number;

	private final byte[] bytes;

	private final long sentAt;

	/** Whether the peer has acknowledged it. */
	private volatile boolean received;

	/** Whether what became of it is known; guarded by the shard's lock. */
	private boolean done;

	private final AtomicReference<@Nullable Consumer<Ask.Whereabouts>> inquiry = new AtomicReference<>();

	Shipment(NodeHost host, Lane lane, Target target, PeerLink peer, Outgoing message) {
		this.host = host;
		this.lane = lane;
		this.target = target;
		this.peer = peer;
		this.message = message;
		this.number = switch (message.envelope) {
			case Ask ask -> ask.number();
			case NumberedTell tell -> host.lateReplies().nextNumber();
			default -> 0;
		};
		this.bytes = frame(lane.number());
		this.sentAt = host.scheduler().nanoTime();
	}

	private byte[] frame(int shard) {
		byte[] record = this.message.record();
		byte kind = switch (this.message.envelope) {
			case Ask ask -> Frames.ASK;
			case NumberedTell tell -> Frames.NUMBERED_TELL;
			default -> Frames.TELL;
		};
		FrameWriter out = new FrameWriter(kind, record.length + 128).number(shard)
			.number(this.target.epoch)
			.number(this.message.order)
			.actor(this.message.receiver);
		if (this.message.envelope instanceof Ask ask) {
			out.number(this.number)
				.number(Math.max(0, ask.timeLeftNanos()))
				.number(Math.max(0, ask.ageNanos()))
				.flag(ask.isLocal());
			String key = ask.key();
			out.flag(key != null);
			if (key != null) {
				out.text(key).text(ask.fingerprint());
			}
		}
		else if (this.message.envelope instanceof NumberedTell tell) {
			out.number(this.number)
				.text(tell.sender())
				.number(tell.number())
				.number(tell.previous())
				.octet(Frames.code(tell.delivery()));
		}
		return out.context(this.message.context()).rest(record).toBytes();
	}

	/** The number that answers carry; 0 for a message that is not answered. */
	long number() {
		return this.number;
	}

	long sentAt() {
		return this.sentAt;
	}

	Target target() {
		return this.target;
	}

	Outgoing message() {
		return this.message;
	}

	Lane lane() {
		return this.lane;
	}

	boolean isReceived() {
		return this.received;
	}

	/** Called with the shard's lock: whether nothing was known of it so far. */
	boolean finish() {
		if (this.done) {
			return false;
		}
		this.done = true;
		return true;
	}

	@Override
	public byte[] bytes() {
		return this.bytes;
	}

	@Override
	public void acknowledged() {
		this.received = true;
		int left = this.target.unacknowledged.decrementAndGet();
		// Who looks for what a lost process has received finds this, or else this finds
		// the process lost
		if (this.target.gone || this.peer.doomed) {
			this.lane.sendings().acknowledgedByGone(this, left);
		}
	}

	@Override
	public void lost(boolean maybeReceived) {
		this.lane.sendings().lost(this, maybeReceived);
	}

	@Override
	public void settled() {
		this.host.outstanding().remove(this);
	}

	@Override
	public void inquire(Consumer<Ask.Whereabouts> answer) {
		this.inquiry.set(answer);
		this.host.scheduler().schedule(INQUIRY_NANOS, () -> this.host.execute(() -> found(UNKNOWN)));
		this.peer.answer(this.lane.number(),
				new FrameWriter(Frames.INQUIRY).number(this.number).actor(this.message.receiver).toBytes());
	}

	/** The other node, or the time, says what has become of the request. */
	void found(Ask.Whereabouts whereabouts) {
		Consumer<Ask.Whereabouts> waiting = this.inquiry.getAndSet(null);
		if (waiting != null) {
			waiting.accept(whereabouts);
		}
	}

}

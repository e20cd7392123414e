package dev.cajun.routing;

import java.util.Map;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.activation.Ask;
import dev.cajun.activation.Envelope;
import dev.cajun.activation.NumberedTell;
import dev.cajun.activation.Origin;
import dev.cajun.activation.Refusal;
import dev.cajun.serialization.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Another process as the sender of one message: what is needed to answer it, or to send
 * the message back.
 */
sealed class Remote implements Origin {

	final NodeHost host;

	final PeerLink peer;

	final int shard;

	/** The epoch under which it was sent. */
	final long epoch;

	/** Its place in the sender's lane. */
	final long order;

	/** The number that an answer carries, or 0. */
	final long number;

	private final Map<String, String> context;

	Remote(NodeHost host, PeerLink peer, int shard, long epoch, long order, long number, Map<String, String> context) {
		this.host = host;
		this.peer = peer;
		this.shard = shard;
		this.epoch = epoch;
		this.order = order;
		this.number = number;
		this.context = context;
	}

	@Override
	public Map<String, String> context() {
		return this.context;
	}

	/** The message leaves this process for the one that it came from. */
	void sendBack(FrameWriter frame, Envelope envelope, ActorId receiver) {
		frame.number(this.order).number(this.number);
		if (this.number == 0) {
			Object message = envelope.message();
			if (message == null) {
				throw new IllegalStateException("A tell to " + receiver + " has no content");
			}
			frame.actor(receiver).context(this.context).rest(this.host.codec().encode(message, "", 0));
		}
		this.peer.answer(this.shard, frame.toBytes());
	}

	void fail(CajunException error) {
		FrameWriter frame = new FrameWriter(Frames.FAILURE).number(this.number);
		Failures.write(frame, error);
		this.peer.answer(this.shard, frame.toBytes());
	}

	/** The caller of a request. */
	static final class Caller extends Remote implements Ask.Caller {

		private final long ageNanos;

		private @Nullable Ask ask;

		Caller(NodeHost host, PeerLink peer, int shard, long epoch, long order, long number,
				Map<String, String> context, long ageNanos) {
			super(host, peer, shard, epoch, order, number, context);
			this.ageNanos = ageNanos;
		}

		/** From now on the caller may inquire about the request. */
		void register(Ask request) {
			this.ask = request;
			this.peer.asked().put(this.number, request);
		}

		@Override
		public String process() {
			return this.peer.process();
		}

		@Override
		public long number() {
			return this.number;
		}

		@Override
		public long ageNanos() {
			return this.ageNanos;
		}

		@Override
		public void answered(Ask request, @Nullable Object value) {
			forget();
			byte[] record;
			try {
				record = this.host.codec().encodeReply(request.messageType().name(), value, "", 0);
			}
			catch (SerializationException ex) {
				fail(ex);
				return;
			}
			this.peer.answer(this.shard,
					new FrameWriter(Frames.REPLY, record.length + 16).number(this.number).rest(record).toBytes());
		}

		@Override
		public void failed(Ask request, CajunException error) {
			forget();
			fail(error);
		}

		@Override
		public void forget() {
			if (this.ask != null) {
				this.peer.asked().remove(this.number, this.ask);
			}
		}

	}

	/** The sender of a guaranteed tell. */
	static final class Sender extends Remote implements NumberedTell.Sender {

		Sender(NodeHost host, PeerLink peer, int shard, long epoch, long order, long number,
				Map<String, String> context) {
			super(host, peer, shard, epoch, order, number, context);
		}

		@Override
		public void handled(long tell) {
			this.peer.answer(this.shard, new FrameWriter(Frames.HANDLED).number(this.number).toBytes());
		}

		@Override
		public void refused(long tell, Refusal refusal) {
			this.peer.answer(this.shard,
					new FrameWriter(Frames.REFUSED).number(this.number).text(Failures.cut(refusal.reason())).toBytes());
		}

	}

	/** The sender of another tell. */
	static final class Teller extends Remote {

		Teller(NodeHost host, PeerLink peer, int shard, long epoch, long order, Map<String, String> context) {
			super(host, peer, shard, epoch, order, 0, context);
		}

	}

}

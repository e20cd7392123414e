package dev.cajun.routing;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.MessageUndelivered;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.UnknownMessageTypeException;
import dev.cajun.activation.Activation;
import dev.cajun.activation.Activity;
import dev.cajun.activation.ActorType;
import dev.cajun.activation.Ask;
import dev.cajun.activation.AskTerms;
import dev.cajun.activation.NumberedTell;
import dev.cajun.activation.Refusal;
import dev.cajun.activation.Tell;
import dev.cajun.serialization.DecodedRecord;
import dev.cajun.serialization.MessageType;
import dev.cajun.serialization.SerializationException;
import dev.cajun.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what other processes send and brings it to where it belongs. Whatever the bytes
 * are, it does not throw: a request that cannot be read fails at its caller, anything
 * else is counted.
 * <p>
 * Thread-safe; one stream is read by one thread at a time.
 */
final class Inbound implements Transport.Receiver {

	private static final Logger logger = LoggerFactory.getLogger(Inbound.class);

	private static final long WARN_NANOS = 10_000_000_000L;

	private final NodeHost host;

	/** When it was last said that something cannot be read. */
	private final AtomicLong warned;

	Inbound(NodeHost host) {
		this.host = host;
		this.warned = new AtomicLong(host.scheduler().nanoTime() - WARN_NANOS);
	}

	@Override
	public void probed(Runnable answer) {
		this.host.execute(answer);
	}

	@Override
	public void received(Transport.Peer from, int stream, byte[] message) {
		try {
			if (message.length > 0 && message[0] >= Frames.FIRST_FOREIGN) {
				this.host.cluster().control().received(from, message);
				return;
			}
			FrameReader in = new FrameReader(message);
			in.checkVersion();
			dispatch(this.host.cluster().peers().of(from), in);
		}
		catch (RuntimeException ex) {
			unreadable("What node " + from.node() + " has sent", ex);
		}
	}

	/** Whoever sends one such thing sends more: they do not fill the log. */
	private void unreadable(String what, RuntimeException error) {
		this.host.statistics().unreadable.increment();
		long now = this.host.scheduler().nanoTime();
		long last = this.warned.get();
		if (now - last >= WARN_NANOS && this.warned.compareAndSet(last, now)) {
			logger.warn("{} cannot be read: {}. Others are counted, and logged at DEBUG", what,
					Failures.cut(error.toString()));
		}
		logger.debug("{} cannot be read", what, error);
	}

	private void dispatch(PeerLink from, FrameReader in) {
		switch (in.kind()) {
			case Frames.TELL, Frames.ASK, Frames.NUMBERED_TELL -> message(from, in);
			case Frames.REPLY -> reply(in.number(), in);
			case Frames.FAILURE -> failure(in.number(), in);
			case Frames.HANDLED -> handled(in.number());
			case Frames.REFUSED -> refused(in.number(), in.text());
			case Frames.RETURNED -> returned(from, in);
			case Frames.FLUSH -> flush(from, in);
			case Frames.FLUSHED -> door(in).lane().sendings().flushed(from, in.number());
			case Frames.SETTLED -> settled(in);
			case Frames.INQUIRY -> inquiry(from, in);
			case Frames.WHEREABOUTS -> whereabouts(in);
			case Frames.TIMER -> timer(from, in);
			default -> throw new SerializationException(SerializationException.Kind.UNKNOWN_TYPE,
					"A message of another node has the unknown kind " + in.kind());
		}
	}

	private Door door(FrameReader in) {
		return this.host.door(in.count(this.host.shardCount() - 1));
	}

	/** The door of a shard that must be the actor's: nodes agree about shards. */
	private Door door(int shard, ActorId actor) {
		if (shard != this.host.shard(actor)) {
			throw new SerializationException(SerializationException.Kind.CORRUPT,
					"Actor " + actor + " is not of shard " + shard);
		}
		return this.host.door(shard);
	}

	// ---- messages to actors

	private void message(PeerLink from, FrameReader in) {
		int shard = in.count(this.host.shardCount() - 1);
		long epoch = in.number();
		long order = in.number();
		ActorId actor = in.actor();
		Door door = door(shard, actor);
		this.host.statistics().received.increment();
		switch (in.kind()) {
			case Frames.ASK -> ask(new Header(from, door, shard, epoch, order, actor), in);
			case Frames.NUMBERED_TELL -> numbered(new Header(from, door, shard, epoch, order, actor), in);
			default -> tell(new Header(from, door, shard, epoch, order, actor), in);
		}
	}

	private void tell(Header header, FrameReader in) {
		Map<String, String> context = in.context();
		byte[] record = in.rest();
		ActorType type;
		Tell tell;
		try {
			type = this.host.actorType(header.actor.type());
			tell = new Tell(decode(type, header.actor, record), record.length);
		}
		catch (CajunException ex) {
			lost(header.from, header.actor, record, ex);
			return;
		}
		Remote origin = new Remote.Teller(this.host, header.from, header.shard, header.epoch, header.order, context);
		tell.from(origin);
		header.door.reception().arrived(type, header.actor, tell, origin);
	}

	/** A message cannot be read, and nobody waits for what becomes of it. */
	private void lost(PeerLink from, ActorId actor, byte[] record, CajunException error) {
		unreadable("A message to actor " + actor + ", which " + from + " has sent and which is lost,", error);
		this.host.undelivered(new MessageUndelivered(actor, this.host.codec().typeName(record), Delivery.AT_MOST_ONCE,
				Failures.cut(String.valueOf(error.getMessage()))));
	}

	private Object decode(ActorType type, ActorId actor, byte[] record) {
		Object message = this.host.codec().decode(record).value();
		if (message == null) {
			throw new SerializationException(SerializationException.Kind.UNREADABLE,
					"A message to actor " + actor + " has no content");
		}
		type.messageType(actor, message);
		return message;
	}

	private void ask(Header header, FrameReader in) {
		long number = in.number();
		long timeLeft = in.number();
		long age = in.number();
		boolean local = in.flag();
		String key = in.flag() ? in.text() : null;
		String fingerprint = (key == null) ? null : in.text();
		Map<String, String> context = in.context();
		byte[] record = in.rest();
		Remote.Caller caller = new Remote.Caller(this.host, header.from, header.shard, header.epoch, header.order,
				number, context, Math.max(0, age));
		ActorType type;
		Ask ask;
		try {
			type = this.host.actorType(header.actor.type());
			Object request = decode(type, header.actor, record);
			MessageType messageType = type.messageType(header.actor, request);
			if (!messageType.request()) {
				throw new UnknownMessageTypeException(
						"Actor " + header.actor + " was asked " + messageType.name() + ", which is no request");
			}
			ask = new Ask(this.host, type, header.actor, messageType, request,
					new AskTerms(Math.max(0, timeLeft), local, key, fingerprint, record.length), caller);
		}
		catch (CajunException ex) {
			unreadable("A request to actor " + header.actor + ", which " + header.from + " has sent,", ex);
			caller.fail(ex);
			return;
		}
		caller.register(ask);
		header.door.reception().arrived(type, header.actor, ask, caller);
	}

	private void numbered(Header header, FrameReader in) {
		long number = in.number();
		String sender = in.text();
		long tellNumber = in.number();
		long previous = in.number();
		Delivery delivery = Frames.delivery(in.octet());
		Map<String, String> context = in.context();
		byte[] record = in.rest();
		Remote.Sender origin = new Remote.Sender(this.host, header.from, header.shard, header.epoch, header.order,
				number, context);
		ActorType type;
		NumberedTell tell;
		try {
			type = this.host.actorType(header.actor.type());
			tell = new NumberedTell(decode(type, header.actor, record), record.length, sender, tellNumber, previous,
					delivery, origin);
		}
		catch (CajunException ex) {
			unreadable("A message to actor " + header.actor + ", which " + header.from + " sends again and again,", ex);
			origin.refused(tellNumber, Refusal.of(ex));
			return;
		}
		tell.from(origin);
		header.door.reception().arrived(type, header.actor, tell, origin);
	}

	// ---- answers

	private void reply(long number, FrameReader in) {
		byte[] record = in.rest();
		answer(number, (ask) -> {
			DecodedRecord reply;
			try {
				reply = this.host.codec().decode(record);
			}
			catch (SerializationException ex) {
				unreadable("An answer of actor " + ask.receiver(), ex);
				ask.fail(ex);
				return;
			}
			if (reply.kind() != DecodedRecord.Kind.REPLY || !reply.typeName().equals(ask.messageType().name())) {
				SerializationException error = new SerializationException(SerializationException.Kind.UNREADABLE,
						"The answer to " + ask.messageType().name() + " is a " + reply.kind() + " of "
								+ reply.typeName());
				unreadable("An answer of actor " + ask.receiver(), error);
				ask.fail(error);
				return;
			}
			ask.complete(reply.value());
		});
	}

	private void failure(long number, FrameReader in) {
		Shipment shipment = this.host.outstanding().take(number);
		if (shipment == null) {
			this.host.lateReplies().answer(number, (ask) -> ask.fail(Failures.read(in, ask.receiver())));
			return;
		}
		Outgoing message = shipment.message();
		CajunException error = read(in, message.receiver);
		if (!(message.envelope instanceof Ask ask)) {
			message.refuse(error);
		}
		else if (error instanceof OutcomeUnknownException && ask.key() != null && ask.isWanted()) {
			ask.doubt();
			ask.travel(null);
			shipment.lane().askAgain(message);
		}
		else {
			ask.fail(error);
		}
	}

	private CajunException read(FrameReader in, ActorId actor) {
		try {
			return Failures.read(in, actor);
		}
		catch (SerializationException ex) {
			unreadable("A failure of actor " + actor, ex);
			return ex;
		}
	}

	private void answer(long number, Consumer<Ask> answer) {
		Shipment shipment = this.host.outstanding().take(number);
		if (shipment == null) {
			this.host.lateReplies().answer(number, answer);
		}
		else if (shipment.message().envelope instanceof Ask ask) {
			answer.accept(ask);
		}
	}

	private void handled(long number) {
		Shipment shipment = this.host.outstanding().take(number);
		if (shipment != null && shipment.message().envelope instanceof NumberedTell tell) {
			tell.handled();
		}
	}

	private void refused(long number, String reason) {
		Shipment shipment = this.host.outstanding().take(number);
		if (shipment != null && shipment.message().envelope instanceof NumberedTell tell) {
			tell.refused(new Refusal(reason, CajunException::new));
		}
	}

	// ---- changes of owner

	private void returned(PeerLink from, FrameReader in) {
		Door door = door(in);
		long epoch = in.number();
		long knownEpoch = in.number();
		String knownOwner = in.text();
		long order = in.number();
		long number = in.number();
		Outgoing tell = (number == 0) ? tellAgain(from, door, order, in) : null;
		door.lane().sendings().returned(from, epoch, number, tell, knownEpoch, knownOwner);
	}

	private @Nullable Outgoing tellAgain(PeerLink from, Door door, long order, FrameReader in) {
		ActorId actor = in.actor();
		in.context();
		byte[] record = in.rest();
		try {
			ActorType type = this.host.actorType(actor.type());
			Outgoing again = new Outgoing(this.host, type, actor, new Tell(decode(type, actor, record), record.length),
					false);
			again.order = order;
			door(door.lane().number(), actor);
			return again;
		}
		catch (CajunException ex) {
			lost(from, actor, record, ex);
			return null;
		}
	}

	private void flush(PeerLink from, FrameReader in) {
		Door door = door(in);
		long epoch = in.number();
		long newEpoch = in.number();
		String newOwner = in.text();
		door.reception().flush(from, epoch, newEpoch, newOwner, in.number());
	}

	private void settled(FrameReader in) {
		int shard = in.count(this.host.shardCount() - 1);
		ActorId actor = in.actor();
		door(shard, actor);
		String sender = in.text();
		this.host.deliverIfActive(actor, Activation.settled(sender, in.number()));
	}

	private void timer(PeerLink from, FrameReader in) {
		int shard = in.count(this.host.shardCount() - 1);
		ActorId actor = in.actor();
		Door door = door(shard, actor);
		String name = in.text();
		long delay = Math.max(0, in.number());
		byte[] record = in.rest();
		Object message;
		try {
			message = decode(this.host.actorType(actor.type()), actor, record);
		}
		catch (CajunException ex) {
			lost(from, actor, record, ex);
			return;
		}
		door.reception().timer(actor, Activation.timer(name, delay, message));
	}

	// ---- timeouts

	private void inquiry(PeerLink from, FrameReader in) {
		long number = in.number();
		ActorId actor = in.actor();
		Ask ask = from.asked().get(number);
		boolean notRun = ask != null && ask.cancel();
		Activity activity = this.host.activity(actor);
		FrameWriter out = new FrameWriter(Frames.WHEREABOUTS).number(number).flag(notRun);
		Failures.writeActivity(out, activity);
		from.answer(this.host.shard(actor), out.toBytes());
	}

	private void whereabouts(FrameReader in) {
		Shipment shipment = this.host.outstanding().find(in.number());
		if (shipment != null) {
			boolean notRun = in.flag();
			shipment.found(new Ask.Whereabouts(notRun, Failures.readActivity(in)));
		}
	}

	private record Header(PeerLink from, Door door, int shard, long epoch, long order, ActorId actor) {

	}

}

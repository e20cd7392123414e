package dev.cajun.routing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.cajun.ActorActivity;
import dev.cajun.ActorId;
import dev.cajun.ActorQuarantinedException;
import dev.cajun.AskTimeoutException;
import dev.cajun.CajunException;
import dev.cajun.CyclicCallException;
import dev.cajun.HandlerException;
import dev.cajun.IdempotencyKeyReusedException;
import dev.cajun.JoinRefusedException;
import dev.cajun.MailboxFullException;
import dev.cajun.MessageTooLargeException;
import dev.cajun.NotAMemberException;
import dev.cajun.OutcomeUnknownException;
import dev.cajun.StaleOwnerException;
import dev.cajun.StoreUnavailableException;
import dev.cajun.UnknownActorTypeException;
import dev.cajun.UnknownMessageTypeException;
import dev.cajun.activation.Activity;
import dev.cajun.metadata.MetadataException;
import dev.cajun.serialization.SerializationException;
import dev.cajun.store.StoreException;
import dev.cajun.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * Failures on the wire. Every exception of the runtime comes back as itself; it is told
 * apart by a number, never by the name of a class. One that this node does not know is a
 * plain {@link CajunException} with its text.
 */
final class Failures {

	private static final int MAX_TEXT = 8 * 1024;

	private static final int MAX_FRAMES = 64;

	private Failures() {
	}

	static void write(FrameWriter out, CajunException error) {
		String message = cut(String.valueOf(error.getMessage()));
		switch (error) {
			case ActorQuarantinedException known -> out.octet(1).text(message);
			case AskTimeoutException known -> {
				out.octet(2).text(message).flag(known.outcome() == AskTimeoutException.Outcome.NOT_RUN);
				writeActivity(out, activity(known.activity()));
			}
			case CyclicCallException known -> out.octet(3).text(message);
			case HandlerException known ->
				out.octet(4).text(message).text(cut(known.errorType())).text(cut(known.errorMessage()));
			case IdempotencyKeyReusedException known -> out.octet(5).text(message);
			case MailboxFullException known -> out.octet(6).text(message);
			case MessageTooLargeException known -> out.octet(7).text(message);
			case NotAMemberException known -> out.octet(8).text(message);
			case OutcomeUnknownException known -> out.octet(9).text(message);
			case StaleOwnerException known -> out.octet(10).text(message);
			case StoreUnavailableException known -> out.octet(11).text(message);
			case UnknownActorTypeException known -> out.octet(12).text(message);
			case UnknownMessageTypeException known -> out.octet(13).text(message);
			case SerializationException known -> out.octet(14).text(message).text(known.kind().name());
			case StoreException known -> out.octet(15).text(message).text(known.kind().name());
			case MetadataException known -> out.octet(16).text(message).text(known.kind().name());
			case TransportException known -> out.octet(17).text(message);
			case JoinRefusedException known -> out.octet(18).text(message).text(known.reason().name());
			default -> out.octet(0).text(message);
		}
	}

	static CajunException read(FrameReader in, ActorId actor) {
		int what = in.octet();
		String message = in.text();
		return switch (what) {
			case 1 -> new ActorQuarantinedException(message);
			case 2 -> {
				boolean notRun = in.flag();
				Activity activity = readActivity(in);
				yield new AskTimeoutException(message,
						notRun ? AskTimeoutException.Outcome.NOT_RUN : AskTimeoutException.Outcome.UNKNOWN,
						(activity == null) ? null : activity.toActorActivity());
			}
			case 3 -> new CyclicCallException(message);
			case 4 -> {
				String type = in.text();
				yield new HandlerException(actor, type, in.text());
			}
			case 5 -> new IdempotencyKeyReusedException(message);
			case 6 -> new MailboxFullException(message);
			case 7 -> new MessageTooLargeException(message);
			case 8 -> new NotAMemberException(message);
			case 9 -> new OutcomeUnknownException(message);
			case 10 -> new StaleOwnerException(message);
			case 11 -> new StoreUnavailableException(message);
			case 12 -> new UnknownActorTypeException(message);
			case 13 -> new UnknownMessageTypeException(message);
			case 14 -> new SerializationException(
					value(SerializationException.Kind.class, in.text(), SerializationException.Kind.UNREADABLE),
					message);
			case 15 -> new StoreException(value(StoreException.Kind.class, in.text(), StoreException.Kind.UNKNOWN),
					message, null);
			case 16 -> new MetadataException(
					value(MetadataException.Kind.class, in.text(), MetadataException.Kind.UNKNOWN), message, null);
			case 17 -> new TransportException(message, null);
			case 18 -> new JoinRefusedException(
					value(JoinRefusedException.Reason.class, in.text(), JoinRefusedException.Reason.PROTOCOL), message);
			default -> new CajunException(message);
		};
	}

	private static <E extends Enum<E>> E value(Class<E> type, String name, E otherwise) {
		for (E constant : type.getEnumConstants()) {
			if (constant.name().equals(name)) {
				return constant;
			}
		}
		return otherwise;
	}

	/** Cut by characters such that the bytes stay below the limit. */
	static String cut(String text) {
		if (text.length() <= MAX_TEXT / 4 || text.getBytes(StandardCharsets.UTF_8).length <= MAX_TEXT) {
			return text;
		}
		int end = MAX_TEXT / 4;
		return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
	}

	private static @Nullable Activity activity(@Nullable ActorActivity known) {
		return (known == null) ? null : new Activity(known.actor(), known.node(), known.phase(), known.messageType(),
				known.running().toNanos(), known.stack(), 0);
	}

	static void writeActivity(FrameWriter out, @Nullable Activity activity) {
		out.flag(activity != null);
		if (activity == null) {
			return;
		}
		out.actor(activity.actor())
			.text(activity.node())
			.text(activity.phase())
			.text(activity.messageType())
			.number(Math.max(0, activity.runningNanos()))
			.number(activity.waiting());
		List<StackTraceElement> stack = activity.stack();
		int frames = Math.min(MAX_FRAMES, stack.size());
		out.number(frames);
		for (StackTraceElement frame : stack.subList(0, frames)) {
			out.text(cut(frame.getClassName()))
				.text(cut(frame.getMethodName()))
				.text((frame.getFileName() == null) ? "" : cut(frame.getFileName()))
				.number(frame.getLineNumber());
		}
	}

	static @Nullable Activity readActivity(FrameReader in) {
		if (!in.flag()) {
			return null;
		}
		ActorId actor = in.actor();
		String node = in.text();
		String phase = in.text();
		String messageType = in.text();
		long running = Math.max(0, Math.min(in.number(), Duration.ofDays(365).toNanos()));
		int waiting = (int) in.number();
		int frames = in.count(MAX_FRAMES);
		List<StackTraceElement> stack = new ArrayList<>(frames);
		for (int i = 0; i < frames; i++) {
			String type = in.text();
			String method = in.text();
			String file = in.text();
			stack.add(new StackTraceElement(type, method, file.isEmpty() ? null : file, (int) in.number()));
		}
		return new Activity(actor, node, phase, messageType, running, stack, waiting);
	}

}

package dev.cajun.spring.autoconfigure.tracing;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import dev.cajun.ActorId;
import dev.cajun.activation.MessageObserver;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;

/**
 * Each message as observations: one where it is sent and one where it is handled, which
 * is the other's child. Keys of actors are in spans alone, never in meters.
 */
final class ObservedMessages implements MessageObserver {

	private final ObservationRegistry registry;

	ObservedMessages(ObservationRegistry registry) {
		this.registry = registry;
	}

	@Override
	public Map<String, String> tell(ActorId receiver, String messageType) {
		SenderContext<Map<String, String>> context = sender(Kind.PRODUCER);
		observation("tell", context, receiver, messageType).start().stop();
		return trace(context);
	}

	@Override
	public Asking ask(ActorId receiver, String messageType) {
		SenderContext<Map<String, String>> context = sender(Kind.CLIENT);
		Observation observation = observation("ask", context, receiver, messageType).start();
		return new ObservedAsking(observation, trace(context));
	}

	@Override
	public Handling handle(ActorId actor, String messageType, Map<String, String> trace) {
		ReceiverContext<Map<String, String>> context = new ReceiverContext<>(Map::get, Kind.SERVER);
		context.setCarrier(trace);
		Observation observation = observation("handle", context, actor, messageType).start();
		return new ObservedHandling(observation, observation.openScope());
	}

	private static SenderContext<Map<String, String>> sender(Kind kind) {
		SenderContext<Map<String, String>> context = new SenderContext<>(
				(carrier, key, value) -> Objects.requireNonNull(carrier).put(key, value), kind);
		context.setCarrier(new HashMap<>(4));
		return context;
	}

	private static Map<String, String> trace(SenderContext<Map<String, String>> context) {
		return Objects.requireNonNull(context.getCarrier());
	}

	private Observation observation(String what, Observation.Context context, ActorId actor, String messageType) {
		context.setContextualName(what + " " + actor.type() + " " + messageType);
		context.addLowCardinalityKeyValue(KeyValue.of("type", actor.type()));
		context.addLowCardinalityKeyValue(KeyValue.of("message", messageType));
		context.addHighCardinalityKeyValue(KeyValue.of("actor", actor.key()));
		return Observation.createNotStarted("cajun.message." + what, () -> context, this.registry);
	}

	private record ObservedAsking(Observation observation, Map<String, String> trace) implements Asking {

		@Override
		public void answered() {
			this.observation.stop();
		}

		@Override
		public void failed(Throwable error) {
			this.observation.error(error).stop();
		}

	}

	private record ObservedHandling(Observation observation, Observation.Scope scope) implements Handling {

		@Override
		public void failed(Throwable error) {
			this.observation.error(error);
		}

		@Override
		public void close() {
			this.scope.close();
			this.observation.stop();
		}

	}

}

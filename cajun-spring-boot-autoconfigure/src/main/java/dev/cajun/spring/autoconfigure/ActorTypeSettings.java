package dev.cajun.spring.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.activation.ActorSettings;
import dev.cajun.activation.RetrySettings;
import dev.cajun.spring.Actor;
import dev.cajun.spring.autoconfigure.CajunProperties.ActorDefaults;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.diagnostics.FailureAnalyzedException;

/**
 * The settings of each actor type: the property of the type, else the annotation, else
 * the property of every type.
 */
final class ActorTypeSettings {

	private final ActorDefaults defaults;

	private final Map<String, ActorProperties> properties;

	private final Function<String, @Nullable String> placeholders;

	ActorTypeSettings(ActorDefaults defaults, Map<String, ActorProperties> properties,
			Function<String, @Nullable String> placeholders) {
		this.defaults = defaults;
		this.properties = properties;
		this.placeholders = placeholders;
	}

	ActorSettings of(ActorBean bean) {
		ActorProperties own = properties(bean.type());
		Actor annotation = bean.annotation();
		Placement placement = (own.placement() != null) ? own.placement() : annotation.placement();
		try {
			return new ActorSettings(persistence(bean, own, placement), passivateAfter(annotation, own),
					number(own.snapshotEvery(), annotation.snapshotEvery(), this.defaults.snapshotEvery()),
					number(own.mailboxCapacity(), annotation.mailboxCapacity(), this.defaults.mailboxCapacity()),
					ActorSettings.defaults().mailboxBytes(),
					(own.onFailure() != null) ? own.onFailure() : annotation.onFailure(), retry(own.retry()), placement,
					(own.readConsistency() != null) ? own.readConsistency() : annotation.readConsistency(),
					(own.askTimeout() != null) ? own.askTimeout() : this.defaults.askTimeout(),
					(own.slowAfter() != null) ? own.slowAfter() : this.defaults.slowAfter());
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException(
					"The settings of the actor type '%s' are not valid: %s".formatted(bean.type(), ex.getMessage()),
					"Correct the properties 'cajun.actors.%s.*' or the @Actor annotation of %s.".formatted(bean.type(),
							bean.describe()),
					ex);
		}
	}

	/**
	 * The properties of a type. Dashes do not count, because environment variables cannot
	 * hold any; what was written without them comes from there and so wins.
	 */
	private ActorProperties properties(String type) {
		ActorProperties found = ActorProperties.NONE;
		for (Map.Entry<String, ActorProperties> entry : this.properties.entrySet()) {
			if (!entry.getKey().equals(type) && sameType(entry.getKey(), type)) {
				found = found.orElse(entry.getValue());
			}
		}
		ActorProperties exact = this.properties.get(type);
		return (exact != null) ? found.orElse(exact) : found;
	}

	static boolean sameType(String one, String other) {
		return uniform(one).equals(uniform(other));
	}

	private static String uniform(String type) {
		return type.replace("-", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * The annotation cannot tell STATE from silence, so STATE yields to what the actor
	 * is.
	 */
	private static Persistence persistence(ActorBean bean, ActorProperties own, Placement placement) {
		if (own.persistence() != null) {
			return own.persistence();
		}
		Persistence annotated = bean.annotation().persistence();
		if (annotated != Persistence.STATE) {
			return annotated;
		}
		if (bean.eventSourced()) {
			return Persistence.EVENTS;
		}
		return (placement == Placement.LOCAL) ? Persistence.NONE : Persistence.STATE;
	}

	private Duration passivateAfter(Actor annotation, ActorProperties own) {
		if (own.passivateAfter() != null) {
			return own.passivateAfter();
		}
		String annotated = this.placeholders.apply(annotation.passivateAfter());
		return (annotated == null || annotated.isBlank()) ? this.defaults.passivateAfter()
				: DurationStyle.detectAndParse(annotated.strip());
	}

	private static int number(@Nullable Integer own, int annotated, int defaultValue) {
		if (own != null) {
			return own;
		}
		return (annotated != -1) ? annotated : defaultValue;
	}

	private RetrySettings retry(ActorProperties.Retry own) {
		CajunProperties.Retry every = this.defaults.retry();
		return new RetrySettings((own.maxAttempts() != null) ? own.maxAttempts() : every.maxAttempts(),
				(own.delay() != null) ? own.delay() : every.delay(),
				(own.multiplier() != null) ? own.multiplier() : every.multiplier(),
				(own.maxDelay() != null) ? own.maxDelay() : every.maxDelay());
	}

}

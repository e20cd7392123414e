package dev.cajun.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import dev.cajun.FailurePolicy;
import dev.cajun.Persistence;
import dev.cajun.Placement;
import dev.cajun.ReadConsistency;

import org.springframework.core.annotation.AliasFor;
import org.springframework.stereotype.Component;

/**
 * Marks a bean that handles the messages of one actor type: a
 * {@link dev.cajun.StatefulActor} or a {@link dev.cajun.EventSourcedActor}. Goes on a
 * class, which is then found by component scanning, or on a {@code @Bean} method whose
 * return type names state and message. One bean serves every actor of the type, so it
 * holds no per-actor fields.
 * <p>
 * For each type there is a bean {@code Actors<M>}, injected by its message type and,
 * where that is not enough, by {@code @Qualifier("<type>")}.
 * <p>
 * Every attribute has a property {@code cajun.actors.<type>.*} that wins; what is set in
 * neither place comes from {@code cajun.actor-defaults.*}.
 */
@Documented
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Component
public @interface Actor {

	/**
	 * The actor type; on a class also the name of the bean.
	 * @return a name, {@code [a-z][a-z0-9-]{0,63}}
	 */
	@AliasFor(annotation = Component.class, attribute = "value")
	String value();

	/**
	 * What each write stores. An {@link dev.cajun.EventSourcedActor} always has
	 * {@link Persistence#EVENTS}.
	 * @return the persistence
	 */
	Persistence persistence() default Persistence.STATE;

	/**
	 * Idle time after which an activation ends, such as {@code 30s} or {@code PT1H}.
	 * @return a duration, or empty for {@code cajun.actor-defaults.passivate-after}
	 */
	String passivateAfter() default "";

	/**
	 * Journal records between two snapshots.
	 * @return from 1, or -1 for {@code cajun.actor-defaults.snapshot-every}
	 */
	int snapshotEvery() default -1;

	/**
	 * Unhandled messages one actor may hold.
	 * @return from 1, or -1 for {@code cajun.actor-defaults.mailbox-capacity}
	 */
	int mailboxCapacity() default -1;

	/**
	 * What happens after the handler threw.
	 * @return the policy
	 */
	FailurePolicy onFailure() default FailurePolicy.RESUME;

	/**
	 * Where the actors live.
	 * @return the placement
	 */
	Placement placement() default Placement.SHARDED;

	/**
	 * What an answer that changed nothing may be based on, for asks that do not say.
	 * @return the consistency
	 */
	ReadConsistency readConsistency() default ReadConsistency.STRONG;

}

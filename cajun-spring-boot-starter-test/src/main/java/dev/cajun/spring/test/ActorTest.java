package dev.cajun.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of actors and nothing else. The application context holds the {@code @Actor}
 * beans that component scanning finds, customizers, listeners and upcasters of the node,
 * and a node with a store in memory, under a cluster name of its own. What the actors
 * depend on besides is given by the test, with {@code @MockitoBean}, {@code @Import} or
 * {@link #includeFilters()}.
 * <p>
 * Time stands still: {@link ActorTime#advance} lets it pass, and with it timers,
 * reminders, passivation and the timeouts of asks. Inject {@code Actors<M>},
 * {@link ActorTime}, {@link ActorProbe} and {@link SerializationCheck} into fields,
 * constructors or test methods.
 * <p>
 * Where JUnit runs tests in parallel, these come one after the other: tests share
 * contexts, and with them time and probes.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@BootstrapWith(ActorTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@ResourceLock("dev.cajun.spring.test.ActorTest")
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(ActorTypeExcludeFilter.class)
@ImportAutoConfiguration
public @interface ActorTest {

	/**
	 * Properties that are added to the environment before the test runs.
	 * @return the properties, as {@code key=value}
	 */
	String[] properties() default {};

	/**
	 * Whether to include what the slice includes by default.
	 * @return false to include only what {@link #includeFilters()} name
	 */
	boolean useDefaultFilters() default true;

	/**
	 * Beans to include that the slice would leave out.
	 * @return filters
	 */
	Filter[] includeFilters() default {};

	/**
	 * Beans to leave out, such as an actor that an {@link ActorProbe} stands in for.
	 * @return filters
	 */
	Filter[] excludeFilters() default {};

	/**
	 * Auto-configurations to leave out.
	 * @return classes
	 */
	@AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
	Class<?>[] excludeAutoConfiguration() default {};

}

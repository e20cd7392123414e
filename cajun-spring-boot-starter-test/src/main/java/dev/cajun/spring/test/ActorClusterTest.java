package dev.cajun.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A test of actors in a cluster. The whole application runs several times in this JVM,
 * each time as a node of its own, without web server and without etcd, Redis or ports:
 * see {@link ActorCluster}, which test methods, life-cycle methods and constructors take
 * as a parameter.
 * <p>
 * The cluster starts before the first test of the class and stops after the last. After
 * each test everything is healed, every node runs again, and each shard has an owner;
 * what the actors have stored stays, so tests use ids of their own.
 * <p>
 * Where JUnit runs tests in parallel, those of one class come one after the other, and
 * classes run side by side.
 * <p>
 * {@code @TestConfiguration} classes nested in the test class are part of each node.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ActorClusterExtension.class)
@ResourceLock(providers = OneTestAtATime.class)
public @interface ActorClusterTest {

	/**
	 * How many nodes the cluster has.
	 * @return the number, at least one
	 */
	int nodes() default 3;

	/**
	 * The classes that make up the application.
	 * @return configuration classes; by default the {@code @SpringBootApplication} in the
	 * package of the test, or in one above it
	 */
	Class<?>[] classes() default {};

	/**
	 * Properties of every node, which win over what the application says.
	 * @return the properties, as {@code key=value}
	 */
	String[] properties() default {};

}

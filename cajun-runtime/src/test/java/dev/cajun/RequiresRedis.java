package dev.cajun;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests that start Redis. They are skipped where it is not installed, and fail there with
 * {@code -Dcajun.programs=required}.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("requires-redis")
@ExtendWith(ProgramCondition.class)
public @interface RequiresRedis {

}

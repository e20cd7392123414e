package dev.cajun;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names a message, reply, event or state class in stored bytes and on the wire, so that
 * the class may be renamed or moved. Without it a class has its simple name and version
 * 1.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface TypeName {

	/**
	 * The logical name, unique in the application.
	 * @return 1 to 128 characters of {@code [A-Za-z0-9._-]}
	 */
	String value();

	/**
	 * The version of the class's shape, from 1; raise it when older data needs an
	 * upcaster.
	 * @return the version
	 */
	int version() default 1;

}

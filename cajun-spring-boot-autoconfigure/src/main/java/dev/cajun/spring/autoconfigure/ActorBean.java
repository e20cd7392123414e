package dev.cajun.spring.autoconfigure;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

import dev.cajun.spring.Actor;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/**
 * A bean that handles one actor type, as its definition tells, before it exists.
 *
 * @param annotation the annotation found on the class or on the {@code @Bean} method
 * @param beanName the name of the bean
 * @param beanClass the class of the handler, below any proxy
 * @param messageType the type of the messages
 * @param stateType the type of the state
 * @param eventType the type of the events, or {@code null} for a {@code StatefulActor}
 */
record ActorBean(Actor annotation, String beanName, Class<?> beanClass, Type messageType, Type stateType,
		@Nullable Type eventType) {

	String type() {
		return this.annotation.value();
	}

	boolean eventSourced() {
		return this.eventType != null;
	}

	Class<?> messageClass() {
		return ActorTypes.rawClass(this.messageType);
	}

	/**
	 * Fields that could hold the state of one actor, which one bean for all actors must
	 * not. Annotated ones are taken for injected.
	 */
	List<String> nonFinalFields() {
		List<String> names = new ArrayList<>();
		for (Class<?> type = ClassUtils.getUserClass(this.beanClass); type != null
				&& type != Object.class; type = type.getSuperclass()) {
			for (Field field : type.getDeclaredFields()) {
				if ((field.getModifiers() & (Modifier.FINAL | Modifier.STATIC)) == 0 && !field.isSynthetic()
						&& field.getAnnotations().length == 0) {
					names.add(field.getName());
				}
			}
		}
		return names;
	}

	/** What people read in analyses: the bean and where it comes from. */
	String describe() {
		return "bean '" + this.beanName + "' (" + ClassUtils.getUserClass(this.beanClass).getName() + ")";
	}

}

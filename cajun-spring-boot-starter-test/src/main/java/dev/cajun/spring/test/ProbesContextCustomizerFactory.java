package dev.cajun.spring.test;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/**
 * Finds the message types {@code M} of {@code ActorProbe<M>} in fields and parameters of
 * a test class.
 */
class ProbesContextCustomizerFactory implements ContextCustomizerFactory {

	@Override
	public ContextCustomizer createContextCustomizer(Class<?> testClass,
			List<ContextConfigurationAttributes> configAttributes) {
		Set<Class<?>> messages = new TreeSet<>(Comparator.comparing(Class::getName));
		collect(testClass, messages);
		return new ProbesContextCustomizer(List.copyOf(messages));
	}

	private static void collect(Class<?> testClass, Set<Class<?>> messages) {
		for (Class<?> type = testClass; type != null && type != Object.class; type = type.getSuperclass()) {
			for (Field field : type.getDeclaredFields()) {
				add(ResolvableType.forField(field, testClass), messages);
			}
			List<Executable> executables = new ArrayList<>(List.<Constructor<?>>of(type.getDeclaredConstructors()));
			executables.addAll(List.<Method>of(type.getDeclaredMethods()));
			for (Executable executable : executables) {
				for (int i = 0; i < executable.getParameterCount(); i++) {
					MethodParameter parameter = MethodParameter.forExecutable(executable, i);
					add(ResolvableType.forMethodParameter(parameter.withContainingClass(testClass)), messages);
				}
			}
		}
		if (TestContextAnnotationUtils.searchEnclosingClass(testClass)) {
			collect(testClass.getEnclosingClass(), messages);
		}
	}

	private static void add(ResolvableType type, Set<Class<?>> messages) {
		if (type.resolve() == ActorProbe.class) {
			Class<?> messageType = type.getGeneric().resolve();
			if (messageType != null) {
				messages.add(messageType);
			}
		}
	}

}

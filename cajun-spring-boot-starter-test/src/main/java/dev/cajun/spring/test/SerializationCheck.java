package dev.cajun.spring.test;

import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.LinkedHashSet;
import java.util.Set;

import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.EventSourcedActor;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.TypeName;
import dev.cajun.serialization.ActorSerializer;
import dev.cajun.spring.Actor;

import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Checks that what actors exchange and keep survives serialization: written and read
 * again, it is what it was.
 *
 * <pre class="code">
 * &#064;Test
 * void messagesSurvive(&#064;Autowired SerializationCheck check) {
 *     check.with(new Deposit(10)).roundTripAll();
 * }
 * </pre>
 */
public final class SerializationCheck {

	private final ConfigurableListableBeanFactory beanFactory;

	private final ActorSerializer serializer;

	private final SampleValues samples;

	SerializationCheck(ConfigurableListableBeanFactory beanFactory, ActorSerializer serializer, ActorSystem system) {
		this.beanFactory = beanFactory;
		this.serializer = serializer;
		this.samples = new SampleValues(() -> anyRef(beanFactory, system));
	}

	private static ActorRef<?> anyRef(ConfigurableListableBeanFactory beanFactory, ActorSystem system) {
		String bean = beanFactory.getBeanNamesForAnnotation(Actor.class)[0];
		Actor actor = beanFactory.findAnnotationOnBean(bean, Actor.class);
		if (actor == null) {
			throw new IllegalStateException("Bean '" + bean + "' lost its @Actor");
		}
		Type messages = actorTypes(beanFactory, bean).getGeneric(1).getType();
		return system.actors(actor.value(), ResolvableType.forType(messages).resolve(Object.class)).get("sample");
	}

	/**
	 * Gives samples of classes for which none can be made: those that are no records, and
	 * those whose constructor refuses the values that are made up.
	 * @param samples values, at most one per class; they are used as components too
	 * @return this check
	 */
	public SerializationCheck with(Object... samples) {
		for (Object sample : samples) {
			this.samples.give(sample);
		}
		return this;
	}

	/**
	 * Writes and reads a sample of every message, reply and event that the {@code @Actor}
	 * beans declare.
	 * @throws AssertionError if one is not the same afterwards
	 */
	public void roundTripAll() {
		Set<ResolvableType> declared = new LinkedHashSet<>();
		for (String name : this.beanFactory.getBeanNamesForAnnotation(Actor.class)) {
			ResolvableType actor = actorTypes(this.beanFactory, name);
			ResolvableType[] generics = actor.getGenerics();
			for (int i = 1; i < generics.length; i++) {
				concrete(generics[i], declared);
			}
		}
		for (ResolvableType type : declared) {
			roundTrip(this.samples.of(type.getType()), type.getType());
			ResolvableType reply = type.as(Request.class).getGeneric();
			if (reply.resolve(Void.class) != Void.class) {
				roundTrip(this.samples.of(reply.getType()), reply.getType());
			}
		}
	}

	private static ResolvableType actorTypes(ConfigurableListableBeanFactory beanFactory, String name) {
		ResolvableType declared = beanFactory.getMergedBeanDefinition(name).getResolvableType();
		ResolvableType type = (declared.resolve() != null) ? declared
				: ResolvableType.forClass(AopUtils.getTargetClass(beanFactory.getBean(name)));
		return type.as(StatefulActor.class.isAssignableFrom(type.resolve(Object.class)) ? StatefulActor.class
				: EventSourcedActor.class);
	}

	private static void concrete(ResolvableType type, Set<ResolvableType> found) {
		Class<?> raw = type.resolve(Object.class);
		if (raw.isSealed()) {
			for (Class<?> permitted : raw.getPermittedSubclasses()) {
				concrete(ResolvableType.forClass(permitted), found);
			}
		}
		if (!Modifier.isAbstract(raw.getModifiers()) || raw.isEnum()) {
			found.add(ResolvableType.forClass(raw));
		}
	}

	/**
	 * Writes and reads one value.
	 * @param value a message, reply, event or state
	 * @param <T> its type
	 * @return what was read
	 * @throws AssertionError if it is not the same
	 */
	public <T> T roundTrip(T value) {
		Class<?> type = value.getClass();
		@SuppressWarnings("unchecked")
		T read = (T) roundTrip(value, type);
		return read;
	}

	private Object roundTrip(Object value, Type type) {
		Class<?> raw = value.getClass();
		TypeName name = raw.getAnnotation(TypeName.class);
		byte[] bytes = this.serializer.serialize(value, type);
		Object read = this.serializer.deserialize(bytes, 0, bytes.length, type,
				(name != null) ? name.value() : raw.getSimpleName(), (name != null) ? name.version() : 1);
		assertThat(read).as("%s, written as %s and read again", raw.getName(), this.serializer.format())
			.usingRecursiveComparison()
			.isEqualTo(value);
		return read;
	}

}

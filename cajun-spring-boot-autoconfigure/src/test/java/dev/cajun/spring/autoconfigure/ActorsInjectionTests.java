package dev.cajun.spring.autoconfigure;

import java.util.List;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.EventSourcedActor;
import dev.cajun.StatefulActor;
import dev.cajun.node.ActorTypeInfo;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeState;
import dev.cajun.spring.Actor;
import dev.cajun.spring.ApplicationNode;
import dev.cajun.spring.autoconfigure.Ping.Count;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import dev.cajun.spring.autoconfigure.Ping.PongMessage;
import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.autoproxy.DefaultAdvisorAutoProxyCreator;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.NameMatchMethodPointcut;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;

import static org.assertj.core.api.Assertions.assertThat;

class ActorsInjectionTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class))
		.withPropertyValues("cajun.persistence.store=memory");

	@Test
	void injectsIntoConstructorsOfActorsThatReferToEachOther() {
		this.runner.withUserConfiguration(PingActor.class, PongActor.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean("pingActors", Actors.class).type()).isEqualTo("ping");
			assertThat(context.getBean("pongActors", Actors.class).get("a").id()).isEqualTo(new ActorId("pong", "a"));
		});
	}

	@Test
	void injectsIntoConstructorsOfConfigurationClasses() {
		this.runner.withUserConfiguration(WithActorsInConstructor.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean("type")).isEqualTo("ping");
		});
	}

	@Test
	void findsActorsOfBeanMethods() {
		this.runner.withUserConfiguration(BeanMethods.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(ActorSystem.class).types()).containsExactly("by-interface", "by-method", "pong");
			assertThat(context.getBean("by-methodActors")).isSameAs(context.getBean("byMethodActors"));
		});
	}

	@Test
	void choosesAmongTypesOfOneMessageTypeByQualifier() {
		this.runner.withUserConfiguration(BeanMethods.class, Qualified.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Qualified.class).actors.type()).isEqualTo("by-interface");
			assertThat(context.getBean(Qualified.class).byMethodActors.type()).isEqualTo("by-method");
		});
	}

	@Test
	void failsWhenSeveralTypesHaveTheMessageType() {
		this.runner.withUserConfiguration(BeanMethods.class, Unqualified.class)
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(NoUniqueBeanDefinitionException.class));
	}

	@Test
	void worksWithClassProxies() {
		this.runner.withUserConfiguration(PingActor.class, PongActor.class, ClassProxies.class).run((context) -> {
			assertThat(AopUtils.isCglibProxy(context.getBean("ping"))).isTrue();
			assertThat(context.getBean(ActorSystem.class).types()).containsExactly("ping", "pong");
		});
	}

	@Test
	void worksWithInterfaceProxies() {
		this.runner.withUserConfiguration(PingActor.class, PongActor.class, InterfaceProxies.class).run((context) -> {
			assertThat(AopUtils.isJdkDynamicProxy(context.getBean("ping"))).isTrue();
			assertThat(context.getBean(ActorSystem.class).types()).containsExactly("ping", "pong");
			assertThat(context.getBean(ClusterManagement.class).types()).extracting(ActorTypeInfo::handler)
				.contains(PingActor.class.getName());
		});
	}

	@Test
	void worksWithLazyInitialization() {
		this.runner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withUserConfiguration(PingActor.class, PongActor.class)
			.run((context) -> {
				assertThat(context.getBean(ActorSystem.class).types()).containsExactly("ping", "pong");
				assertThat(context.getBean(ApplicationNode.class).node().state()).isEqualTo(NodeState.UP);
			});
	}

	@Test
	void findsTheTypesOfGenericBaseClasses() {
		this.runner.withUserConfiguration(Derived.class)
			.run((context) -> assertThat(context.getBean(ActorsFor.class).actors.type()).isEqualTo("derived"));
	}

	@Test
	void findsEventSourcedActors() {
		this.runner.withUserConfiguration(Sourced.class)
			.run((context) -> assertThat(context.getBean(ActorSystem.class).types()).containsExactly("sourced"));
	}

	@Test
	void leavesABeanOfTheSameNameAlone() {
		this.runner.withBean("pingActors", String.class, () -> "mine")
			.withUserConfiguration(PingActor.class, PongActor.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean("pingActors")).isEqualTo("mine");
				assertThat(context.getBean("cajunPingActors", Actors.class).type()).isEqualTo("ping");
			});
	}

	@Configuration(proxyBeanMethods = false)
	@Import({ PingActor.class, PongActor.class })
	static class WithActorsInConstructor {

		private final Actors<PingMessage> actors;

		WithActorsInConstructor(Actors<PingMessage> actors) {
			this.actors = actors;
		}

		@Bean
		String type() {
			return this.actors.type();
		}

	}

	@Configuration
	@Import(PongActor.class)
	static class BeanMethods {

		@Bean
		@Actor("by-method")
		PingActor first(Actors<PongMessage> pongs) {
			return new PingActor(pongs);
		}

		@Bean
		@Actor("by-interface")
		StatefulActor<Count, PingMessage> second(Actors<PongMessage> pongs) {
			return new PingActor(pongs);
		}

		/** Pong wants the actors of ping's messages, of which there are two kinds. */
		@Bean
		@Primary
		Actors<PingMessage> chosen(@Qualifier("by-method") Actors<PingMessage> actors) {
			return actors;
		}

	}

	@Import(Qualified.Holder.class)
	static class Qualified {

		final Actors<PingMessage> actors;

		final Actors<PingMessage> byMethodActors;

		Qualified(@Qualifier("by-interface") Actors<PingMessage> actors,
				@Qualifier("by-method") Actors<PingMessage> byMethodActors) {
			this.actors = actors;
			this.byMethodActors = byMethodActors;
		}

		static class Holder {

		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Unqualified {

		@Bean
		@Actor("one-more")
		StatefulActor<Count, PongMessage> more(Actors<PingMessage> pings) {
			return new PongActor(pings);
		}

		@Bean
		String ambiguous(Actors<PongMessage> any) {
			return any.type();
		}

	}

	abstract static class Proxies {

		@Bean
		static DefaultPointcutAdvisor advisor() {
			NameMatchMethodPointcut pointcut = new NameMatchMethodPointcut();
			pointcut.setMappedName("receive");
			MethodInterceptor interceptor = (invocation) -> invocation.proceed();
			return new DefaultPointcutAdvisor(pointcut, interceptor);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClassProxies extends Proxies {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies() {
			DefaultAdvisorAutoProxyCreator creator = new DefaultAdvisorAutoProxyCreator();
			creator.setProxyTargetClass(true);
			return creator;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class InterfaceProxies extends Proxies {

		@Bean
		static DefaultAdvisorAutoProxyCreator proxies() {
			return new DefaultAdvisorAutoProxyCreator();
		}

	}

	abstract static class Base<S, T> implements StatefulActor<S, T> {

		@Override
		public S receive(S state, T message, ActorContext<T> context) {
			return state;
		}

	}

	@Actor("derived")
	@Import(ActorsFor.class)
	static class Derived extends Base<Count, PongMessage> {

		@Override
		public Count initialState(ActorId id) {
			return new Count(0);
		}

	}

	static class ActorsFor {

		final Actors<PongMessage> actors;

		ActorsFor(Actors<PongMessage> actors) {
			this.actors = actors;
		}

	}

	record Added(long amount) {

	}

	@Actor("sourced")
	static class Sourced implements EventSourcedActor<Count, PongMessage, Added> {

		@Override
		public Count initialState(ActorId id) {
			return new Count(0);
		}

		@Override
		public List<Added> decide(Count state, PongMessage command, ActorContext<PongMessage> context) {
			return List.of(new Added(1));
		}

		@Override
		public Count evolve(Count state, Added event) {
			return state.next();
		}

	}

}

package dev.cajun.spring.autoconfigure;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.spring.autoconfigure.Ping.Count;
import dev.cajun.spring.autoconfigure.Ping.Hit;
import dev.cajun.spring.autoconfigure.Ping.HitPong;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import dev.cajun.spring.autoconfigure.Ping.PongMessage;
import dev.cajun.store.InMemoryActorStore;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.bean.override.mockito.MockitoBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

class MockedActorsTests {

	@Nested
	@SpringBootTest(classes = WithoutActors.class, webEnvironment = WebEnvironment.NONE)
	class ActorsWithoutAnActor {

		@MockitoBean
		private Actors<PingMessage> actors;

		@Autowired
		private Consumer consumer;

		@Test
		@SuppressWarnings("unchecked")
		void areMocked() {
			ActorRef<PingMessage> ref = mock(ActorRef.class);
			given(this.actors.get("a")).willReturn(ref);
			given(ref.call(new Hit())).willReturn(42L);
			assertThat(this.consumer.hit("a")).isEqualTo(42);
		}

	}

	@Nested
	@SpringBootTest(classes = WithActors.class, webEnvironment = WebEnvironment.NONE)
	class ActorsOfAnActor {

		@MockitoBean
		private Actors<PingMessage> actors;

		@Autowired
		private Consumer consumer;

		@Test
		@SuppressWarnings("unchecked")
		void areMocked() {
			ActorRef<PingMessage> ref = mock(ActorRef.class);
			given(this.actors.get("a")).willReturn(ref);
			given(ref.call(new Hit())).willReturn(42L);
			assertThat(this.consumer.hit("a")).isEqualTo(42);
		}

	}

	@Nested
	@SpringBootTest(classes = WithActors.class, webEnvironment = WebEnvironment.NONE)
	class Handler {

		@MockitoBean
		private PongActor pong;

		@Autowired
		private Actors<PongMessage> pongs;

		@Test
		@SuppressWarnings("unchecked")
		void isMocked() {
			given(this.pong.initialState(any(ActorId.class))).willReturn(new Count(1));
			given(this.pong.receive(any(Count.class), any(PongMessage.class), any(ActorContext.class)))
				.willAnswer((invocation) -> {
					ActorContext<PongMessage> context = invocation.getArgument(2);
					context.reply(invocation.<HitPong>getArgument(1), 7L);
					return invocation.getArgument(0);
				});
			assertThat(this.pongs.get("a").call(new HitPong())).isEqualTo(7);
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@Import(Consumer.class)
	static class WithoutActors {

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@ImportAutoConfiguration(CajunAutoConfiguration.class)
	@Import({ Consumer.class, PingActor.class, PongActor.class, InMemory.class })
	static class WithActors {

	}

	static class InMemory {

		@Bean
		InMemoryActorStore store() {
			return new InMemoryActorStore();
		}

	}

	static class Consumer {

		private final Actors<PingMessage> actors;

		Consumer(Actors<PingMessage> actors) {
			this.actors = actors;
		}

		long hit(String key) {
			return this.actors.get(key).call(new Hit());
		}

	}

}

package dev.cajun.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.ActorSystem;
import dev.cajun.Delivery;
import dev.cajun.MessageUndelivered;
import dev.cajun.node.NodeListener;
import dev.cajun.node.NodeState;
import dev.cajun.spring.autoconfigure.Ping.Greeting;
import dev.cajun.spring.autoconfigure.Ping.PingActor;
import dev.cajun.spring.autoconfigure.Ping.PingMessage;
import dev.cajun.spring.autoconfigure.Ping.PongActor;
import dev.cajun.spring.autoconfigure.Ping.Publish;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

class ApplicationEventsTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CajunAutoConfiguration.class))
		.withPropertyValues("cajun.persistence.store=memory")
		.withUserConfiguration(PingActor.class, PongActor.class, Recorder.class);

	@Test
	void publishesEventsOfHandlers() {
		this.runner.run((context) -> {
			ActorRef<PingMessage> ping = context.getBean(ActorSystem.class).actors(PingMessage.class).get("a");
			ping.tell(new Publish("hello"));
			assertThat(context.getBean(Recorder.class).greetings.poll(5, TimeUnit.SECONDS))
				.isEqualTo(new Greeting("hello"));
		});
	}

	@Test
	void tellsListenersOfTheApplication() {
		Recorder[] recorder = new Recorder[1];
		this.runner.run((context) -> recorder[0] = context.getBean(Recorder.class));
		assertThat(recorder[0].states).containsExactly(NodeState.STARTING, NodeState.UP, NodeState.STOPPING,
				NodeState.STOPPED);
	}

	@Test
	void publishesUndeliveredMessagesAndSurvivesListeners() {
		ApplicationNodeListener listener = new ApplicationNodeListener(
				(event) -> assertThat(event).isInstanceOf(MessageUndelivered.class), List.of(new NodeListener() {

					@Override
					public void undelivered(MessageUndelivered message) {
						throw new IllegalStateException("on purpose");
					}

				}));
		listener
			.undelivered(new MessageUndelivered(new ActorId("a", "b"), "Message", Delivery.AT_MOST_ONCE, "no reason"));
	}

	static class Recorder implements NodeListener {

		final BlockingQueue<Greeting> greetings = new LinkedBlockingQueue<>();

		final BlockingQueue<NodeState> states = new LinkedBlockingQueue<>();

		@EventListener
		void greeted(Greeting greeting) {
			this.greetings.add(greeting);
		}

		@Override
		public void stateChanged(NodeState state) {
			this.states.add(state);
		}

	}

}

package dev.cajun.node;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.cajun.activation.ActorSettings;
import dev.cajun.node.TestActor.Do;
import dev.cajun.node.TestActor.Gate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** A handler that does not come to an end is made known. */
class SlowHandlersTests {

	private static final Duration SLOW = Duration.ofSeconds(4);

	private final Logger logger = (Logger) LoggerFactory.getLogger(SlowHandlers.class);

	private final ListAppender<ILoggingEvent> log = new ListAppender<>();

	private final TestActor actor = new TestActor();

	private final Gate gate = this.actor.gate();

	private final TestNode node = TestNode.start(
			this.actor.definition("a", ActorSettings.defaults().withSlowAfter(SLOW)),
			this.actor.definition("b", ActorSettings.defaults().withSlowAfter(Duration.ofHours(1))));

	@BeforeEach
	void listen() {
		this.log.start();
		this.logger.addAppender(this.log);
	}

	@AfterEach
	void close() {
		this.logger.detachAppender(this.log);
		this.gate.open();
		this.node.settle().close();
	}

	private void holds(String type, int actors) {
		int before = this.actor.handled().size();
		for (int i = 0; i < actors; i++) {
			this.node.ref(type, "x" + i).tell(new Do("gate"));
		}
		this.node.await(() -> this.actor.handled().size() == before + actors);
	}

	/** They look once in this time. */
	private void pass(Duration duration) {
		this.node.time().advance(duration);
		this.node.await(() -> this.node.time().untilNext() != null);
	}

	private void awaitSlow(Map<String, Integer> expected) {
		this.node.await(() -> this.node.node().management().slowHandlers().equals(expected));
	}

	private String trouble() {
		return this.node.node().management().node().trouble();
	}

	private List<String> lines(Level level) {
		return List.copyOf(this.log.list)
			.stream()
			.filter((event) -> event.getLevel().equals(level))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
	}

	@Test
	void handlerThatIsAtOneMessageForLongIsNamedOnceUntilItEnds() {
		holds("a", 1);
		pass(SLOW.minusMillis(1));
		assertThat(trouble()).isEmpty();
		pass(Duration.ofMillis(1));
		awaitSlow(Map.of("a", 1));

		assertThat(trouble()).isEqualTo("a handler takes long: a/x0 (Do, 4 s)");
		assertThat(lines(Level.WARN)).singleElement()
			.asString()
			.startsWith("The handler of actor a/x0 has been at Do for 4 s")
			.contains("\n\tat ")
			.contains("TestActor$Gate.pass");

		pass(SLOW);
		this.node.await(() -> trouble().contains("8 s"));
		assertThat(lines(Level.WARN)).hasSize(1);

		this.gate.open();
		this.node.settle();
		pass(SLOW);
		awaitSlow(Map.of());
		assertThat(trouble()).isEmpty();
		this.node.await(() -> !lines(Level.INFO).isEmpty());
		assertThat(lines(Level.INFO)).containsExactly("At an end is a handler that took long, of [a/x0]");
	}

	@Test
	void whereManyTakeLongAFewAreNamed() {
		holds("a", 8);
		pass(SLOW);
		awaitSlow(Map.of("a", 8));

		assertThat(trouble()).startsWith("8 handlers take long: a/x").endsWith(" and 3 more").containsOnlyOnce("more");
		this.node.await(() -> lines(Level.WARN).size() == 6);
		assertThat(lines(Level.WARN).getLast()).startsWith("The handlers of 3 more actors");
	}

	@Test
	void eachTypeHasItsOwnTime() {
		holds("a", 1);
		holds("b", 2);
		pass(SLOW);
		awaitSlow(Map.of("a", 1));

		assertThat(trouble()).doesNotContain("b/");
	}

	@Test
	void eachMessageHasItsOwnTime() throws Exception {
		Gate second = new Gate();
		this.actor.run("second", (message, context) -> second.pass());
		holds("a", 1);
		this.node.ref("a", "x0").tell(new Do("second"));
		pass(SLOW.minusSeconds(1));
		this.gate.open();
		second.awaitReached();
		try {
			pass(Duration.ofSeconds(1));
			assertThat(this.node.node().management().slowHandlers()).isEmpty();
			pass(SLOW);
			awaitSlow(Map.of("a", 1));
			assertThat(lines(Level.WARN)).singleElement().asString().contains("has been at Do for 5 s");
		}
		finally {
			second.open();
		}
	}

}

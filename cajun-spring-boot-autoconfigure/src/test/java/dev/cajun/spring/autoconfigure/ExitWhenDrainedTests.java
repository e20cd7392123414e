package dev.cajun.spring.autoconfigure;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** The exit code is tried with real processes by integration/09-migrations.sh. */
class ExitWhenDrainedTests {

	@Test
	void closesTheApplicationWithoutBlockingTheCaller() {
		Thread[] closing = new Thread[1];
		GenericApplicationContext context = new GenericApplicationContext();
		context.registerBean("guard", AutoCloseable.class, () -> () -> closing[0] = Thread.currentThread());
		context.refresh();

		new ExitWhenDrained(context).drained("n1#7");

		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !context.isActive() && closing[0] != null);
		assertThat(closing[0]).isNotSameAs(Thread.currentThread());
		assertThat(closing[0].isDaemon()).isFalse();
	}

}

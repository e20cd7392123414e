package dev.cajun.sample;

import java.nio.file.Path;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An orderly restart in the same directory; the rude ones are in {@code integration/}.
 */
class RestartTests {

	@TempDir
	Path directory;

	@Test
	void findsEverythingAgain() {
		run((bank) -> {
			bank.deposit("alice", 10).expectStatus().isOk();
			bank.depositOnce("alice", "k1", 5).expectStatus().isOk();
			Bank.assertProblem(bank.withdrawOnce("bob", "k2", 1), 409, "has only 0");
			bank.transfer("t1", "alice", "bob", 4).expectStatus().isAccepted();
		});
		run((bank) -> {
			assertThat(bank.awaitTransfer("t1")).isEqualTo("COMPLETED");
			bank.depositOnce("alice", "k1", 5).expectStatus().isOk().expectBody().json("""
					{"id":"alice","balance":15,"entries":2}""");
			Bank.assertProblem(bank.withdrawOnce("bob", "k2", 1), 409, "has only 0");
			bank.assertBalance("alice", 11, 3);
			bank.assertBalance("bob", 4, 1);
		});
	}

	private void run(Consumer<Bank> client) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SampleApplication.class)
			.run("--server.port=0", "--cajun.persistence.embedded.directory=" + this.directory.resolve("data"))) {
			client.accept(new Bank(context.getEnvironment().getRequiredProperty("local.server.port", int.class)));
		}
	}

}

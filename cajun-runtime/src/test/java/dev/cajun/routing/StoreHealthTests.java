package dev.cajun.routing;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import dev.cajun.ActorId;
import dev.cajun.store.ActorStore;
import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class StoreHealthTests {

	private final Throwable full = new IllegalStateException("full");

	private final VirtualTime time = new VirtualTime();

	private final Deque<CompletableFuture<Set<ActorId>>> questions = new ArrayDeque<>();

	private final StoreHealth health = new StoreHealth(store(), this.time);

	/** It can be asked for a wake set, and answers when the test does. */
	private ActorStore store() {
		return (ActorStore) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { ActorStore.class },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "description" -> "a store";
					case "wakeSet" -> {
						this.questions.add(new CompletableFuture<>());
						yield this.questions.getLast();
					}
					default -> throw new UnsupportedOperationException(method.getName());
				});
	}

	private void ask() {
		this.time.advance(StoreHealth.INTERVAL);
		this.health.ask();
	}

	@Test
	void isAsItsLastCallWent() {
		assertThat(this.health.error()).isNull();
		this.health.wrote(this.full);
		this.health.read(null);
		assertThat(this.health.error()).isSameAs(this.full);
		this.health.wrote(null);
		assertThat(this.health.error()).isNull();
	}

	@Test
	void failureIsForgottenWhenNobodyTriesAgain() {
		this.health.wrote(this.full);
		this.health.read(this.full);
		this.time.advance(StoreHealth.MEMORY.minusMillis(1));
		assertThat(this.health.error()).isSameAs(this.full);
		this.health.wrote(this.full);
		this.time.advance(StoreHealth.MEMORY.minusMillis(1));
		assertThat(this.health.error()).isSameAs(this.full);
		this.time.advance(Duration.ofMillis(1));
		assertThat(this.health.error()).isNull();
	}

	@Test
	void storeThatFailsToAnswerAQuestionIsIllUntilItAnswersOne() {
		ask();
		this.questions.getLast().completeExceptionally(this.full);
		assertThat(this.health.error()).isSameAs(this.full);
		ask();
		assertThat(this.health.error()).as("until the next answer").isSameAs(this.full);
		this.questions.getLast().complete(Set.of());
		assertThat(this.health.error()).isNull();
	}

	@Test
	void storeThatDoesNotAnswerIsIllAndNotAskedAgain() {
		ask();
		this.time.advance(StoreHealth.PATIENCE);
		assertThat(this.health.error()).isNull();
		ask();
		assertThat(this.health.error()).hasMessageContaining("has not answered for 3 s");
		assertThat(this.questions).hasSize(1);
		this.questions.getLast().complete(Set.of());
		assertThat(this.health.error()).isNull();
	}

	@Test
	void isAskedOnceASecondAtMost() {
		for (int i = 0; i < 10; i++) {
			this.health.ask();
			this.questions.getLast().complete(Set.of());
			this.time.advance(StoreHealth.INTERVAL.dividedBy(2));
		}
		assertThat(this.questions).hasSize(5);
	}

}

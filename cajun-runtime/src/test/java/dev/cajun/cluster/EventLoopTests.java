package dev.cajun.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.time.VirtualTime;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What {@link EventLoopLincheckTests} does not try: threads that cannot be made. */
class EventLoopTests {

	private final VirtualTime time = new VirtualTime();

	private final AtomicInteger missing = new AtomicInteger(2);

	private final EventLoop loop = new EventLoop((task) -> {
		if (this.missing.getAndDecrement() > 0) {
			throw new OutOfMemoryError("unable to create native thread");
		}
		task.run();
	}, this.time);

	@Test
	void tasksRunInOrderOnceThereIsAThreadAgain() {
		List<Integer> ran = new ArrayList<>();
		this.loop.execute(() -> ran.add(1));
		this.loop.execute(() -> ran.add(2));
		this.time.advance(Duration.ofMillis(100));
		assertThat(ran).as("there is still none").isEmpty();
		this.time.advance(Duration.ofMillis(100));
		assertThat(ran).containsExactly(1, 2);

		this.loop.execute(() -> ran.add(3));
		assertThat(ran).containsExactly(1, 2, 3);
	}

}

package dev.cajun.activation;

import java.util.ArrayList;
import java.util.List;

import dev.cajun.ActorId;
import dev.cajun.Delivery;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OutboundTests {

	private static final int WINDOW = 1024;

	private final List<NumberedTell> sent = new ArrayList<>();

	private final List<Long> delays = new ArrayList<>();

	private int rounds;

	private final Outbound window = new Outbound("a/sender", new ActorId("a", "receiver"), new Outbound.Port() {

		@Override
		public void send(ActorId receiver, NumberedTell tell) {
			OutboundTests.this.sent.add(tell);
		}

		@Override
		public NumberedTell.Sender answers(Outbound window, int round) {
			OutboundTests.this.rounds = round;
			return new NumberedTell.Sender() {

				@Override
				public void handled(long number) {
					window.handled(number);
				}

				@Override
				public void refused(long number, Refusal refusal) {
					window.refused(round);
				}

			};
		}

		@Override
		public void sendAllLater(Outbound window, long delayNanos) {
			OutboundTests.this.delays.add(delayNanos);
		}

		@Override
		public void unreadable(ActorId receiver, Outbound.Pending tell, RuntimeException error) {
			throw error;
		}

	});

	@Test
	void sendsAWindowAndThenAsManyAsAreAcknowledged() {
		add(1, 3_000);

		assertThat(numbers()).isEqualTo(numbers(1, WINDOW));
		assertThat(this.window.size()).isEqualTo(3_000);

		assertThat(this.window.handled(100)).extracting(Outbound.Pending::number).isEqualTo(numbers(1, 100));
		assertThat(numbers()).isEqualTo(numbers(1, WINDOW + 100));

		for (long number = 101; number <= 3_000; number++) {
			this.window.handled(number);
		}
		assertThat(numbers()).isEqualTo(numbers(1, 3_000));
		assertThat(this.window.isEmpty()).isTrue();
	}

	@Test
	void eachNamesTheOneBeforeItThatIsNotAcknowledged() {
		add(1, 2);
		this.window.handled(2);
		add(3, 4);

		assertThat(this.sent).extracting(NumberedTell::previous).containsExactly(0L, 1L, 0L, 3L);
	}

	@Test
	void sendsAgainFromTheFirstAfterARefusal() {
		add(1, 1_500);
		this.window.handled(10);
		this.sent.clear();
		refuse();
		refuse();
		add(1_501, 1_600);

		assertThat(this.sent).isEmpty();
		assertThat(this.delays).hasSize(1);

		this.window.sendAll();
		assertThat(numbers()).isEqualTo(numbers(11, WINDOW + 10));
		assertThat(this.sent.getFirst().previous()).isZero();
		assertThat(this.window.size()).isEqualTo(1_590);
	}

	@Test
	void acknowledgementOfAnEarlierRoundCounts() {
		add(1, 2_000);
		this.window.refused(this.rounds);
		this.sent.clear();

		assertThat(this.window.handled(WINDOW)).hasSize(WINDOW);
		this.window.sendAll();
		assertThat(numbers()).isEqualTo(numbers(WINDOW + 1, 2_000));
	}

	@Test
	void refusalsOfAnEarlierRoundAreOld() {
		add(1, 2);
		int first = this.rounds;
		this.window.refused(first);
		this.window.sendAll();
		this.window.refused(first);

		assertThat(this.delays).hasSize(1);
	}

	@Test
	void waitsLongerWithEveryRefusalUntilSomethingIsAcknowledged() {
		add(1, 2);
		for (int i = 0; i < 3; i++) {
			refuse();
			this.window.sendAll();
		}
		this.window.handled(1);
		refuse();

		assertThat(this.delays).containsExactly(5_000_000L, 10_000_000L, 20_000_000L, 5_000_000L);
	}

	private void refuse() {
		this.window.refused(this.rounds);
	}

	private void add(long from, long to) {
		for (long number = from; number <= to; number++) {
			long content = number;
			this.window.add(new Outbound.Pending(number, Delivery.AT_LEAST_ONCE, 10, () -> content, null));
		}
	}

	private List<Long> numbers() {
		return this.sent.stream().map(NumberedTell::number).toList();
	}

	private static List<Long> numbers(long from, long to) {
		List<Long> numbers = new ArrayList<>();
		for (long number = from; number <= to; number++) {
			numbers.add(number);
		}
		return numbers;
	}

}

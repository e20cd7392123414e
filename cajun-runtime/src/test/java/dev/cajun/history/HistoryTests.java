package dev.cajun.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import dev.cajun.Persistence;
import dev.cajun.history.Verdict.Kind;
import dev.cajun.node.CajunNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Histories that must pass, and one for each way in which one must not.
 */
class HistoryTests {

	private final History history = new History();

	private Operation appended(String id, long index) {
		Operation operation = this.history.append("a", id);
		operation.appended(index);
		return operation;
	}

	private void saw(String... ids) {
		this.history.read("a").saw(List.of(ids));
	}

	private Verdict check(String... list) {
		return this.history.check(Map.of("a", List.of(list)));
	}

	private void assertOnly(Verdict verdict, Kind kind) {
		for (Kind each : Kind.values()) {
			assertThat(verdict.count(each)).as("%s of %s", each, verdict).isEqualTo((each == kind) ? 1 : 0);
		}
		assertThat(verdict.isClean()).isFalse();
		assertThat(verdict).asString().contains(kind.name()).contains("a: ");
	}

	@Test
	void acceptsNothing() {
		assertThat(check().isClean()).isTrue();
	}

	@Test
	void acceptsOneAfterTheOther() {
		saw();
		appended("x", 0);
		saw("x");
		appended("y", 1);
		saw("x", "y");
		assertThat(check("x", "y").isClean()).isTrue();
	}

	@Test
	void acceptsEitherOrderOfWhatOverlaps() {
		Operation x = this.history.append("a", "x");
		Operation y = this.history.append("a", "y");
		Operation before = this.history.read("a");
		y.appended(0);
		x.appended(1);
		before.saw(List.of("y"));
		assertThat(check("y", "x").isClean()).isTrue();
	}

	@Test
	void acceptsUnknownThatIsThereOrNot() {
		this.history.append("a", "x").unknown();
		this.history.append("a", "y").unknown();
		this.history.append("a", "never ended");
		saw("y");
		assertThat(check("y").isClean()).isTrue();
	}

	@Test
	void acceptsUnknownThatTookEffectLate() {
		this.history.append("a", "x").unknown();
		saw();
		appended("y", 0);
		saw("y");
		saw("y", "x");
		assertThat(check("y", "x").isClean()).isTrue();
	}

	@Test
	void acceptsFailedThatIsNotThere() {
		this.history.append("a", "x").failed();
		this.history.read("a").failed();
		assertThat(check().isClean()).isTrue();
	}

	@Test
	void rejectsLostAppend() {
		appended("x", 0);
		assertOnly(check(), Kind.LOST);
	}

	@Test
	void countsEveryLostAppend() {
		appended("x", 0);
		appended("y", 1);
		appended("z", 2);
		Verdict verdict = check("x");
		assertThat(verdict.count(Kind.LOST)).isEqualTo(2);
	}

	@Test
	void rejectsLostAppendOfActorThatIsGone() {
		appended("x", 0);
		assertThat(this.history.check(Map.of()).count(Kind.LOST)).isEqualTo(1);
	}

	@Test
	void rejectsDoubledAppend() {
		appended("x", 0);
		assertOnly(check("x", "x"), Kind.DOUBLED);
	}

	@Test
	void rejectsDoubledUnknown() {
		this.history.append("a", "x").unknown();
		assertOnly(check("x", "x"), Kind.DOUBLED);
	}

	@Test
	void rejectsFailedThatIsThere() {
		this.history.append("a", "x").failed();
		assertOnly(check("x"), Kind.FAILED_AND_THERE);
	}

	@Test
	void rejectsWhatNobodyAppended() {
		assertOnly(check("x"), Kind.UNHEARD_OF);
	}

	@Test
	void rejectsIdOfAnotherActor() {
		this.history.append("b", "x").appended(0);
		Verdict verdict = this.history.check(Map.of("a", List.of("x"), "b", List.of("x")));
		assertOnly(verdict, Kind.UNHEARD_OF);
	}

	@Test
	void rejectsOtherIndexThanAnswered() {
		Operation x = this.history.append("a", "x");
		Operation y = this.history.append("a", "y");
		x.appended(0);
		y.appended(0);
		assertOnly(check("x", "y"), Kind.MOVED);
	}

	@Test
	void rejectsReadOfWhatNeverWas() {
		Operation x = this.history.append("a", "x");
		Operation y = this.history.append("a", "y");
		saw("y");
		x.appended(0);
		y.appended(1);
		assertOnly(check("x", "y"), Kind.NO_PREFIX);
	}

	@Test
	void rejectsReadOfMoreThanThereIs() {
		this.history.append("a", "x").unknown();
		saw("x");
		assertOnly(check(), Kind.NO_PREFIX);
	}

	@Test
	void rejectsStaleRead() {
		appended("x", 0);
		saw();
		assertOnly(check("x"), Kind.OUT_OF_ORDER);
	}

	@Test
	void rejectsReadThatGoesBack() {
		Operation x = this.history.append("a", "x");
		saw("x");
		saw();
		x.appended(0);
		assertOnly(check("x"), Kind.OUT_OF_ORDER);
	}

	@Test
	void rejectsReadOfWhatWasNotYetCalled() {
		saw("x");
		appended("x", 0);
		assertOnly(check("x"), Kind.OUT_OF_ORDER);
	}

	@Test
	void rejectsAppendBeforeOneThatHadEnded() {
		appended("x", 1);
		appended("y", 0);
		assertOnly(check("y", "x"), Kind.OUT_OF_ORDER);
	}

	@Test
	void rejectsUnknownThatTookEffectBeforeItWasCalled() {
		appended("y", 1);
		this.history.append("a", "x").unknown();
		assertOnly(check("x", "y"), Kind.OUT_OF_ORDER);
	}

	@Test
	void seesEveryLossAmongMany() {
		SplittableRandom random = new SplittableRandom(7);
		List<String> list = new ArrayList<>();
		for (int i = 0; i < 20_000; i++) {
			appended("id-" + i, i);
			list.add("id-" + i);
			if (random.nextInt(100) == 0) {
				saw(list.toArray(String[]::new));
			}
		}
		assertThat(this.history.check(Map.of("a", list)).isClean()).isTrue();
		Verdict verdict = this.history.check(Map.of("a", list.subList(0, 19_000)));
		assertThat(verdict.count(Kind.LOST)).isEqualTo(1000);
		assertThat(verdict).asString().hasLineCount(21);
	}

	@Test
	void operationEndsOnce() {
		Operation append = appended("x", 0);
		assertThatIllegalStateException().isThrownBy(append::unknown);
		assertThatIllegalStateException().isThrownBy(() -> append.saw(List.of()));
		assertThatIllegalStateException().isThrownBy(() -> this.history.read("a").appended(0));
	}

	@Test
	void refusesIdUsedTwice() {
		appended("x", 0);
		appended("x", 1);
		assertThatIllegalArgumentException().isThrownBy(() -> check("x", "x"));
	}

	@ParameterizedTest
	@EnumSource(names = { "STATE", "MESSAGES", "NONE" })
	void passesNodeThatWorks(Persistence persistence) {
		try (CajunNode node = CajunNode.builder().actor(ListActor.definition(persistence)).build()) {
			node.start();
			var actors = node.system().actors(ListActor.Message.class);
			ListLoad load = ListLoad.shared(actors::get, 5, 8, Duration.ofSeconds(5));
			await().atMost(Duration.ofSeconds(20)).until(() -> load.acknowledged() > 1000);
			assertThat(load.check()).hasToString("clean");
			assertThat(load.failed() + load.unknown()).isZero();
		}
	}

}

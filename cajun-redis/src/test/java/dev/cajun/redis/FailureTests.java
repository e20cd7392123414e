package dev.cajun.redis;

import dev.cajun.store.StoreException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class FailureTests {

	@ParameterizedTest
	@EnumSource
	void isKnownByFirstWord(Failure failure) {
		assertThat(Failure.of(failure + " and more")).isEqualTo(failure);
		assertThat(Failure.of(failure.toString())).isEqualTo(failure);
		assertThat(failure.advice()).isNotBlank();
	}

	@ParameterizedTest
	@EnumSource
	void saysThatNothingWasDone(Failure failure) {
		assertThat(failure.kind()).isIn(StoreException.Kind.NOT_APPLIED, StoreException.Kind.CORRUPT);
	}

	@Test
	void doesNotTakeWordForAnother() {
		assertThat(Failure.of("ERR LOADING")).isEqualTo(Failure.OTHER);
		assertThat(Failure.of("LOADINGS x")).isEqualTo(Failure.OTHER);
		assertThat(Failure.of("")).isEqualTo(Failure.OTHER);
	}

	@Test
	void isFoundInCauses() {
		Throwable ex = new IllegalStateException("it failed", new IllegalStateException("WRONGPASS invalid"));
		assertThat(Failure.of(ex)).isEqualTo(Failure.WRONGPASS);
		assertThat(Failure.of(new IllegalStateException("it failed"))).isNull();
	}

}

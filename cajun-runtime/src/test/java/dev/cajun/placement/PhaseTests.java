package dev.cajun.placement;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

import dev.cajun.placement.Phase.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Every legal and every illegal edge of a shard's ownership. */
class PhaseTests {

	@ParameterizedTest
	@CsvSource({ "UNOWNED, MINT, CLAIMING", "CLAIMING, MINT, CLAIMING", "OWNED, MINT, CLAIMING",
			"MOVING, MINT, CLAIMING", "CLAIMING, CLAIM, OWNED", "OWNED, ANNOUNCE, MOVING", "MOVING, ABORT, OWNED" })
	void takesLegalStep(Phase from, Step step, Phase to) {
		assertThat(from.after(step)).isEqualTo(to);
	}

	@ParameterizedTest
	@CsvSource({ "UNOWNED, CLAIM", "UNOWNED, ANNOUNCE", "UNOWNED, ABORT", "CLAIMING, ANNOUNCE", "CLAIMING, ABORT",
			"OWNED, CLAIM", "OWNED, ABORT", "MOVING, CLAIM", "MOVING, ANNOUNCE" })
	void refusesIllegalStep(Phase from, Step step) {
		assertThatIllegalStateException().isThrownBy(() -> from.after(step))
			.withMessage("A shard that is " + from + " cannot take the step " + step);
	}

	@Test
	void everyEdgeIsLegalOrIllegal() {
		Map<Boolean, Long> edges = Arrays.stream(Phase.values())
			.flatMap((phase) -> Arrays.stream(Step.values()).map((step) -> isLegal(phase, step)))
			.collect(Collectors.groupingBy((legal) -> legal, Collectors.counting()));
		assertThat(edges).containsEntry(true, 7L).containsEntry(false, 9L);
	}

	private static boolean isLegal(Phase phase, Step step) {
		try {
			phase.after(step);
			return true;
		}
		catch (IllegalStateException ex) {
			return false;
		}
	}

}

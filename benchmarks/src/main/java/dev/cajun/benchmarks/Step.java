package dev.cajun.benchmarks;

/**
 * One measurement within a round.
 *
 * @param label names the measurement; the same for everyone who does it
 * @param side who does it
 * @param command what to do; {@code %d} stands for a number that is another in each round
 */
record Step(String label, Side side, String command) {

}

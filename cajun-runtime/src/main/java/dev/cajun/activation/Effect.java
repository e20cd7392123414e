package dev.cajun.activation;

/** Something that leaves once the drain's write is durable, and not before. */
@FunctionalInterface
interface Effect {

	void leave(Drain drain);

}

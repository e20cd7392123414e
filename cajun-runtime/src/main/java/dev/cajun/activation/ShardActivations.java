package dev.cajun.activation;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The activations of one shard: a list threaded through them, so that it costs no object
 * for each.
 * <p>
 * Not thread-safe: whoever owns the shard guards it.
 */
public final class ShardActivations {

	private @Nullable Activation first;

	/**
	 * Adds an activation that is on no list.
	 * @param activation the activation
	 */
	public void add(Activation activation) {
		Activation second = this.first;
		activation.nextOfShard = second;
		if (second != null) {
			second.previousOfShard = activation;
		}
		this.first = activation;
	}

	/**
	 * Removes an activation, if it is on the list.
	 * @param activation the activation
	 */
	@SuppressWarnings("ReferenceEquality") // the very activation
	public void remove(Activation activation) {
		Activation previous = activation.previousOfShard;
		Activation next = activation.nextOfShard;
		if (previous == null && this.first != activation) {
			return;
		}
		if (previous == null) {
			this.first = next;
		}
		else {
			previous.nextOfShard = next;
		}
		if (next != null) {
			next.previousOfShard = previous;
		}
		activation.previousOfShard = null;
		activation.nextOfShard = null;
	}

	/**
	 * Whether there is none.
	 * @return true when empty
	 */
	public boolean isEmpty() {
		return this.first == null;
	}

	/**
	 * Visits every activation; the visitor must not change the list.
	 * @param visitor sees each
	 */
	public void forEach(Consumer<Activation> visitor) {
		for (Activation activation = this.first; activation != null; activation = activation.nextOfShard) {
			visitor.accept(activation);
		}
	}

}

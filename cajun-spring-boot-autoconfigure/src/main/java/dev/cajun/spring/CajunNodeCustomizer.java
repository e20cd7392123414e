package dev.cajun.spring;

import dev.cajun.node.CajunNode;

/**
 * Changes the node after properties and beans were applied to its builder and before it
 * is built. Customizers are beans, called once in their order when all singletons exist,
 * so that they may depend on anything, {@code Actors} included.
 */
@FunctionalInterface
public interface CajunNodeCustomizer {

	/**
	 * Changes the builder.
	 * @param builder the builder, with everything that is configured
	 */
	void customize(CajunNode.Builder builder);

}

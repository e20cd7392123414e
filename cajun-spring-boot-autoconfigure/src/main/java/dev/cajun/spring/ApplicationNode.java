package dev.cajun.spring;

import dev.cajun.node.CajunNode;

/**
 * The node of this application context. It is built when all singletons exist, started
 * and stopped with the context.
 * <p>
 * Thread-safe.
 */
public interface ApplicationNode {

	/**
	 * The node.
	 * @return the node, started or not
	 * @throws IllegalStateException if the context is still creating its beans
	 */
	CajunNode node();

}

package dev.cajun.node;

import java.util.List;

/**
 * One actor type as operators see it.
 *
 * @param type its name
 * @param handler the class name of its handler
 * @param messages the logical names of its messages
 * @param state the class name of its state
 * @param mutableState whether the state type is treated as mutable
 * @param persistence what each write stores
 * @param placement where its actors live
 * @param activations how many are active on this node
 */
public record ActorTypeInfo(String type, String handler, List<String> messages, String state, boolean mutableState,
		String persistence, String placement, long activations) {

}

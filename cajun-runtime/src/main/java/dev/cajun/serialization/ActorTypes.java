package dev.cajun.serialization;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * The resolved types of one actor type.
 *
 * @param name the actor type
 * @param message the declared message type
 * @param state the declared state type
 * @param event the declared event type, if any
 * @param messages the classes of its messages
 * @param stateRecords how states are named in records, by class; a state type that is no
 * plain class of the application has one entry, under its raw class
 */
record ActorTypes(String name, JavaType message, JavaType state, @Nullable JavaType event, List<MessageType> messages,
		Map<Class<?>, RecordType> stateRecords) {

	/** The declared types whose classes appear as the type of a record. */
	List<JavaType> roots() {
		List<JavaType> roots = new ArrayList<>(List.of(this.message));
		if (this.event != null) {
			roots.add(this.event);
		}
		if (!namedAfterActor(this.state)) {
			roots.add(this.state);
		}
		return roots;
	}

	/** Whether a state of this type is named after its actor type, not its class. */
	static boolean namedAfterActor(JavaType state) {
		Class<?> raw = state.getRawClass();
		return state.isContainerType() || state.isReferenceType() || ValueTypes.leaf(raw) || ValueTypes.ofTheJdk(raw)
				|| state.hasGenericTypes();
	}

}

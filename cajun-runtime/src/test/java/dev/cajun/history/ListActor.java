package dev.cajun.history;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorRef;
import dev.cajun.Delivery;
import dev.cajun.Persistence;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.activation.ActorDefinition;
import dev.cajun.activation.ActorSettings;

/**
 * An actor whose state is the list of the ids appended to it. Deterministic, so that its
 * messages may be journaled.
 */
public final class ListActor implements StatefulActor<ListActor.Ids, ListActor.Message> {

	/** The actor type. */
	public static final String TYPE = "list";

	/**
	 * The definition for a node.
	 * @param settings the settings of the type
	 * @return the definition
	 */
	public static ActorDefinition definition(ActorSettings settings) {
		return ActorDefinition.stateful(TYPE, new ListActor(), Message.class, Ids.class, settings);
	}

	/**
	 * The definition with default settings.
	 * @param persistence what each commit writes
	 * @return the definition
	 */
	public static ActorDefinition definition(Persistence persistence) {
		return definition(ActorSettings.defaults().withPersistence(persistence));
	}

	@Override
	public Ids initialState(ActorId id) {
		return new Ids(List.of());
	}

	@Override
	public Ids receive(Ids state, Message message, ActorContext<Message> context) {
		return switch (message) {
			case Append append -> {
				context.reply(append, (long) state.ids().size());
				yield state.with(append.id());
			}
			case Put put -> state.with(put.id());
			case Forward forward -> {
				var unused = forward.to().tell(new Put(forward.id()), Delivery.EXACTLY_ONCE);
				context.reply(forward, (long) state.ids().size());
				yield state.with(forward.id());
			}
			case RemindLater remind -> {
				context.remind(remind.name(), remind.delay(), new Put(remind.name()));
				context.reply(remind, true);
				yield state;
			}
			case Read read -> {
				context.reply(read, state);
				yield state;
			}
		};
	}

	/**
	 * The state.
	 *
	 * @param ids every id appended, in order
	 */
	public record Ids(List<String> ids) {

		Ids with(String id) {
			List<String> ids = new ArrayList<>(this.ids);
			ids.add(id);
			return new Ids(ids);
		}

	}

	/** What the actor understands. */
	public sealed interface Message {

	}

	/**
	 * Appends and says where.
	 *
	 * @param id a new id
	 */
	public record Append(String id) implements Message, Request<Long> {

	}

	/**
	 * Appends.
	 *
	 * @param id a new id
	 */
	public record Put(String id) implements Message {

	}

	/**
	 * Appends, says where, and tells another to append the same, exactly once.
	 *
	 * @param id a new id
	 * @param to the other
	 */
	public record Forward(String id, ActorRef<Message> to) implements Message, Request<Long> {

	}

	/**
	 * Sets a reminder that appends its name.
	 *
	 * @param name the name, a new id
	 * @param delay when
	 */
	public record RemindLater(String name, Duration delay) implements Message, Request<Boolean> {

	}

	/** Gives the list. */
	public record Read() implements Message, Request<Ids> {

	}

}

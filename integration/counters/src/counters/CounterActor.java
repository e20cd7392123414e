package counters;

import java.time.Instant;

import counters.CounterMessage.Add;
import counters.CounterMessage.Get;
import counters.CounterMessage.Remind;
import counters.CounterMessage.StartReminders;
import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;

/** Notes whether each sender's numbers come without a gap, and its own reminders too. */
@Actor("counter")
class CounterActor implements StatefulActor<Counter, CounterMessage> {

	@Override
	public Counter initialState(ActorId id) {
		return Counter.NEW;
	}

	@Override
	public Counter receive(Counter counter, CounterMessage message, ActorContext<CounterMessage> context) {
		return switch (message) {
			case Add add -> {
				Counter next = counter.added(add.sender(), add.number());
				context.reply(add, add.number());
				yield next;
			}
			case StartReminders start -> {
				remind(1, start.everyMillis(), context);
				context.reply(start);
				yield counter;
			}
			// At least once: the second time says nothing new
			case Remind remind when remind.number() <= counter.reminders() -> counter.remindedAgain();
			case Remind remind -> {
				remind(remind.number() + 1, remind.everyMillis(), context);
				yield counter.reminded(remind.number(), remind.due(), Instant.now());
			}
			case Get get -> {
				context.reply(get, counter);
				yield counter;
			}
		};
	}

	private static void remind(long number, long everyMillis, ActorContext<CounterMessage> context) {
		Instant due = Instant.now().plusMillis(everyMillis);
		context.remind("again", due, new Remind(number, everyMillis, due));
	}

}

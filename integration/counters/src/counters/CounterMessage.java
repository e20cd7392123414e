package counters;

import java.time.Instant;

import dev.cajun.Request;

/** What a counter understands. */
sealed interface CounterMessage {

	/** Adds one; {@code number} counts what this sender has sent to this counter. */
	record Add(String sender, long number) implements CounterMessage, Request<Long> {

	}

	/** From now on the counter reminds itself, again and again. */
	record StartReminders(long everyMillis) implements CounterMessage, Request<Void> {

	}

	/** A reminder, which was due at that time. */
	record Remind(long number, long everyMillis, Instant due) implements CounterMessage {

	}

	record Get() implements CounterMessage, Request<Counter> {

	}

}

package dev.cajun.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.cajun.ActorId;
import dev.cajun.activation.Activation;
import dev.cajun.activation.ActivationSnapshot;
import dev.cajun.time.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handlers that have been at one message for longer than their type allows. Their actors
 * handle nothing else meanwhile, so an operator should know; nothing is done to them.
 * <p>
 * Thread-safe; {@link #look} is called by one thread at a time.
 */
final class SlowHandlers {

	private static final Logger logger = LoggerFactory.getLogger(SlowHandlers.class);

	/** As many are named at once; where it is more, they wait for the same thing. */
	private static final int NAMED = 5;

	private static final int FRAMES = 20;

	private final Scheduler scheduler;

	/** What was found last, the longest first; some may have ended since. */
	private volatile List<Slow> latest = List.of();

	SlowHandlers(Scheduler scheduler) {
		this.scheduler = scheduler;
	}

	/**
	 * Logs what is new, and what is over.
	 * @param busy all activations that may be running a handler
	 */
	void look(List<Activation> busy) {
		long now = this.scheduler.nanoTime();
		List<Slow> slow = new ArrayList<>();
		for (Activation activation : busy) {
			Activation.Handling handling = activation.handling();
			if (handling != null && now - handling.since() >= activation.type().slowAfterNanos()) {
				slow.add(new Slow(activation, handling));
			}
		}
		List<Slow> before = this.latest;
		if (slow.isEmpty() && before.isEmpty()) {
			return;
		}
		slow.sort(Comparator.comparingLong((it) -> it.handling.since() - now));
		this.latest = List.copyOf(slow);
		log(before, slow, now);
	}

	private static void log(List<Slow> before, List<Slow> slow, long now) {
		Map<ActorId, Long> known = new HashMap<>();
		before.forEach((it) -> known.put(it.actor(), it.handling.since()));
		int found = 0;
		for (Slow it : slow) {
			Long since = known.remove(it.actor());
			if (since == null || since != it.handling.since()) {
				if (++found <= NAMED) {
					logger.warn(
							"The handler of actor {} has been at {} for {} s, and the actor handles nothing else "
									+ "meanwhile{}",
							it.actor(), it.handling.messageType(), it.seconds(now), it.stack());
				}
			}
		}
		if (found > NAMED) {
			logger.warn("The handlers of {} more actors have been at one message for long", found - NAMED);
		}
		if (!known.isEmpty()) {
			logger.info("At an end is {} that took long, of {}{}", handlers(known.size()),
					known.keySet().stream().limit(NAMED).toList(), more(known.size()));
		}
	}

	/** By type; without types that have none. */
	Map<String, Integer> counts() {
		Map<String, Integer> counts = new TreeMap<>();
		current().forEach((it) -> counts.merge(it.actor().type(), 1, Integer::sum));
		return counts;
	}

	private List<Slow> current() {
		return this.latest.stream().filter(Slow::isRunning).toList();
	}

	/** What an operator should know of them; empty when there are none. */
	String trouble() {
		List<Slow> slow = current();
		if (slow.isEmpty()) {
			return "";
		}
		long now = this.scheduler.nanoTime();
		return handlers(slow.size()) + ((slow.size() == 1) ? " takes" : " take") + " long: "
				+ slow.stream()
					.limit(NAMED)
					.map((it) -> it.actor() + " (" + it.handling.messageType() + ", " + it.seconds(now) + " s)")
					.collect(Collectors.joining(", "))
				+ more(slow.size());
	}

	private static String more(int count) {
		return (count > NAMED) ? " and " + (count - NAMED) + " more" : "";
	}

	private static String handlers(int count) {
		return (count == 1) ? "a handler" : count + " handlers";
	}

	private record Slow(Activation activation, Activation.Handling handling) {

		ActorId actor() {
			return this.activation.id();
		}

		long seconds(long now) {
			return (now - this.handling.since()) / 1_000_000_000L;
		}

		boolean isRunning() {
			Activation.Handling now = this.activation.handling();
			return now != null && now.since() == this.handling.since();
		}

		/** Empty when it has ended meanwhile. */
		String stack() {
			ActivationSnapshot now = this.activation.snapshot();
			return (now.turnSince() != this.handling.since()) ? ""
					: now.stack()
						.stream()
						.limit(FRAMES)
						.map((frame) -> "\n\tat " + frame)
						.collect(Collectors.joining("", ". It stands at", ""));
		}

	}

}

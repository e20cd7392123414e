package counters;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

import counters.CounterMessage.Get;
import counters.CounterMessage.StartReminders;
import dev.cajun.ActorSystem;
import dev.cajun.Actors;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Starts senders on this node, and says what became of what they sent. */
@RestController
@RequestMapping("/load")
class LoadController {

	private final Actors<CounterMessage> counters;

	private final ActorSystem system;

	private List<String> keys = List.of();

	private List<Sender> senders = List.of();

	LoadController(Actors<CounterMessage> counters, ActorSystem system) {
		this.counters = counters;
		this.system = system;
	}

	/** The first of the keys is sent most. */
	@PostMapping("/start")
	synchronized void start(@RequestBody StartBody body) {
		this.keys = List.copyOf(body.keys());
		List<Sender> started = new ArrayList<>();
		for (int i = 0; i < body.senders(); i++) {
			started.add(new Sender(this.system.node() + "-" + i, i * this.keys.size() / body.senders(), this.counters,
					this.keys));
		}
		this.senders = started;
	}

	@PostMapping("/reminders")
	void remind(@RequestBody RemindersBody body) {
		for (String key : body.keys()) {
			this.counters.get(key).call(new StartReminders(body.everyMillis()));
		}
	}

	@GetMapping
	synchronized Progress progress() {
		return new Progress(sum(Sender::answered), sum(Sender::failed), longest(Sender::longestToFirst),
				longest(Sender::longestToOthers));
	}

	@PostMapping("/stop")
	synchronized Result stop() throws InterruptedException {
		for (Sender sender : this.senders) {
			sender.stop();
		}
		String failure = this.senders.stream().map(Sender::failure).filter((it) -> !it.isEmpty()).findAny().orElse("");
		return new Result(sum(Sender::answered), sum(Sender::failed), failure);
	}

	/** Asks every counter what it has seen; nobody sends any more. */
	@PostMapping("/check")
	synchronized Seen check() throws Exception {
		List<CompletableFuture<Counter>> asked = new ArrayList<>();
		for (String key : this.keys) {
			asked.add(this.counters.get(key).ask(new Get()));
		}
		String wrong = "";
		long reminders = 0;
		long repeated = 0;
		long latest = 0;
		for (int i = 0; i < asked.size(); i++) {
			Counter counter = asked.get(i).get(10, TimeUnit.SECONDS);
			reminders += counter.reminders();
			repeated += counter.repeated();
			latest = Math.max(latest, counter.latestMillis());
			wrong = wrong.isEmpty() ? counter.wrong() : wrong;
			for (Sender sender : this.senders) {
				wrong = wrong.isEmpty() ? sender.missing(this.keys.get(i), counter) : wrong;
			}
		}
		return new Seen(wrong, reminders, repeated, latest);
	}

	/** How many reminders each of these counters has seen. */
	@PostMapping("/reminded")
	List<Long> reminded(@RequestBody List<String> some) {
		return some.stream().map((key) -> this.counters.get(key).call(new Get()).reminders()).toList();
	}

	private long sum(ToLongFunction<Sender> figure) {
		return this.senders.stream().mapToLong(figure).sum();
	}

	private long longest(ToLongFunction<Sender> figure) {
		return TimeUnit.NANOSECONDS.toMicros(this.senders.stream().mapToLong(figure).max().orElse(0));
	}

	record StartBody(List<String> keys, int senders) {

	}

	record RemindersBody(List<String> keys, long everyMillis) {

	}

	/** Times are in microseconds, since it was asked last. */
	record Progress(long answered, long failed, long longestToFirst, long longestToOthers) {

	}

	record Result(long answered, long failed, String failure) {

	}

	record Seen(String wrong, long reminders, long repeated, long latestMillis) {

	}

}

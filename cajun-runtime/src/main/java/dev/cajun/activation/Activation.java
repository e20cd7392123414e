package dev.cajun.activation;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.BooleanSupplier;

import dev.cajun.ActorId;
import dev.cajun.CajunException;
import dev.cajun.Delivery;
import dev.cajun.HandlerException;
import dev.cajun.MessageUndelivered;
import dev.cajun.store.Fence;
import dev.cajun.store.StoreResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One live actor: loads it, runs its turns, writes what they did, lets their effects go,
 * and ends it.
 * <p>
 * There is no lock. The right to run, which the {@link Mailbox} gives, passes from step
 * to step: from the thread that runs the handlers to the answer of the store and on.
 * Whoever holds it may touch every field; a step that waits for something registers what
 * comes next and returns, touching nothing more. So an activation has at most one call of
 * the store under way, and no handler runs meanwhile. The right ends when the last
 * message is released. <pre>
 * LOADING ─▶ READY ⇄ (turns, write, effects, release)
 *    ▲  │       │
 *    │  │       ├─▶ LOADING    state dropped: write refused, policy RESTART, released
 *    │  └───────┼─▶ REFUSING   unreadable data, policy STOP; or on the way to the end
 *    └──────────┴─▶ ENDED      mailbox closed; the next message makes another activation
 * </pre> Fields marked volatile are read by anybody, for diagnosis and to refuse early.
 */
public final class Activation extends Mailbox implements Runnable {

	/** Errors have been seen with a whole answer of a server in their text. */
	private static final int MAX_ERROR = 2_000;

	private static final Logger logger = LoggerFactory.getLogger(Activation.class);

	/** Drains that one thread runs before it lets other activations have a turn. */
	private static final int DRAINS_PER_RUN = 16;

	/**
	 * How often a refused write is answered by loading again before the messages fail.
	 */
	private static final int MAX_RELOADS = 3;

	private final ActorType type;

	private final ActorId id;

	private final Host host;

	private final long sinceMillis;

	private Phase phase = Phase.LOADING;

	private @Nullable Object state;

	private @Nullable Ledger ledger;

	private @Nullable Timers timers;

	private @Nullable Fence fence;

	/**
	 * Whether the last turn took long: then a drain is one turn, so that no reply waits.
	 */
	boolean slow;

	/**
	 * Whether each new state is encoded at once, because the last one that was to be
	 * written could not be.
	 */
	boolean checksStates;

	/**
	 * Whether somebody must see to it that stored tells are sent, should this end early.
	 */
	private boolean owesTells;

	int attempts;

	private int reloads;

	private boolean passivateWhenEmpty;

	/** Whether to end if nothing was handled since that was asked for. */
	private boolean passivateIfUnused;

	/**
	 * Why everything is refused; with {@code ending}, only until the mailbox is closed.
	 */
	private @Nullable Refusal refusal;

	private boolean ending;

	private volatile @Nullable String quarantine;

	private volatile @Nullable Drain current;

	private volatile @Nullable String lastError;

	private volatile @Nullable Waiting waitingFor;

	private volatile long lastUsed;

	/** What was handled lately; written by whoever has the right to run. */
	private final Recent recent;

	/** How the activation leaves this node; {@code null} while it stays. */
	private volatile @Nullable Departure departure;

	/** Neighbours on the list of the shard, which guards them. */
	@Nullable Activation previousOfShard;

	@Nullable Activation nextOfShard;

	Activation(ActorType type, ActorId id, Host host) {
		this.type = type;
		this.id = id;
		this.host = host;
		this.sinceMillis = host.scheduler().now().toEpochMilli();
		this.lastUsed = host.scheduler().nanoTime();
		this.recent = new Recent(this.lastUsed);
	}

	// ---- the loop

	@Override
	public void run() {
		boolean more = true;
		try {
			for (int drains = 0; more && drains < DRAINS_PER_RUN; drains++) {
				more = step();
			}
		}
		catch (Throwable ex) {
			more = broken(ex);
		}
		if (more) {
			this.host.execute(this);
		}
	}

	/**
	 * Whether there is more to do at once; otherwise the right to run is gone or waits.
	 */
	private boolean step() {
		Departure departure = this.departure;
		if (departure != null && this.phase != Phase.ENDED) {
			return depart(departure);
		}
		return switch (this.phase) {
			case LOADING -> load();
			case READY -> drain();
			case REFUSING -> refuseAll();
			case ENDED -> false;
		};
	}

	/** Goes on with {@code then} when the stage is complete, here if it already is. */
	<T> boolean when(CompletionStage<T> stage, BiFunction<@Nullable T, @Nullable Throwable, Boolean> then) {
		CompletableFuture<T> future = stage.toCompletableFuture();
		if (!future.isDone()) {
			stage.whenComplete((value, error) -> resume(() -> then.apply(value, cause(error))));
			return false;
		}
		T value;
		try {
			value = future.join();
		}
		catch (RuntimeException ex) {
			return then.apply(null, cause(ex));
		}
		return then.apply(value, null);
	}

	boolean later(long delayNanos, Step then) {
		this.host.scheduler().schedule(delayNanos, () -> resume(then));
		return false;
	}

	private void resume(Step then) {
		this.host.execute(() -> {
			boolean more;
			try {
				more = then.run();
			}
			catch (Throwable ex) {
				more = broken(ex);
			}
			if (more) {
				run();
			}
		});
	}

	private static @Nullable Throwable cause(@Nullable Throwable error) {
		return (error instanceof CompletionException && error.getCause() != null) ? error.getCause() : error;
	}

	// ---- loading

	private boolean load() {
		if (this.type.isPersistent()) {
			return new Recovery(this, renewFence()).start();
		}
		try {
			return loaded(freshState(), null);
		}
		catch (RuntimeException ex) {
			note(ex);
			return end(Refusal.of(handlerException(ex)));
		}
	}

	/**
	 * The shard may have been claimed anew meanwhile, and by nobody else in between. The
	 * fence is taken before anything is read: no later one covers what is then found.
	 */
	private Fence renewFence() {
		Fence now = this.host.fence(this.id);
		this.fence = now;
		return now;
	}

	/** The state is as the last write left it. */
	boolean loaded(Object state, @Nullable Ledger ledger) {
		this.state = state;
		this.ledger = ledger;
		this.phase = Phase.READY;
		this.owesTells = false;
		if (this.type.isMutableState() && !this.type.isPersistent()) {
			ledger().stateBytes = encodeState(state);
		}
		if (ledger != null) {
			List.copyOf(ledger.outbox.values()).forEach(Outbound::sendAll);
		}
		return true;
	}

	/** Everything is refused until an operator releases the actor. */
	boolean quarantine(String reason) {
		this.refusal = Recovery.quarantined(this, reason);
		this.quarantine = reason;
		this.phase = Phase.REFUSING;
		this.passivateWhenEmpty = this.host.isStopping();
		this.type.statistics().quarantined.increment();
		logger.error("Actor {} is quarantined: {}", this.id, reason);
		return true;
	}

	/** Stopped by its failure policy, before anybody hears of the failure. */
	void stop() {
		if (this.phase == Phase.READY) {
			quarantine("stopped by its failure policy after " + this.lastError);
		}
	}

	private void unquarantine() {
		if (this.phase == Phase.REFUSING && !this.ending) {
			this.quarantine = null;
			this.refusal = null;
			this.type.statistics().quarantined.decrement();
			logger.info("Actor {} is released from quarantine", this.id);
			reset();
		}
	}

	/** Everything in the mailbox is refused, then the activation ends. */
	boolean end(Refusal why) {
		this.refusal = why;
		this.ending = true;
		this.phase = Phase.REFUSING;
		return true;
	}

	private boolean refuseAll() {
		int present = depth();
		int count = 0;
		long bytes = 0;
		for (Envelope envelope = poll(0); envelope != null; envelope = (count < present) ? poll(count) : null) {
			count++;
			bytes += envelope.size;
			try {
				if (envelope instanceof Control control) {
					control.run(this);
				}
				else if (this.refusal != null) {
					envelope.refuse(this, this.refusal);
				}
			}
			catch (RuntimeException ex) {
				logger.error("Actor {} could not refuse a message", this.id, ex);
			}
			if (this.phase != Phase.REFUSING) {
				return release(count, bytes, this.host.budget()) > 0;
			}
		}
		boolean last = this.ending || this.passivateWhenEmpty || this.passivateIfUnused;
		this.passivateIfUnused = false;
		if (last && close(count, bytes, this.host.budget())) {
			return ended();
		}
		if (this.ending) {
			// What came meanwhile was sent after the failure: it is worth another try.
			this.refusal = null;
			reset();
		}
		return release(count, bytes, this.host.budget()) > 0;
	}

	/** Drops the state; the next step loads it again. */
	private void reset() {
		this.phase = Phase.LOADING;
		this.refusal = null;
		this.ending = false;
		this.state = null;
		this.attempts = 0;
		if (this.ledger != null) {
			this.owesTells |= this.ledger.hasTellsToSend();
			handBackWaiting();
			this.ledger.failWaiting(this.id);
			this.ledger = null;
		}
	}

	private boolean ended() {
		this.phase = Phase.ENDED;
		cancelTimers();
		if (this.ledger != null) {
			this.ledger.failWaiting(this.id);
		}
		if (!this.ending && this.refusal != null) {
			this.quarantine = null;
			this.type.statistics().quarantined.decrement();
		}
		if (this.owesTells && this.departure == null && !this.host.isStopping()) {
			this.host.wakeLater(this.id);
		}
		this.type.statistics().ended.increment();
		this.host.ended(this);
		return false;
	}

	// ---- leaving this node

	/** No call of the store is under way, and no handler runs. */
	private boolean depart(Departure how) {
		Ledger ledger = this.ledger;
		if (how == Departure.PLANNED && this.phase == Phase.READY && this.type.isJournaled() && ledger != null
				&& ledger.sequence > ledger.snapshotSequence) {
			return writeSnapshot((written) -> handBackAll(how));
		}
		return handBackAll(how);
	}

	/** What had no effect goes back, in order; then the mailbox is closed. */
	private boolean handBackAll(Departure how) {
		handBackWaiting();
		int count = 0;
		long bytes = 0;
		for (Envelope envelope = poll(0); envelope != null; envelope = poll(count)) {
			count++;
			bytes += envelope.size;
			try {
				envelope.handBack(this);
			}
			catch (RuntimeException ex) {
				logger.error("Actor {} lost a message on its way to another node", this.id, ex);
			}
		}
		if (!close(count, bytes, this.host.budget())) {
			// More came meanwhile.
			return release(count, bytes, this.host.budget()) > 0;
		}
		if (how == Departure.PLANNED && this.timers != null) {
			this.timers.handOver();
		}
		return ended();
	}

	/** Who waits for the answer to a key may ask the actor's next activation. */
	private void handBackWaiting() {
		if (this.ledger != null && this.departure != null) {
			this.ledger.takeWaiting().forEach((ask) -> ask.handBack(this));
		}
	}

	/**
	 * Writes the state as it is.
	 * @param then what comes next, told whether it was written
	 */
	boolean writeSnapshot(Function<Boolean, Boolean> then) {
		Ledger ledger = ledger();
		byte[] encoded;
		try {
			encoded = encodeState(state());
		}
		catch (RuntimeException ex) {
			note(ex);
			logger.warn("Actor {} cannot write a snapshot; its journal grows", this.id, ex);
			return then.apply(false);
		}
		long sequence = ledger.sequence;
		Fence fence = fence();
		return when(this.host.store().snapshot(fence, this.id, sequence, encoded), (result, error) -> {
			boolean written = result instanceof StoreResult.Applied;
			if (written) {
				ledger.snapshotSequence = sequence;
			}
			else {
				String why = String.valueOf((error != null) ? error : result);
				note("snapshot: " + why);
				logger.warn("Actor {} could not write a snapshot: {}", this.id, why);
				if (result instanceof StoreResult.Fenced fenced) {
					this.host.fenced(fence, fenced.epoch(), fenced.owner());
				}
			}
			return then.apply(written);
		});
	}

	void handTimer(String name, long delayNanos, Object message) {
		if (this.departure == Departure.PLANNED) {
			this.host.handTimer(this.id, name, delayNanos, message);
		}
	}

	/**
	 * Whether no further handler may run here.
	 * @param now the monotonic time
	 */
	boolean isLeaving(long now) {
		heedLease(now);
		return this.departure != null;
	}

	/** Whether what handlers did may have no effect any more. */
	boolean isSilenced() {
		if (this.type.needsLease() && this.host.provableUntil() != Long.MAX_VALUE) {
			heedLease(this.host.scheduler().nanoTime());
		}
		return this.departure == Departure.SILENT;
	}

	/**
	 * Nobody need say that the lease is over: a process that stood still goes on in the
	 * middle of a handler, and a handler may hold the thread that would say it.
	 */
	private void heedLease(long now) {
		if (this.type.needsLease() && this.departure != Departure.SILENT) {
			long until = this.host.provableUntil();
			if (until != Long.MAX_VALUE && now - until >= 0) {
				leave(Departure.SILENT);
			}
		}
	}

	/**
	 * Makes the activation leave this node: the handler that runs and its write are
	 * finished, everything else in the mailbox goes back to its senders, and the
	 * activation ends. A later order to leave counts if it is stricter.
	 * @param how how it leaves
	 */
	public void leave(Departure how) {
		Departure before = this.departure;
		if (before == null || before.compareTo(how) < 0) {
			this.departure = how;
		}
		offerUnbounded(new Control((activation) -> {
		}));
	}

	/** The runtime failed, not the handler: refuse what is here and start afresh. */
	private boolean broken(Throwable error) {
		logger.error("Actor {} was ended by an error of the runtime; please report it", this.id, error);
		this.type.statistics().violations.increment();
		note(error);
		Refusal why = new Refusal("Actor " + this.id + " was ended by " + error, CajunException::new);
		Drain drain = this.current;
		boolean more = end(why);
		if (drain != null && !drain.released) {
			drain.refuse(why);
			more = releaseTaken(drain);
		}
		return more;
	}

	// ---- a drain

	private boolean drain() {
		if (this.type.isPersistent()) {
			Fence unused = renewFence();
		}
		Drain drain = new Drain(this);
		this.current = drain;
		Turns.After after = new Turns(this, drain).run();
		return new Write(this, drain, after).run();
	}

	/**
	 * The drain is dealt with; what its failures ask for is done, then its room given
	 * back.
	 */
	boolean settle(Drain drain, Turns.After after) {
		switch (after) {
			case RETRY -> {
				releaseTaken(drain);
				return later(this.type.settings().retry().delayNanos(this.attempts), () -> true);
			}
			case RESTART -> {
				cancelTimers();
				reset();
			}
			case STOP -> {
				// It is stopped since before its effects left.
			}
			case NOTHING -> {
				if (isPassivating()) {
					this.current = null;
					if (close(drain.taken, drain.takenBytes, this.host.budget())) {
						return ended();
					}
				}
			}
		}
		return releaseTaken(drain);
	}

	/** Nothing of the drain was stored: its messages fail, and the state is dropped. */
	boolean abandon(Drain drain, Refusal why) {
		drain.refuse(why);
		reset();
		return releaseTaken(drain);
	}

	/** Nothing of the drain was stored: these of its messages are handled again. */
	boolean handleAgain(Drain drain, @Nullable Envelope again) {
		putBack(again);
		reset();
		return releaseTaken(drain);
	}

	/** The store found the actor not as we think: whether loading it again may help. */
	boolean mayReload() {
		this.reloads++;
		if (this.reloads <= MAX_RELOADS) {
			return true;
		}
		this.reloads = 0;
		return false;
	}

	void storeAgreed() {
		this.reloads = 0;
		this.checksStates = false;
	}

	/** Gives the drain's room back; when false is returned the right to run is gone. */
	boolean releaseTaken(Drain drain) {
		drain.released = true;
		this.current = null;
		this.passivateIfUnused = false;
		this.lastUsed = drain.endedAt;
		return release(drain.taken, drain.takenBytes, this.host.budget()) > 0;
	}

	private boolean mayEnd() {
		if (this.host.isStopping()) {
			return true;
		}
		boolean timers = this.timers != null && !this.timers.isEmpty();
		return !timers && (this.ledger == null || (!this.ledger.hasTellsToSend() && !this.ledger.hasWaiting()));
	}

	private void cancelTimers() {
		if (this.timers != null) {
			this.timers.cancelAll();
		}
	}

	/** Whether the activation ends with this drain, unless a message comes meanwhile. */
	boolean isPassivating() {
		Drain drain = this.current;
		boolean unused = this.passivateIfUnused && drain != null && drain.handled == 0;
		return (this.passivateWhenEmpty || unused) && mayEnd();
	}

	/**
	 * Brings a timer from the actor's former owner; one of the name that is set here is
	 * newer.
	 * @param name its name
	 * @param delayNanos what is left of its time
	 * @param message its message
	 * @return an envelope for the actor
	 */
	public static Envelope timer(String name, long delayNanos, Object message) {
		return new Control((activation) -> {
			if (!activation.timers().has(name)) {
				activation.timers().set(name, delayNanos, message);
			}
		});
	}

	/**
	 * Tells a receiver that it may forget a sender's number.
	 * @param sender the sending actor or process
	 * @param number the last tell to this receiver that the sender may not send again; if
	 * a later one was received, nothing is forgotten
	 * @return an envelope for the receiver
	 */
	public static Envelope settled(String sender, long number) {
		return new Control((activation) -> {
			Ledger ledger = activation.ledger;
			if (ledger == null || ledger.received.getOrDefault(sender, Long.MAX_VALUE) > number) {
				return;
			}
			if (activation.type.isPersistent()) {
				ledger.settled(sender, number, activation.host.scheduler().nanoTime());
			}
			else {
				ledger.received.remove(sender);
			}
		});
	}

	/** The store may hold tells to send that the ledger does not know of. */
	void mayOweTells() {
		this.owesTells = true;
	}

	/** Unless it was stopped by now: that must stay to be seen. */
	void passivateWhenEmpty() {
		if (this.phase == Phase.READY) {
			this.passivateWhenEmpty = true;
		}
	}

	// ---- what turns and effects use

	/**
	 * The actor's type.
	 * @return its type
	 */
	public ActorType type() {
		return this.type;
	}

	Host host() {
		return this.host;
	}

	/**
	 * The actor.
	 * @return its id
	 */
	public ActorId id() {
		return this.id;
	}

	Fence fence() {
		Fence fence = this.fence;
		if (fence == null) {
			throw new IllegalStateException("Actor " + this.id + " has no fence");
		}
		return fence;
	}

	long epoch() {
		return (this.fence == null) ? 0 : this.fence.epoch();
	}

	Object state() {
		Object state = this.state;
		if (state == null) {
			throw new IllegalStateException("Actor " + this.id + " has no state");
		}
		return state;
	}

	void setState(Object state) {
		this.state = state;
	}

	/** The state of an actor that was never written. */
	Object freshState() {
		Object initial = this.type.behavior().initialState(this.id);
		if (initial == null) {
			throw new NullPointerException("initialState returned null");
		}
		if (!this.type.copiesInitialState()) {
			return initial;
		}
		byte[] encoded = encodeState(initial);
		if (this.type.isMutableState()) {
			ledger().stateBytes = encoded;
		}
		return decodeState(encoded);
	}

	byte[] encodeState(Object state) {
		return this.host.codec().encodeState(this.type.name(), state, "", epoch());
	}

	private Object decodeState(byte[] encoded) {
		Object value = this.host.codec().decode(encoded).value();
		if (value == null) {
			throw new IllegalStateException("The codec lost the state of actor " + this.id);
		}
		return value;
	}

	/** After a throw: whatever the handler did to the object is undone. */
	void restoreMutableState() {
		Ledger ledger = this.ledger;
		if (this.type.isMutableState() && ledger != null && ledger.stateBytes != null) {
			this.state = decodeState(ledger.stateBytes);
		}
	}

	Ledger ledger() {
		Ledger ledger = this.ledger;
		if (ledger == null) {
			ledger = new Ledger();
			this.ledger = ledger;
		}
		return ledger;
	}

	long lastReceived(String sender) {
		return (this.ledger == null) ? 0 : this.ledger.received.getOrDefault(sender, 0L);
	}

	Timers timers() {
		Timers timers = this.timers;
		if (timers == null) {
			timers = new Timers(this);
			this.timers = timers;
		}
		return timers;
	}

	/**
	 * Keeps the last error for whoever asks; the error may be of any, even a broken,
	 * class.
	 */
	void note(Object error) {
		try {
			String text = error.toString();
			this.lastError = (text.length() > MAX_ERROR) ? text.substring(0, MAX_ERROR) + "…" : text;
		}
		catch (RuntimeException ex) {
			this.lastError = error.getClass().getName();
		}
	}

	HandlerException handlerException(Throwable error) {
		String text;
		try {
			text = error.getMessage();
		}
		catch (RuntimeException ex) {
			text = "(its getMessage failed)";
		}
		return new HandlerException(this.id, error.getClass().getName(), (text == null) ? "" : text);
	}

	void undelivered(Object message, Delivery delivery, String reason) {
		this.host.undelivered(new MessageUndelivered(this.id, this.type.messageName(message), delivery, reason));
	}

	/** The window of guaranteed tells to a receiver. */
	Outbound window(ActorId receiver) {
		return ledger().outbox.computeIfAbsent(receiver, this::newWindow);
	}

	Outbound newWindow(ActorId receiver) {
		return new Outbound(this.id.toString(), receiver, new OutboundPort(this));
	}

	// ---- what others use, on any thread

	/**
	 * Offers a message, within the bounds of the type's mailbox.
	 * @param envelope the message
	 * @return whether it was taken; after CLOSED there may be a next activation
	 */
	public Offer offer(Envelope envelope) {
		ActorSettings settings = this.type.settings();
		Offer offer = offer(envelope, settings.mailboxCapacity(), settings.mailboxBytes(), this.host.budget());
		if (offer == Offer.SCHEDULE) {
			this.host.execute(this);
		}
		else if (offer == Offer.FULL) {
			this.type.statistics().refused.increment();
		}
		return offer;
	}

	/**
	 * Offers what must not be refused: answers, timers, orders.
	 * @param envelope the envelope
	 * @return whether it was taken; false when the activation has ended
	 */
	public boolean offerUnbounded(Envelope envelope) {
		Offer offer = offer(envelope, UNBOUNDED, Long.MAX_VALUE, this.host.budget());
		if (offer == Offer.SCHEDULE) {
			this.host.execute(this);
		}
		return offer != Offer.CLOSED;
	}

	/** Loads the actor, which sends what it still has to deliver. */
	public void wake() {
		offerUnbounded(new Control((activation) -> activation.owesTells |= activation.phase == Phase.REFUSING));
	}

	/**
	 * Asks the activation to end. If it has something to do, or to wait for, that is
	 * forgotten: it may be asked again when it has been idle again.
	 */
	public void requestPassivation() {
		offerUnbounded(new Control((activation) -> activation.passivateIfUnused = activation.mayEnd()));
	}

	/**
	 * Unhandled messages, those in hand among them.
	 * @return how many
	 */
	public int waiting() {
		return depth();
	}

	/** Lets a quarantined actor take messages again. */
	public void requestRelease() {
		this.quarantine = null;
		offerUnbounded(new Control(Activation::unquarantine));
		// It may have stored tells to send.
		wake();
	}

	/**
	 * Notes that the running handler blocks on another actor's answer.
	 * @param waiting for what, or {@code null} when it blocks no more
	 */
	public void waitFor(@Nullable Waiting waiting) {
		this.waitingFor = waiting;
	}

	/**
	 * What the running handler blocks on.
	 * @return what it waits for, or {@code null} when it does not, or has its answer
	 */
	public @Nullable Waiting waitingFor() {
		Waiting waiting = this.waitingFor;
		return (waiting == null || waiting.answered().getAsBoolean()) ? null : waiting;
	}

	/**
	 * Why the actor refuses messages.
	 * @return the reason, or {@code null}
	 */
	public @Nullable String quarantine() {
		return this.quarantine;
	}

	/**
	 * What was handled lately.
	 * @return live figures
	 */
	public Recent recent() {
		return this.recent;
	}

	boolean isIdle() {
		return depth() == 0 && this.quarantine == null;
	}

	long lastUsed() {
		return this.lastUsed;
	}

	/**
	 * What the activation is doing.
	 * @return a picture of this moment
	 */
	public ActivationSnapshot snapshot() {
		Drain drain = this.current;
		Ledger ledger = this.ledger;
		Object message = (drain == null) ? null : drain.turn().message();
		String phase = switch (this.phase) {
			case LOADING -> "loading";
			case REFUSING -> (this.quarantine != null) ? "quarantined" : "ending";
			case ENDED -> "ended";
			case READY -> (drain == null) ? "idle" : (message != null) ? "handling" : "writing";
		};
		return new ActivationSnapshot(this.id, phase, this.sinceMillis, this.lastUsed, depth(),
				(message == null) ? "" : this.type.messageName(message), (drain == null) ? 0 : drain.turn().since(),
				(drain == null || message == null) ? List.of() : List.of(drain.turn().thread().getStackTrace()),
				this.lastError, (ledger == null) ? 0 : ledger.sequence, (ledger == null) ? 0 : ledger.snapshotSequence,
				this.quarantine, epoch());
	}

	/**
	 * What the running handler is at; cheaper than a {@link #snapshot()}.
	 * @return its message, or {@code null} when no handler runs
	 */
	public @Nullable Handling handling() {
		Drain drain = this.current;
		Object message = (drain == null) ? null : drain.turn().message();
		return (drain == null || message == null) ? null
				: new Handling(this.type.messageName(message), drain.turn().since());
	}

	/**
	 * What a handler is at.
	 *
	 * @param messageType the logical name of its message
	 * @param since the monotonic time at which it began
	 */
	public record Handling(String messageType, long since) {

	}

	/**
	 * What a handler blocks on.
	 *
	 * @param asked the actor asked
	 * @param answered whether its answer is there, though the handler may not have seen
	 * it
	 */
	public record Waiting(ActorId asked, BooleanSupplier answered) {

	}

	/** What an activation is at. */
	private enum Phase {

		LOADING, READY, REFUSING, ENDED

	}

	/** What comes next, and whether there is more to do after it. */
	@FunctionalInterface
	interface Step {

		boolean run();

	}

}

package dev.cajun.activation;

import java.util.function.Consumer;

/** A reminder's time has come. The activation knows its message. */
public final class ReminderDue extends Envelope {

	private final String name;

	private final long dueMillis;

	private final Consumer<Boolean> done;

	/**
	 * Announces a reminder.
	 * @param name its name
	 * @param dueMillis the due time that was stored with it
	 * @param done told true once it needs no further announcement, false when it must be
	 * announced again
	 */
	public ReminderDue(String name, long dueMillis, Consumer<Boolean> done) {
		super(null, 0);
		this.name = name;
		this.dueMillis = dueMillis;
		this.done = done;
	}

	String name() {
		return this.name;
	}

	long dueMillis() {
		return this.dueMillis;
	}

	/** The reminder cannot be handled now and must be announced again. */
	public void postpone() {
		done(false);
	}

	void done(boolean settled) {
		this.done.accept(settled);
	}

	@Override
	String makeId(Host host) {
		return "reminder:" + this.name + ":" + this.dueMillis;
	}

	@Override
	void refuse(Activation receiver, Refusal refusal) {
		done(false);
	}

	@Override
	void handBack(Activation receiver) {
		// The next owner reads it from the store.
		done(false);
	}

}

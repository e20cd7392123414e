package dev.cajun.redis;

import dev.cajun.store.StoreException;
import org.jspecify.annotations.Nullable;

/**
 * What an error reply means. All but the last few say that the script was refused before
 * it wrote anything.
 */
enum Failure {

	/** The server does not have the script (any more). */
	NOSCRIPT(Cure.SOURCE, "the script is loaded again"),

	/** The slot is on another master. */
	MOVED(Cure.ROUTE, "the slots are being looked up again"),

	/** The slot is on its way to another master, and this key has arrived. */
	ASK(Cure.ASK, "the slot is being moved"),

	/** The slot is on its way to another master, and some keys have not arrived. */
	TRYAGAIN(Cure.WAIT, "the slot is being moved; it is tried again"),

	/** It reads its data. */
	LOADING(Cure.WAIT, "Redis is still reading its data; wait until it is done"),

	/** A script takes too long. */
	BUSY(Cure.WAIT, "a script of somebody blocks Redis; end it with SCRIPT KILL, or FUNCTION KILL"),

	/** Slots are not served. */
	CLUSTERDOWN(Cure.ROUTE,
			"slots of the Redis Cluster are not served; look at CLUSTER INFO and start the missing master"),

	/** A replica without its master. */
	MASTERDOWN(Cure.RECONNECT, "this is a replica whose master is gone; wait for the failover"),

	/** A replica. */
	READONLY(Cure.RECONNECT, "this is a replica; wait for the failover, or configure the address of the master"),

	/** {@code min-replicas-to-write}. */
	NOREPLICAS(Cure.NONE,
			"too few replicas are connected (min-replicas-to-write); start them, or lower min-replicas-to-write"),

	/** {@code maxmemory}. */
	OOM(Cure.NONE, "Redis has used up its maxmemory; raise maxmemory, or remove data"),

	/** It cannot write its file. */
	MISCONF(Cure.NONE,
			"Redis cannot write its files and refuses writes; look at its log and the free space of its disk"),

	/** Wrong password. */
	WRONGPASS(Cure.NONE, "the user name or password is wrong; correct it where the connection is configured"),

	/** No password. */
	NOAUTH(Cure.NONE, "Redis asks for a password; configure it for the connection"),

	/** The ACL of the user. */
	NOPERM(Cure.NONE, "the ACL user may not do this; allow it the commands of the scripts and all keys of the prefix"),

	/** Our scripts say so. */
	CORRUPT(Cure.NONE, "nothing was changed; restore the data from a backup", StoreException.Kind.CORRUPT),

	/** A key that is not as we write it. */
	WRONGTYPE(Cure.NONE,
			"a key below the prefix is not as this store writes it; give the store a prefix or a database of its own",
			StoreException.Kind.CORRUPT),

	/** Anything else. */
	OTHER(Cure.NONE, "look at the log of Redis, and whether its version is 7.0 or newer");

	private final Cure cure;

	private final String advice;

	private final StoreException.Kind kind;

	Failure(Cure cure, String advice) {
		this(cure, advice, StoreException.Kind.NOT_APPLIED);
	}

	Failure(Cure cure, String advice, StoreException.Kind kind) {
		this.cure = cure;
		this.advice = advice;
		this.kind = kind;
	}

	static Failure of(String error) {
		int end = error.indexOf(' ');
		String code = (end < 0) ? error : error.substring(0, end);
		for (Failure failure : values()) {
			if (failure.name().equals(code)) {
				return failure;
			}
		}
		return OTHER;
	}

	/** The failure that an exception of the client tells of. */
	static @Nullable Failure of(@Nullable Throwable cause) {
		for (Throwable ex = cause; ex != null; ex = ex.getCause()) {
			String message = ex.getMessage();
			if (message != null) {
				Failure failure = of(message);
				if (failure != OTHER) {
					return failure;
				}
			}
		}
		return null;
	}

	Cure cure() {
		return this.cure;
	}

	String advice() {
		return this.advice;
	}

	StoreException.Kind kind() {
		return this.kind;
	}

	/** What the store does about it by itself, while the command's time lasts. */
	enum Cure {

		/** Sends the source of the script. */
		SOURCE,

		/** Sends it again after a while. */
		WAIT,

		/** Looks up who serves the slot, and sends it there. */
		ROUTE,

		/** Sends it to whom the answer names. */
		ASK,

		/** Looks for the master; the call fails. */
		RECONNECT,

		/** Nothing. */
		NONE;

		/** Whether it is sent again after a while. */
		boolean isRetry() {
			return this == WAIT || this == ROUTE || this == ASK;
		}

	}

}

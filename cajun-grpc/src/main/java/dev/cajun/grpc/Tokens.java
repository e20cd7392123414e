package dev.cajun.grpc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * What nodes of the cluster must know. While a token is being changed some nodes know the
 * new one and some the old: this node accepts both, and shows the old one to a process
 * that refused the new one.
 */
final class Tokens {

	private static final byte[] NONE = {};

	private final byte[] token;

	private final byte @Nullable [] previous;

	/** Processes that do not know the token yet, by boot id or address. */
	private final Set<String> behind = ConcurrentHashMap.newKeySet();

	Tokens(@Nullable String token, @Nullable String previous) {
		this.token = (token != null) ? token.getBytes(StandardCharsets.UTF_8) : NONE;
		this.previous = (previous != null) ? previous.getBytes(StandardCharsets.UTF_8) : null;
	}

	/** What to show to a process. */
	byte[] of(String process) {
		byte[] old = this.previous;
		return (old != null && this.behind.contains(process)) ? old : this.token;
	}

	/** A process refused what it was shown: the other one next time. */
	void refused(String process) {
		if (this.previous != null && !this.behind.remove(process)) {
			this.behind.add(process);
		}
	}

	/** A process is gone. */
	void forget(String process) {
		this.behind.remove(process);
	}

	/** Compares in a time that does not depend on how much is right. */
	boolean accepts(byte @Nullable [] shown) {
		if (this.token.length == 0) {
			return true;
		}
		byte[] found = (shown != null) ? shown : NONE;
		byte[] old = (this.previous != null) ? this.previous : this.token;
		boolean isToken = MessageDigest.isEqual(this.token, found);
		boolean isOld = MessageDigest.isEqual(old, found);
		return isToken || isOld;
	}

}

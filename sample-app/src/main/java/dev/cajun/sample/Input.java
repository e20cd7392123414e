package dev.cajun.sample;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

import dev.cajun.ActorRef;
import dev.cajun.Actors;
import dev.cajun.AskOptions;

/** What callers may send; anything else is answered with 400 and the reason. */
final class Input {

	private Input() {
	}

	static long amount(@Nullable Long amount) {
		if (amount == null || amount <= 0) {
			throw invalid("'amount' must be a whole number above zero");
		}
		return amount;
	}

	static String required(String name, @Nullable String value) {
		if (value == null) {
			throw invalid("'" + name + "' is missing");
		}
		return value;
	}

	static <M> ActorRef<M> actor(Actors<M> actors, String id) {
		try {
			return actors.get(id);
		}
		catch (IllegalArgumentException ex) {
			throw invalid(ex.getMessage());
		}
	}

	static @Nullable String idempotencyKey(@Nullable String key) {
		if (key != null && (key.isBlank() || key.length() > AskOptions.MAX_IDEMPOTENCY_KEY_LENGTH)) {
			throw invalid("'Idempotency-Key' must have 1 to " + AskOptions.MAX_IDEMPOTENCY_KEY_LENGTH + " characters");
		}
		return key;
	}

	private static ResponseStatusException invalid(@Nullable String reason) {
		return new ResponseStatusException(HttpStatus.BAD_REQUEST, reason);
	}

}

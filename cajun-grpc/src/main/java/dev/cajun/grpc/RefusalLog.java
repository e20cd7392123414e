package dev.cajun.grpc;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

import dev.cajun.transport.Links;
import dev.cajun.transport.Refusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people who was refused. What a wrong configuration or an intruder causes is a
 * warning, at most one in ten seconds for each reason, so that nobody fills the log by
 * knocking; what happens whenever nodes come and go is for debugging. Thread-safe.
 */
final class RefusalLog {

	private static final Logger logger = LoggerFactory.getLogger(RefusalLog.class);

	private static final long INTERVAL_NANOS = 10_000_000_000L;

	/** What others say of themselves is cut. */
	private static final int MAX_LENGTH = 500;

	private final LongSupplier nanoTime;

	private final Map<Refusal, Told> told = new EnumMap<>(Refusal.class);

	RefusalLog(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/** Somebody was refused. */
	void refused(Links.Refused refused, @Nullable SocketAddress from) {
		switch (refused.refusal()) {
			case TLS, TOKEN, OTHER_CLUSTER, PROTOCOL -> warn(refused, host(from));
			default -> logger.debug("Refused {} ({}): {}", host(from), refused.refusal(), refused.reason());
		}
	}

	private void warn(Links.Refused refused, String host) {
		long untold = untold(refused.refusal());
		if (untold < 0) {
			return;
		}
		String more = (untold > 0) ? " (and " + untold + " more since the last such line)" : "";
		logger.warn("Refused a connection from {}: {}{}", host, printable(refused.reason()), more);
	}

	/**
	 * How many were not told of since the last that was; negative to tell nothing now.
	 */
	private synchronized long untold(Refusal refusal) {
		long now = this.nanoTime.getAsLong();
		Told last = this.told.get(refusal);
		if (last != null && now - last.nanoTime < INTERVAL_NANOS) {
			last.untold++;
			return -1;
		}
		this.told.put(refusal, new Told(now));
		return (last != null) ? last.untold : 0;
	}

	private static String host(@Nullable SocketAddress from) {
		return (from instanceof InetSocketAddress internet && internet.getAddress() != null)
				? internet.getAddress().getHostAddress() : "an unknown address";
	}

	/** Others have written parts of it: no line breaks and no megabytes. */
	private static String printable(String text) {
		String cut = (text.length() > MAX_LENGTH) ? text.substring(0, MAX_LENGTH) + "..." : text;
		return cut.replaceAll("\\p{Cntrl}", "?");
	}

	/** When a reason was told of last, and how often it came since. */
	private static final class Told {

		private final long nanoTime;

		private long untold;

		Told(long nanoTime) {
			this.nanoTime = nanoTime;
		}

	}

}

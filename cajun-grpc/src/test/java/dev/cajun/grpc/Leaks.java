package dev.cajun.grpc;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** Netty's buffers that nobody released. */
final class Leaks {

	private static final ListAppender<ILoggingEvent> REPORTS = new ListAppender<>();

	private Leaks() {
	}

	/** Looks at every buffer from now on. */
	static void watch() {
		ResourceLeakDetector.setLevel(Level.PARANOID);
		REPORTS.start();
		Logger logger = (Logger) LoggerFactory.getLogger(ResourceLeakDetector.class);
		logger.detachAppender(REPORTS);
		logger.addAppender(REPORTS);
	}

	static void assertNone() {
		for (int i = 0; i < 5; i++) {
			System.gc();
			// What was found is reported when the next buffer is made
			ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer();
			buffer.release();
		}
		ResourceLeakDetector.setLevel(Level.SIMPLE);
		assertThat(REPORTS.list).isEmpty();
	}

}

package dev.cajun.cluster;

import java.util.function.Supplier;

import dev.cajun.placement.Node;
import dev.cajun.placement.NodeLoad;
import dev.cajun.time.Durations;
import org.jspecify.annotations.Nullable;

/**
 * Tells whoever leads what it cannot see, again and again until the table shows it.
 * <p>
 * Used in the event loop only.
 */
final class Reporter {

	private final EventLoop loop;

	private final Links links;

	private final ClusterSettings settings;

	private final Supplier<NodeLoad> load;

	private ControlMessage.@Nullable Report reported;

	private @Nullable Node reportedTo;

	private long nextReport;

	private long nextLoad;

	Reporter(EventLoop loop, Links links, ClusterSettings settings, Supplier<NodeLoad> load) {
		this.loop = loop;
		this.links = links;
		this.settings = settings;
		this.load = load;
		this.nextReport = loop.nanoTime();
		this.nextLoad = this.nextReport;
	}

	void report(@Nullable Node leader, ControlMessage.Report report) {
		if (leader == null) {
			return;
		}
		long now = this.loop.nanoTime();
		boolean again = report.equals(this.reported) && leader.equals(this.reportedTo);
		if (!report.isEmpty() && (!again || now - this.nextReport >= 0)) {
			this.reported = report;
			this.reportedTo = leader;
			this.nextReport = now + ClusterSettings.REPEAT.toNanos();
			this.links.send(leader, report);
		}
		if (now - this.nextLoad >= 0) {
			this.nextLoad = now + Durations.nanos(this.settings.balance().interval().dividedBy(2));
			this.links.send(leader, new ControlMessage.Load(this.settings.name(), this.load.get()));
		}
	}

}

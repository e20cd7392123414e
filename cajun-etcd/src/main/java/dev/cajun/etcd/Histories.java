package dev.cajun.etcd;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that etcd was wiped or restored. Its cluster id tells when it changes, but a
 * member that starts anew under the same name and address has the same one; then only its
 * revision tells, which is lower than before until the new history has caught up.
 * <p>
 * An answer is compared with what was known when its call was <em>sent</em>: answers may
 * come in another order than they were given in. Only answers of reads and transactions,
 * which are linearizable, are good for comparing revisions; what watches told before is
 * good for comparing them with. Confined to the store's thread.
 */
final class Histories {

	private static final Logger logger = LoggerFactory.getLogger(Histories.class);

	private final String description;

	private final Runnable changed;

	private @Nullable Known known;

	/**
	 * Nothing is known yet.
	 * @param description names etcd in the log
	 * @param changed run when another history was found
	 */
	Histories(String description, Runnable changed) {
		this.description = description;
		this.changed = changed;
	}

	/** What is known now: what a call that is sent now may expect. */
	@Nullable Known known() {
		return this.known;
	}

	/** The history that the answer to a read or a transaction belongs to. */
	long read(@Nullable Known sent, long clusterId, long revision) {
		return answered(sent, clusterId, revision);
	}

	/** The history that any other answer belongs to. */
	long answered(@Nullable Known sent, long clusterId) {
		return answered(sent, clusterId, Long.MAX_VALUE);
	}

	private long answered(@Nullable Known sent, long clusterId, long revision) {
		long seen = (revision == Long.MAX_VALUE) ? 0 : revision;
		Known now = this.known;
		if (now == null) {
			this.known = new Known(1, clusterId, seen);
			return 1;
		}
		Known expected = (sent == null) ? now.before() : sent;
		if (expected.fits(clusterId, revision)) {
			if (expected.history == now.history && seen > now.revision) {
				this.known = new Known(now.history, clusterId, seen);
			}
			return expected.history;
		}
		if (now.history > expected.history && now.clusterId == clusterId) {
			return now.history;
		}
		return begin(clusterId, seen);
	}

	/**
	 * A watch that began in a history has told of a revision: whatever is read from now
	 * on is as new.
	 */
	void heard(long history, long clusterId, long revision) {
		Known now = this.known;
		if (now != null && now.history == history && now.clusterId == clusterId && revision > now.revision) {
			this.known = new Known(history, clusterId, revision);
		}
	}

	/**
	 * What was read cannot have followed from what was read before, although nothing else
	 * told so.
	 * @return the number of the history that it belongs to
	 */
	long contradicted(long history, long revision) {
		Known now = this.known;
		if (now == null || now.history != history) {
			return (now == null) ? history : now.history;
		}
		return begin(now.clusterId, revision);
	}

	private long begin(long clusterId, long revision) {
		Known before = this.known;
		long next = (before == null) ? 1 : before.history + 1;
		this.known = new Known(next, clusterId, revision);
		logger.warn("{} has another history than before: it was wiped or restored from a backup. Everything that was "
				+ "known of it is forgotten; leases held in it count as lost", this.description);
		this.changed.run();
		return next;
	}

	/**
	 * What is known of etcd.
	 *
	 * @param history the number of the history
	 * @param clusterId etcd's cluster id
	 * @param revision the highest revision that a read or transaction answered, or a
	 * watch told of
	 */
	record Known(long history, long clusterId, long revision) {

		boolean fits(long clusterId, long revision) {
			return this.clusterId == clusterId && revision >= this.revision;
		}

		/** As if no revision were known: for a call sent before anything was. */
		private Known before() {
			return new Known(this.history, this.clusterId, 0);
		}

	}

}

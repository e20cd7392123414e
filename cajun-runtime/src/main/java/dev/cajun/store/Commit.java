package dev.cajun.store;

import java.util.List;
import java.util.Map;

import dev.cajun.ActorId;
import org.jspecify.annotations.Nullable;

/**
 * All writes of one drain of one actor, applied together or not at all: what is to go
 * first, then what is to come. It leaves the sequence {@link #nextSequence()}.
 *
 * @param actor the actor
 * @param expectedSequence the sequence that the commit before left
 * @param batch identifies this commit
 * @param clear removes state, journal and reminders first; the sequence goes on
 * @param state the new state, or {@code null} to leave it
 * @param records journal records to append, one place in the sequence each; a commit of a
 * journaled actor that has none to append brings an empty one, so that a record's place
 * is always its sequence. After a commit without records, what {@code state} stands for
 * is {@link #nextSequence()}
 * @param received numbers of guaranteed tells received, by sender
 * @param forgotten senders whose number is no longer needed
 * @param replies answers to remember
 * @param expiredReplies keys of answers to forget
 * @param tells guaranteed tells to keep until they are acknowledged
 * @param acknowledgedTells numbers of tells to forget
 * @param reminders reminders to set; one of the same name is replaced
 * @param cancelledReminders names of reminders to remove
 * @param wake whether the actor has tells to send and shall be activated after a claim
 */
public record Commit(ActorId actor, long expectedSequence, BatchId batch, boolean clear, byte @Nullable [] state,
		List<byte[]> records, Map<String, Long> received, List<String> forgotten, List<StoredReply> replies,
		List<String> expiredReplies, List<StoredTell> tells, List<Long> acknowledgedTells,
		List<StoredReminder> reminders, List<String> cancelledReminders, boolean wake) {

	/**
	 * The sequence after this commit.
	 * @return one more than expected, or one more per record
	 */
	public long nextSequence() {
		return this.expectedSequence + Math.max(1, this.records.size());
	}

}

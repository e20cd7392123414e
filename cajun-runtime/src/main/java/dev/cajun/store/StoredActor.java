package dev.cajun.store;

import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * All that is stored of one actor.
 *
 * @param sequence the sequence that the last commit left; 0 when nothing was ever written
 * @param batch the last commit, or {@code null}
 * @param state the encoded state or snapshot, or {@code null} for the initial state
 * @param stateSequence the sequence that {@code state} stands for: that of the last
 * snapshot or commit without records, or before the first record after a clear; 0 when
 * there was none
 * @param records the first journal records after {@code stateSequence}, in order; ask
 * {@link ActorStore#records} for the rest while {@code stateSequence + records.size()} is
 * below {@code sequence}. An empty record only keeps the count
 * @param received the last number received, by sender
 * @param replies remembered answers, oldest first
 * @param tells tells not yet acknowledged, by growing number
 * @param reminders the reminders of this actor
 */
public record StoredActor(long sequence, @Nullable BatchId batch, byte @Nullable [] state, long stateSequence,
		List<byte[]> records, Map<String, Long> received, List<StoredReply> replies, List<StoredTell> tells,
		List<StoredReminder> reminders) {

	/** An actor that was never written. */
	public static final StoredActor NEVER_WRITTEN = new StoredActor(0, null, null, 0, List.of(), Map.of(), List.of(),
			List.of(), List.of());

}

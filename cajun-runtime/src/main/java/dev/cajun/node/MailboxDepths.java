package dev.cajun.node;

/**
 * How full the mailboxes of a type are on one node.
 *
 * @param waiting messages that wait or are in hand, in all of them
 * @param fullest those in the fullest
 */
public record MailboxDepths(long waiting, int fullest) {

	/** No messages. */
	static final MailboxDepths NONE = new MailboxDepths(0, 0);

	MailboxDepths and(int depth) {
		return new MailboxDepths(this.waiting + depth, Math.max(this.fullest, depth));
	}

}

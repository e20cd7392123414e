package dev.cajun.transport;

/** The link to a process that was given up. */
record ClosedLink(Transport.Peer peer, int streams) implements Link {

	@Override
	public Sent send(int stream, Parcel parcel) {
		return Sent.CLOSED;
	}

	@Override
	public void giveUp(String reason) {
		// It is
	}

	@Override
	public String trouble() {
		return "given up";
	}

}

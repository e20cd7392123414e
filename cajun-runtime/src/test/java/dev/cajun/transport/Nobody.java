package dev.cajun.transport;

/** A receiver to which nothing is sent. */
final class Nobody implements Transport.Receiver {

	@Override
	public void received(Transport.Peer from, int stream, byte[] message) {
		throw new IllegalStateException("Nothing was sent to this process");
	}

	@Override
	public void probed(Runnable answer) {
		throw new IllegalStateException("Nobody asks");
	}

}

package dev.cajun.transport;

import dev.cajun.CajunException;
import org.jspecify.annotations.Nullable;

/** A transport cannot do its work: a port in use, a setting that is refused. */
public class TransportException extends CajunException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message names the transport, the address and what to do
	 * @param cause what went wrong below
	 */
	public TransportException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}

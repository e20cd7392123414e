package dev.cajun.transport;

/**
 * Where a process is reached.
 *
 * @param host a name or an IP address, without brackets
 * @param port from 1 to 65535
 */
public record Address(String host, int port) {

	public Address {
		if (host.isBlank() || port < 1 || port > 65535) {
			throw new IllegalArgumentException(
					"An address is a host and a port from 1 to 65535, not '" + host + "' and " + port);
		}
	}

	/**
	 * Reads what {@link #toString()} writes.
	 * @param text {@code host:port}, an IPv6 address in brackets
	 * @return the address
	 * @throws IllegalArgumentException if it is none
	 */
	public static Address parse(String text) {
		int colon = text.lastIndexOf(':');
		try {
			String host = text.substring(0, colon);
			boolean bracketed = host.startsWith("[") && host.endsWith("]");
			return new Address(bracketed ? host.substring(1, host.length() - 1) : host,
					Integer.parseInt(text, colon + 1, text.length(), 10));
		}
		catch (IndexOutOfBoundsException | NumberFormatException ex) {
			throw new IllegalArgumentException("Not host:port: '" + text + "'", ex);
		}
	}

	@Override
	public String toString() {
		return (this.host.indexOf(':') < 0) ? this.host + ":" + this.port : "[" + this.host + "]:" + this.port;
	}

}

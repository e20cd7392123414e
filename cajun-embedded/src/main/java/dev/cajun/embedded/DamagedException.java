package dev.cajun.embedded;

/** Something that is stored is not what was written. Nothing was changed. */
final class DamagedException extends Exception {

	private static final long serialVersionUID = 1L;

	DamagedException(String message) {
		super(message);
	}

}

package dev.cajun.kryo;

/** Types that leave open which classes there are. */
final class OpenTypes {

	private OpenTypes() {
	}

	/** Anybody may implement it. */
	interface Open {

	}

}

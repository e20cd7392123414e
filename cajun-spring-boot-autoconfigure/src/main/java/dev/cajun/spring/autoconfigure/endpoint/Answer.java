package dev.cajun.spring.autoconfigure.endpoint;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What a request is answered: a status and a body.
 *
 * @param status the HTTP status
 * @param body the body
 */
record Answer(int status, OperationResponseBody body) {

	static Answer ok(OperationResponseBody body) {
		return new Answer(200, body);
	}

	static Answer accepted(OperationResponseBody body) {
		return new Answer(202, body);
	}

	static Answer badRequest(String reason) {
		return error(400, "Bad Request", reason);
	}

	static Answer notFound(String reason) {
		return error(404, "Not Found", reason);
	}

	static Answer conflict(String reason) {
		return error(409, "Conflict", reason);
	}

	static Answer unavailable(String reason) {
		return error(503, "Service Unavailable", reason);
	}

	private static Answer error(int status, String error, String reason) {
		return new Answer(status, new ErrorDescriptor(status, error, reason));
	}

	/**
	 * Why a request was not answered.
	 *
	 * @param status the HTTP status
	 * @param error its name
	 * @param reason what to change
	 */
	record ErrorDescriptor(int status, String error, String reason) implements OperationResponseBody {

	}

}

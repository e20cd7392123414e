import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls one application. */
final class Http {

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(5))
		.build();

	private final String base;

	Http(int port) {
		this.base = "http://localhost:" + port;
	}

	Answer get(String path) throws IOException {
		return send(request(path));
	}

	/** As {@link #get}; null when nobody answers. */
	Answer tryGet(String path) {
		try {
			return get(path);
		}
		catch (IOException ex) {
			return null;
		}
	}

	Answer post(String path, String json) throws IOException {
		return post(path, json, null);
	}

	Answer post(String path, String json, String idempotencyKey) throws IOException {
		HttpRequest.Builder request = request(path).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(json));
		return send((idempotencyKey != null) ? request.header("Idempotency-Key", idempotencyKey) : request);
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create(this.base + path)).timeout(Duration.ofSeconds(20));
	}

	private Answer send(HttpRequest.Builder request) throws IOException {
		try {
			HttpResponse<String> response = this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
			return new Answer(response.statusCode(), response.body());
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** A status and a flat JSON object. */
	record Answer(int status, String body) {

		long number(String field) {
			return Long.parseLong(field(field, "(-?\\d+)"));
		}

		String text(String field) {
			return field(field, "\"([^\"]*)\"");
		}

		private String field(String field, String value) {
			Matcher matcher = Pattern.compile("\"" + field + "\"\\s*:\\s*" + value).matcher(this.body);
			Check.that(matcher.find(), () -> "No '" + field + "' in " + this);
			return matcher.group(1);
		}

	}

}

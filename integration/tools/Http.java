import java.io.IOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls one application, and keeps its cookies as a browser does. */
final class Http {

	private final CookieManager cookies = new CookieManager();

	private final HttpClient client = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(5))
		.cookieHandler(this.cookies)
		.build();

	private final String base;

	private final Map<String, String> headers;

	Http(int port) {
		this("localhost", port);
	}

	Http(String host, int port) {
		this("http://" + host + ":" + port, Map.of());
	}

	private Http(String base, Map<String, String> headers) {
		this.base = base;
		this.headers = headers;
	}

	/** The same application, called by a user from a browser of their own. */
	Http as(String user, String password) {
		byte[] credentials = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
		return new Http(this.base, Map.of("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials)));
	}

	/** A cookie that the application has set. */
	HttpCookie cookie(String name) {
		return this.cookies.getCookieStore()
			.getCookies()
			.stream()
			.filter((cookie) -> cookie.getName().equals(name))
			.findFirst()
			.orElseThrow(() -> new AssertionError("No cookie '" + name + "' of " + this.base));
	}

	Answer get(String path) throws IOException {
		return send(request(path));
	}

	/** What time it is there, to the second. */
	Instant time() throws IOException {
		try {
			HttpResponse<Void> response = this.client.send(request("/actuator/health/liveness").build(),
					HttpResponse.BodyHandlers.discarding());
			return Instant
				.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(response.headers().firstValue("Date").orElseThrow()));
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
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

	/** As {@link #post}; null when nobody answers. */
	Answer tryPost(String path, String json) {
		try {
			return post(path, json);
		}
		catch (IOException ex) {
			return null;
		}
	}

	Answer post(String path, String json) throws IOException {
		return post(path, json, Map.of());
	}

	/** The key may be null. */
	Answer post(String path, String json, String idempotencyKey) throws IOException {
		return post(path, json, (idempotencyKey != null) ? Map.of("Idempotency-Key", idempotencyKey) : Map.of());
	}

	Answer post(String path, String json, Map<String, String> headers) throws IOException {
		HttpRequest.Builder request = request(path).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(json));
		headers.forEach(request::header);
		return send(request);
	}

	private HttpRequest.Builder request(String path) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.base + path))
			.timeout(Duration.ofSeconds(20));
		this.headers.forEach(request::header);
		return request;
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

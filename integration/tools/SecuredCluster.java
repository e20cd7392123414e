import java.io.IOException;
import java.net.HttpCookie;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The endpoint {@code cluster} and its page behind Spring Security, as those see it who
 * may look, who may act, and who may do neither.
 */
final class SecuredCluster {

	private static final String CLUSTER = "/actuator/cluster";

	private static final String PASSWORD = "secret-of-";

	/** What a path cannot hold, or hardly; the last is as long as a key may be. */
	private static final List<String> KEYS = List.of("a/b", "a;b", "..", "%", "a\\b", "a b+c", "ü", "ü".repeat(256));

	private final App app;

	private final Http nobody;

	private final Http viewer;

	private final Http operator;

	/** At the application itself, which has rights of its own. */
	private final Http customer;

	private int writes;

	SecuredCluster(App app, Http actuator) {
		this.app = app;
		this.nobody = actuator;
		this.viewer = actuator.as("viewer", PASSWORD + "viewer");
		this.operator = actuator.as("operator", PASSWORD + "operator");
		this.customer = app.http.as("operator", PASSWORD + "operator");
	}

	void check() throws IOException {
		reads();
		keys();
		refusedWrites();
		writes();
		records();
	}

	private void reads() throws IOException {
		Check.equal(200, this.nobody.get("/actuator/health").status(), "Health for anybody");
		Http stranger = this.nobody.as("viewer", PASSWORD + "operator");
		for (String path : List.of(CLUSTER, CLUSTER + "/actors", "/cajun", "/cajun/", "/cajun/page.js",
				"/cajun/settings.json")) {
			Check.equal(401, this.nobody.get(path).status(), path + " without credentials");
			Check.equal(401, stranger.get(path).status(), path + " with a wrong password");
		}
		for (String path : List.of(CLUSTER, CLUSTER + "/nodes", CLUSTER + "/actors", "/cajun/", "/cajun/page.js",
				"/cajun/page.css", "/cajun/settings.json")) {
			Check.equal(200, this.viewer.get(path).status(), path + " for a viewer");
		}
		Check.equal(307, this.viewer.get("/cajun").status(), "The page without its slash");
		Check.equal(404, this.viewer.get(CLUSTER + "/nothing").status(), "What is not there, for a viewer");
		Check.equal(CLUSTER, this.viewer.get("/cajun/settings.json").text("endpoint"), "The endpoint of the page");
		String script = this.viewer.get("/cajun/page.js").body();
		Check.that(script.contains("cookie('XSRF-TOKEN')") && script.contains("headers['X-XSRF-TOKEN']"),
				() -> "The page does not send the token as these checks do");
	}

	/** Any key can be asked for, though the firewall refuses many in a path. */
	private void keys() throws IOException {
		for (String key : KEYS) {
			String encoded = URLEncoder.encode(key, StandardCharsets.UTF_8);
			Check.equal(200, deposit(encoded, 10).status(), "A deposit to " + key);
			Http.Answer actor = this.viewer.get(CLUSTER + "/actors/account?key=" + encoded);
			Check.equal(200, actor.status(), "The actor " + key);
			Check.equal(key.replace("\\", "\\\\"), actor.text("key"), "The key in " + actor);
			Check.that(actor.body().contains("\"active\":true"), () -> "Not active: " + actor);
			Check.equal(200, this.viewer.get(CLUSTER + "/routing/account?key=" + encoded).status(),
					"The way to " + key);
		}
		for (String segment : List.of("a%2Fb", "a%3Bb", "a;b", "%2E%2E", "%25", "a%5Cb")) {
			for (Http user : List.of(this.nobody, this.viewer)) {
				Check.equal(400, user.get(CLUSTER + "/actors/account/" + segment).status(), "The path with " + segment);
			}
		}
		Check.equal(200, this.viewer.get(CLUSTER + "/actors/account/%C3%BC").status(), "The path with a letter");
		Check.equal(400, this.viewer.get(CLUSTER + "/actors/account?key=" + "x".repeat(513)).status(),
				"A key that is too long");
	}

	private Http.Answer deposit(String encodedKey, int amount) throws IOException {
		this.customer.get("/");
		return this.customer.post("/deposits?key=" + encodedKey + "&amount=" + amount, "", token(this.customer));
	}

	private void refusedWrites() throws IOException {
		for (String path : List.of("/rebalance", "/actors/account/release", "/leader/resign")) {
			Check.equal(403, this.operator.post(CLUSTER + path, "{\"key\":\"a/b\"}").status(), path + " without token");
			Check.equal(403, this.operator.post(CLUSTER + path, "{}", Map.of("X-XSRF-TOKEN", "guessed")).status(),
					path + " with a wrong token");
			Check.equal(403, this.viewer.post(CLUSTER + path, "{}", token(this.viewer)).status(),
					path + " by a viewer");
			Check.equal(401, this.nobody.post(CLUSTER + path, "{}", token(this.nobody)).status(),
					path + " without credentials");
		}
	}

	/** One node has nowhere to move anything; that is what its answers say. */
	private void writes() throws IOException {
		this.operator.get("/cajun/");
		write(409, "rebalance", "{\"dryRun\":true}");
		write(400, "rebalance", "{\"dryRun\":\"perhaps\"}");
		write(409, "actors/account/migrate", "{\"key\":\"a/b\",\"target\":\"elsewhere\"}");
		write(409, "nodes/local/drain", "{\"force\":false}");
		write(409, "leader/resign", "{}");
		write(400, "actors/account/release", "{}");
		write(404, "actors/nothing/release", "{\"key\":\"a/b\"}");
		for (String key : List.of("a/b", "a;b")) {
			write(409, "actors/account/release", "{\"key\":\"" + key + "\"}");
			// No amount: the actor stops
			deposit(URLEncoder.encode(key, StandardCharsets.UTF_8), 0);
			write(200, "actors/account/release", "{\"key\":\"" + key + "\"}");
		}
	}

	private void write(int status, String operation, String body) throws IOException {
		write(status, operation, body, token(this.operator));
	}

	private void write(int status, String operation, String body, Map<String, String> headers) throws IOException {
		Http.Answer answer = this.operator.post(CLUSTER + "/" + operation, body, headers);
		this.writes++;
		Check.equal(status, answer.status(), operation + " " + body + " by an operator, with " + answer);
		Check.that(answer.body().contains((status == 200) ? "\"released\":true" : "\"reason\":\""),
				() -> "No reason in " + answer);
	}

	/** As the page does it: a script has to be able to read the cookie. */
	private static Map<String, String> token(Http browser) {
		HttpCookie cookie = browser.cookie("XSRF-TOKEN");
		Check.that(!cookie.isHttpOnly(), () -> "The page cannot read " + cookie.getName());
		return Map.of("X-XSRF-TOKEN", cookie.getValue());
	}

	/**
	 * Who did what is in the log and among the audit events, once, and no password is.
	 */
	private void records() throws IOException {
		List<String> log = this.app.log();
		List<String> lines = log.stream().filter((line) -> line.contains("Cluster operation '")).toList();
		Check.equal(this.writes, lines.size(), "Lines of writes in the log");
		for (String line : lines) {
			Check.that(line.contains(" INFO ") && line.contains(" by operator was answered "),
					() -> "Not who did what: " + line);
		}
		Check.that(log.stream().noneMatch((line) -> line.contains(PASSWORD)), () -> "A password is in the log");
		Http.Answer events = this.operator.get("/actuator/auditevents?type=CAJUN_CLUSTER_WRITE");
		Check.equal(200, events.status(), "The audit events");
		long byOperator = Pattern.compile("\"principal\":\"operator\"").matcher(events.body()).results().count();
		Check.equal((long) this.writes, byOperator, "Audit events of the operator in " + events);
		Check.that(!events.body().contains(PASSWORD), () -> "A password is among the audit events");
	}

	/** With a port of the actuator's own there is nothing at the application's. */
	void checkApplicationsPort() throws IOException {
		for (String path : List.of(CLUSTER, CLUSTER + "/nodes", "/cajun", "/cajun/", "/cajun/page.js")) {
			Check.equal(404, this.customer.get(path).status(), path + " on the application's port");
			Check.equal(401, this.app.http.get(path).status(), path + " there without credentials");
		}
		Check.equal(404, this.customer.post(CLUSTER + "/rebalance", "{}", token(this.customer)).status(),
				"A write on the application's port");
	}

	/** Without a page only operators are let in, and need no token. */
	void checkEndpointAlone() throws IOException {
		Check.equal(200, this.nobody.get("/actuator/health").status(), "Health for anybody");
		Check.equal(401, this.nobody.get(CLUSTER).status(), "The cluster without credentials");
		Check.equal(403, this.viewer.get(CLUSTER).status(), "The cluster for a viewer");
		Check.equal(200, this.operator.get(CLUSTER).status(), "The cluster for an operator");
		Check.equal(404, this.operator.get("/cajun/").status(), "The page that is not served");
		Check.equal(401, this.nobody.post(CLUSTER + "/rebalance", "{}").status(), "A write without credentials");
		Check.equal(403, this.viewer.post(CLUSTER + "/rebalance", "{}").status(), "A write by a viewer");
		write(409, "rebalance", "{\"dryRun\":true}", Map.of());
		records();
	}

}

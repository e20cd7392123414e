import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Runs the applications of {@code outside/}, which know nothing of this project but its
 * starter.
 */
final class OutsideProject {

	private final Path projects;

	private final Path directory;

	private OutsideProject(Path projects, Path directory) {
		this.projects = projects;
		this.directory = directory;
	}

	public static void main(String[] arguments) {
		Check.main(Duration.ofMinutes(5), () -> new OutsideProject(Path.of(arguments[0]), Path.of(arguments[1])).run());
	}

	private void run() throws IOException {
		readme();
		nonWeb();
		ownBeans();
		secured();
	}

	/** The README's example: no property, no server. */
	private void readme() throws IOException {
		App app = start("readme").awaitHealthy();
		deposit(app, 10);
		Check.equal(404, app.http.get("/actuator/cluster").status(), "The cluster endpoint, not exposed");
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");

		app = start("readme", "--management.endpoints.web.exposure.include=health,cluster").awaitHealthy();
		Http.Answer cluster = app.http.get("/actuator/cluster");
		Check.equal(200, cluster.status(), "The cluster endpoint, exposed");
		Check.that(cluster.body().contains("\"node"), () -> "The cluster endpoint does not name this node: " + cluster);
		deposit(app, 20);
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");
		System.out.println("readme: healthy, answers deposits, kept its state, shows its cluster once exposed");
	}

	/** Each deposit adds to what the ones before left. */
	private static void deposit(App app, long balance) throws IOException {
		Http.Answer answer = app.http.post("/accounts/alice/deposits", "{\"amount\":10}");
		Check.equal(200, answer.status(), "The answer to a deposit " + answer);
		Check.that(answer.body().contains(Long.toString(balance)), () -> "Not a balance of " + balance + ": " + answer);
	}

	/** Without a web server the node keeps the process up. */
	private void nonWeb() {
		for (int start = 1; start <= 2; start++) {
			String expected = "Start number " + start;
			App app = start("non-web");
			app.await("counting", Duration.ofSeconds(60), () -> app.log().contains(expected));
			Check.pause(Duration.ofSeconds(3));
			Check.that(app.isAlive(), () -> "The application without a web server ended");
			Check.equal(143, app.terminate(), "The exit code after SIGTERM");
		}
		System.out.println("non-web: stays up, ends with 143 on SIGTERM, kept its state");
	}

	/**
	 * An application with beans of the names that ours might have, a cache and a
	 * database.
	 */
	private void ownBeans() throws IOException {
		App app = start("own-beans").awaitHealthy();
		for (int order = 1; order <= 2; order++) {
			Http.Answer answer = app.http.post("/orders", "");
			Check.equal(200, answer.status(), "The answer to an order " + answer);
			Check.equal("my serializer", answer.text("serializer"), "The bean 'serializer'");
			Check.equal("my transport", answer.text("transport"), "The bean 'transport'");
			Check.equal("my actor system", answer.text("actorSystem"), "The bean 'actorSystem'");
			Check.that(answer.body().contains("\"caffeine\":true"), () -> "Not Caffeine's cache manager: " + answer);
			Check.equal((long) order, answer.number("entities"), "Entities in the database");
			Check.equal(1L, answer.number("pricesAsked"), "Calls of the cached bean that reached it");
		}
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");
		System.out.println("own-beans: starts unchanged; own beans, cache and repository work, in a handler too");
	}

	/**
	 * Behind Spring Security: on the application's port, on one of the actuator's own,
	 * and the endpoint without its page.
	 */
	private void secured() throws IOException {
		App app = start("secured").awaitHealthy();
		new SecuredCluster(app, app.http).check();
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");

		int port = App.freePort();
		Http actuator = new Http(port);
		app = start("secured", "--management.server.port=" + port).awaitHealthy(actuator);
		SecuredCluster cluster = new SecuredCluster(app, actuator);
		cluster.check();
		cluster.checkApplicationsPort();
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");

		app = start("secured", "--spring.profiles.active=endpoint-alone", "--cajun.page.enabled=false").awaitHealthy();
		new SecuredCluster(app, app.http).checkEndpointAlone();
		Check.equal(143, app.terminate(), "The exit code after SIGTERM");
		System.out.println("secured: viewers read, operators write with the page's token, and leave their name");
	}

	private App start(String name, String... arguments) {
		Path jar = this.projects.resolve(name).resolve("target").resolve(name + ".jar");
		return App.start(name, this.directory.resolve(name), jar, arguments);
	}

}

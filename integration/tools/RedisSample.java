import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The sample on a real Redis: started before Redis is there, refused as a second process,
 * killed, started again when its place has run out. No deposit is lost.
 */
final class RedisSample {

	private static final String HELD = "is in use by process ";

	private final Path jar;

	private final Path directory;

	private final int redisPort = App.freePort();

	private int starts;

	private RedisSample(Path jar, Path directory) {
		this.jar = jar;
		this.directory = directory;
	}

	public static void main(String[] arguments) {
		Check.main(Duration.ofMinutes(5),
				() -> new RedisSample(Path.of(arguments[0]), Path.of(arguments[1])).run());
	}

	private void run() throws Exception {
		App first = start();
		first.await("started without Redis", Duration.ofSeconds(90), () -> {
			Http.Answer readiness = first.http.tryGet("/actuator/health/readiness");
			return readiness != null && readiness.status() == 503;
		});
		redis();
		first.awaitHealthy();
		for (int i = 1; i <= 20; i++) {
			Http.Answer answer = first.http.post("/accounts/alice/deposits", "{\"amount\":10}");
			Check.equal(200, answer.status(), "A deposit");
		}
		App second = start();
		second.await("refused", Duration.ofSeconds(90), () -> second.log().stream().anyMatch((line) -> line.contains(HELD)));
		Check.equal(1, second.exitCode(Duration.ofSeconds(30)), "The exit code of a second process");
		first.kill(() -> {
		});
		App third = startWhenThePlaceIsFree();
		Http.Answer account = third.http.get("/accounts/alice");
		Check.equal(200L, account.number("balance"), "The balance after kill -9");
		Check.equal(143, third.terminate(), "The exit code after SIGTERM");
		System.out.println("The sample kept 20 deposits in Redis over kill -9, and refused a second process");
	}

	private App start() {
		return App.start("sample-" + ++this.starts, this.directory, this.jar, "--cajun.persistence.store=redis",
				"--cajun.persistence.redis.place-ttl=2s", "--spring.data.redis.host=127.0.0.1",
				"--spring.data.redis.port=" + this.redisPort);
	}

	/** As what supervises a process does. */
	private App startWhenThePlaceIsFree() {
		for (int attempt = 1; attempt <= 5; attempt++) {
			App app = start();
			app.awaitEndOr(Duration.ofSeconds(90), () -> {
				Http.Answer health = app.http.tryGet("/actuator/health/readiness");
				return health != null && health.status() == 200;
			});
			if (app.isAlive()) {
				return app;
			}
		}
		throw new AssertionError("The place of a killed process does not run out");
	}

	private void redis() throws IOException {
		Path data = Files.createDirectories(this.directory.resolve("redis"));
		Process redis = new ProcessBuilder("redis-server", "--port", String.valueOf(this.redisPort), "--bind",
				"127.0.0.1", "--dir", data.toString(), "--appendonly", "yes", "--save", "")
			.redirectErrorStream(true)
			.redirectOutput(data.resolve("out.log").toFile())
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(redis::destroyForcibly));
	}

}

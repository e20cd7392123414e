package dev.cajun.spring.autoconfigure.endpoint;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import dev.cajun.ActorContext;
import dev.cajun.ActorId;
import dev.cajun.ActorSystem;
import dev.cajun.Actors;
import dev.cajun.FailurePolicy;
import dev.cajun.HandlerException;
import dev.cajun.Request;
import dev.cajun.StatefulActor;
import dev.cajun.spring.Actor;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "cajun.persistence.store=memory", "spring.application.name=endpoint-tests",
				"management.endpoints.web.exposure.include=health,cluster,metrics", "spring.jmx.enabled=true",
				"spring.jmx.default-domain=endpoint-tests", "management.endpoints.jmx.exposure.include=cluster",
				"management.endpoint.cluster.access=unrestricted", "management.endpoint.health.show-details=always" })
@ExtendWith(OutputCaptureExtension.class)
class ClusterEndpointTests {

	private final HttpClient client = HttpClient.newHttpClient();

	@LocalServerPort
	private int port;

	@Autowired
	private Actors<LampMessage> lamps;

	@Autowired
	private ActorSystem system;

	@Autowired
	private Audits audits;

	@Autowired
	private MBeanServer beans;

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		return this.client.send(request(path).GET().build(), BodyHandlers.ofString());
	}

	private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
		return this.client.send(
				request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)).build(),
				BodyHandlers.ofString());
	}

	private HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + "/actuator" + path));
	}

	private static JsonNode json(HttpResponse<String> response) {
		return JsonMapper.shared().readTree(response.body());
	}

	@ParameterizedTest
	@ValueSource(strings = { "/cluster", "/cluster/" })
	void describesTheCluster(String path) throws Exception {
		HttpResponse<String> response = get(path);
		assertThat(response.statusCode()).isEqualTo(200);
		JsonNode json = json(response);
		assertThat(json.path("cluster").asString()).isEqualTo("endpoint-tests");
		assertThat(json.path("mode").asString()).isEqualTo("local");
		assertThat(json.path("status").asString()).isEqualTo("UP");
		assertThat(json.path("node").asString()).isEqualTo(this.system.node());
		assertThat(json.path("leader").asString()).isEqualTo(this.system.node());
		assertThat(json.path("shards").asInt()).isEqualTo(1024);
		assertThat(json.path("store").path("available").asBoolean()).isTrue();
		JsonNode node = json.path("nodes").path(0);
		assertThat(node.path("name").asString()).isEqualTo("local");
		assertThat(node.path("state").asString()).isEqualTo("UP");
		assertThat(node.path("shards").asInt()).isEqualTo(1024);
	}

	@Test
	void readsAndNeverWritesOverJmx() throws Exception {
		ObjectName name = this.beans.queryNames(new ObjectName("*:type=Endpoint,name=Cluster,*"), null)
			.iterator()
			.next();
		MBeanOperationInfo[] operations = this.beans.getMBeanInfo(name).getOperations();
		assertThat(operations).extracting(MBeanOperationInfo::getName).containsExactlyInAnyOrder("cluster", "find");
		assertThat(operations).allMatch((operation) -> operation.getImpact() == MBeanOperationInfo.INFO);

		Map<?, ?> cluster = (Map<?, ?>) this.beans.invoke(name, "cluster", new Object[0], new String[0]);
		assertThat(cluster.get("cluster")).isEqualTo("endpoint-tests");
		assertThat(cluster.get("status")).isEqualTo("UP");
		this.lamps.get("jmx").call(new Switch());
		Map<?, ?> lamp = (Map<?, ?>) find(name, "actors", "lamp", "jmx");
		assertThat(lamp.get("active")).isEqualTo(true);
		assertThatExceptionOfType(ReflectionException.class).isThrownBy(() -> find(name, "actors", "nothing", "jmx"))
			.withMessageContaining("no actor type 'nothing'");
	}

	private Object find(ObjectName name, String... path) throws Exception {
		Object[] arguments = { List.of(path), null, null, null, null, null, null };
		MBeanOperationInfo find = Stream.of(this.beans.getMBeanInfo(name).getOperations())
			.filter((operation) -> operation.getName().equals("find"))
			.findFirst()
			.orElseThrow();
		return this.beans.invoke(name, "find", arguments,
				Stream.of(find.getSignature()).map(MBeanParameterInfo::getType).toArray(String[]::new));
	}

	@Test
	void listsTypes() throws Exception {
		JsonNode type = json(get("/cluster/types")).path("types").path(0);
		assertThat(type.path("type").asString()).isEqualTo("lamp");
		assertThat(type.path("handler").asString()).isEqualTo(LampActor.class.getName());
		assertThat(type.path("persistence").asString()).isEqualTo("STATE");
		assertThat(type.path("mutableState").asBoolean()).isFalse();
	}

	@Test
	void listsActiveActors() throws Exception {
		this.lamps.get("listed").call(new Switch());
		JsonNode actors = json(get("/cluster/actors?type=lamp")).path("actors");
		assertThat(actors.valueStream().map((actor) -> actor.path("key").asString())).contains("listed");
		assertThat(actors.valueStream().map((actor) -> actor.path("active").asBoolean())).containsOnly(true);
		assertThat(json(get("/cluster/actors?type=&node=local&stored=false&cursor=&limit=")).path("actors"))
			.isNotEmpty();
	}

	@Test
	void namesTheActorsWithMostToDo() throws Exception {
		for (int i = 0; i < 500; i++) {
			this.lamps.get("hottest").call(new Switch());
		}
		Awaitility.await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			JsonNode hot = json(get("/cluster/hot-actors?limit=1"));
			assertThat(hot.path("byMessages")).hasSize(1);
			JsonNode actor = hot.path("byMessages").path(0);
			assertThat(actor.path("type").asString()).isEqualTo("lamp");
			assertThat(actor.path("key").asString()).isEqualTo("hottest");
			assertThat(actor.path("node").asString()).isEqualTo("local");
			assertThat(actor.path("messagesPerSecond").asDouble()).isPositive();
			assertThat(hot.path("byHandlerTime").path(0).path("busy").asDouble()).isBetween(0.0, 1.0);
			assertThat(hot.path("unanswered")).isEmpty();
		});
	}

	@ParameterizedTest
	@CsvSource({ "hot-actors, 100, 0", "hot-actors, 100, 101", "hot-actors, 100, many", "quarantined, 1000, 0",
			"quarantined, 1000, 1001", "quarantined, 1000, many" })
	void refusesALimitThatIsNoneItKnows(String list, String most, String limit) throws Exception {
		HttpResponse<String> response = get("/cluster/" + list + "?limit=" + limit);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(json(response).path("reason").asString()).contains("1 to " + most, limit);
	}

	@Test
	void listsStoredActors() throws Exception {
		this.lamps.get("stored").call(new Switch());
		JsonNode page = json(get("/cluster/actors?type=lamp&stored=true"));
		assertThat(page.path("actors").valueStream().map((actor) -> actor.path("key").asString())).contains("stored");
	}

	@Test
	void pagesThroughActors() throws Exception {
		this.lamps.get("page-1").call(new Switch());
		this.lamps.get("page-2").call(new Switch());
		JsonNode first = json(get("/cluster/actors?limit=1"));
		assertThat(first.path("actors")).hasSize(1);
		JsonNode second = json(get("/cluster/actors?limit=1&cursor="
				+ URLEncoder.encode(first.path("cursor").asString(), StandardCharsets.UTF_8)));
		assertThat(second.path("actors")).hasSize(1);
		assertThat(second.path("actors").path(0)).isNotEqualTo(first.path("actors").path(0));
	}

	@Test
	void explainsAnActor() throws Exception {
		this.lamps.get("explained").call(new Switch());
		JsonNode json = json(get("/cluster/actors/lamp/explained"));
		assertThat(json.path("type").asString()).isEqualTo("lamp");
		assertThat(json.path("key").asString()).isEqualTo("explained");
		assertThat(json.path("active").asBoolean()).isTrue();
		assertThat(json.path("sequence").asLong()).isEqualTo(1);
		assertThat(json.path("shard").isInt()).isTrue();
		assertThat(json.has("activeSince")).isTrue();
	}

	@Test
	void explainsAnActorThatIsNotActive() throws Exception {
		JsonNode json = json(get("/cluster/actors/lamp/never"));
		assertThat(json.path("active").asBoolean()).isFalse();
		assertThat(json.path("phase").asString()).isEqualTo("inactive");
	}

	@ParameterizedTest
	@CsvSource({ "a%20b%3Fc, a b?c", "%C3%A4, ä", "a+b, a+b" })
	void decodesOneSegmentAsTheKey(String segment, String key) throws Exception {
		assertThat(json(get("/cluster/actors/lamp/" + segment)).path("key").asString()).isEqualTo(key);
	}

	@Test
	void takesAnyKeyAsAParameter() throws Exception {
		HttpResponse<String> response = get("/cluster/actors/lamp?key=a%2Fb%5C%3B%25..");
		assertThat(json(response).path("key").asString()).isEqualTo("a/b\\;%..");
	}

	@ParameterizedTest
	@CsvSource({ "/cluster/actors?limit=x, 400", "/cluster/actors?limit=0, 400", "/cluster/actors?limit=1001, 400",
			"/cluster/actors?limit=99999999999999999999, 400", "/cluster/actors?stored=maybe, 400",
			"/cluster/actors?stored=true, 400", "/cluster/actors?type=Bad%20Type, 400",
			"/cluster/actors?type=lamp&cursor=nonsense, 400", "/cluster/actors?type=lamp&type=lamp, 400",
			"/cluster/actors?type=nothing, 404", "/cluster/actors?type=nothing&stored=true, 404",
			"/cluster/actors?node=other, 404", "/cluster/actors/nothing/a, 404", "/cluster/actors/Bad%20Type/a, 400",
			"/cluster/actors/lamp, 400", "/cluster/actors/lamp?key=, 400", "/cluster/actors/lamp?key=%01, 400",
			"/cluster/actors/lamp/a/b, 404", "/cluster/nothing, 404", "/cluster/nothing/at/all/here, 404" })
	void refusesBadInput(String path, int status) throws Exception {
		HttpResponse<String> response = get(path);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		JsonNode json = json(response);
		assertThat(json.propertyNames()).containsExactlyInAnyOrder("status", "error", "reason");
		assertThat(json.path("status").asInt()).isEqualTo(status);
		assertThat(json.path("reason").asString()).isNotBlank();
	}

	@Test
	void keyWritesNoLineOfItsOwnIntoTheLog(CapturedOutput output) throws Exception {
		post("/cluster/actors/lamp/release", "{\"key\":\"a\\nforged\\u2028line\"}");
		assertThat(output).contains("key=a?forged?line").doesNotContain("\nforged");
	}

	@Test
	void releasesAStoppedActor() throws Exception {
		assertThatExceptionOfType(HandlerException.class).isThrownBy(() -> this.lamps.get("broken").call(new Break()));
		JsonNode stopped = json(get("/cluster/actors/lamp/broken"));
		assertThat(stopped.path("quarantine").asString()).isNotBlank();
		JsonNode list = json(get("/cluster/quarantined?limit=1"));
		assertThat(list.path("actors").path(0).path("key").asString()).isEqualTo("broken");
		assertThat(list.path("actors").path(0).path("quarantine")).isEqualTo(stopped.path("quarantine"));
		assertThat(list.path("total").asInt()).isEqualTo(1);
		HttpResponse<String> response = post("/cluster/actors/lamp/broken/release", "{}");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(json(response).path("released").asBoolean()).isTrue();
		assertThat(this.lamps.get("broken").call(new Switch())).isTrue();
		assertThat(post("/cluster/actors/lamp/release", "{\"key\":\"broken\"}").statusCode()).isEqualTo(409);
		assertThat(post("/cluster/actors/lamp/release?key=broken", "{}").statusCode()).isEqualTo(409);
	}

	@Test
	void auditsWrites() throws Exception {
		post("/cluster/actors/lamp/audited/release", "{}");
		assertThat(this.audits.events)
			.filteredOn((event) -> "actors/lamp/audited/release".equals(event.getData().get("operation")))
			.singleElement()
			.satisfies((event) -> {
				assertThat(event.getType()).isEqualTo("CAJUN_CLUSTER_WRITE");
				assertThat(event.getPrincipal()).isEqualTo("anonymous");
				assertThat(event.getData()).containsEntry("status", 409);
			});
	}

	@ParameterizedTest
	@CsvSource({ "/cluster/actors/lamp/release, 400", "/cluster/actors/nothing/a/release, 404",
			"/cluster/actors/Bad/a/release, 400", "/cluster/actors/lamp/a/explode, 404", "/cluster, 404",
			"/cluster/, 404" })
	void refusesBadWrites(String path, int status) throws Exception {
		HttpResponse<String> response = post(path, "{}");
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		assertThat(json(response).path("reason").asString()).isNotBlank();
	}

	@Test
	void refusesBodiesThatAreNotJson() throws Exception {
		HttpRequest request = request("/cluster/actors/lamp/a/release").POST(BodyPublishers.ofString("x")).build();
		assertThat(this.client.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
		assertThat(post("/cluster/actors/lamp/a/release", "{").statusCode()).isEqualTo(400);
		assertThat(post("/cluster/actors/lamp/release", "{\"key\":{\"a\":1}}").statusCode()).isEqualTo(400);
		assertThat(post("/cluster/actors/lamp/release", "{\"key\":null}").statusCode()).isEqualTo(400);
	}

	@Test
	void isHealthyAndReady() throws Exception {
		JsonNode health = json(get("/health"));
		assertThat(health.path("status").asString()).isEqualTo("UP");
		assertThat(health.path("components").path("cluster").path("details").path("state").asString()).isEqualTo("UP");
		assertThat(get("/health/readiness").statusCode()).isEqualTo(200);
		assertThat(get("/health/liveness").statusCode()).isEqualTo(200);
	}

	@Test
	void measures() throws Exception {
		this.lamps.get("measured").call(new Switch());
		JsonNode messages = json(get("/metrics/cajun.messages?tag=type:lamp&tag=outcome:handled"));
		assertThat(messages.path("baseUnit").asString()).isEqualTo("messages");
		assertThat(messages.path("measurements").path(0).path("value").asDouble()).isPositive();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ LampActor.class, Audits.class })
	static class Application {

	}

	static class Audits {

		private final List<AuditEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void audited(AuditApplicationEvent event) {
			this.events.add(event.getAuditEvent());
		}

	}

	record Lamp(boolean on) {

	}

	sealed interface LampMessage {

	}

	record Switch() implements LampMessage, Request<Boolean> {

	}

	record Break() implements LampMessage, Request<Boolean> {

	}

	@Actor(value = "lamp", onFailure = FailurePolicy.STOP)
	static class LampActor implements StatefulActor<Lamp, LampMessage> {

		@Override
		public Lamp initialState(ActorId id) {
			return new Lamp(false);
		}

		@Override
		public Lamp receive(Lamp lamp, LampMessage message, ActorContext<LampMessage> context) {
			return switch (message) {
				case Switch toggle -> {
					context.reply(toggle, !lamp.on());
					yield new Lamp(!lamp.on());
				}
				case Break fuse -> throw new IllegalStateException("broken");
			};
		}

	}

}

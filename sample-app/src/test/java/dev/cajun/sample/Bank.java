package dev.cajun.sample;

import java.time.Duration;
import java.util.Map;

import org.awaitility.Awaitility;

import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

import static org.assertj.core.api.Assertions.assertThat;

/** The sample's HTTP interface, as a caller has it. */
class Bank {

	private final RestTestClient client;

	Bank(int port) {
		this.client = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
	}

	ResponseSpec get(String path, Object... variables) {
		return this.client.get().uri(path, variables).exchange();
	}

	ResponseSpec account(String id) {
		return get("/accounts/{id}", id);
	}

	ResponseSpec deposit(String id, long amount) {
		return deposit(id, amountOf(amount));
	}

	ResponseSpec deposit(String id, String body) {
		return post("/accounts/{id}/deposits", id, null, body);
	}

	ResponseSpec depositOnce(String id, String key, long amount) {
		return post("/accounts/{id}/deposits", id, key, amountOf(amount));
	}

	ResponseSpec withdraw(String id, long amount) {
		return withdraw(id, amountOf(amount));
	}

	ResponseSpec withdraw(String id, String body) {
		return post("/accounts/{id}/withdrawals", id, null, body);
	}

	ResponseSpec withdrawOnce(String id, String key, long amount) {
		return post("/accounts/{id}/withdrawals", id, key, amountOf(amount));
	}

	ResponseSpec transfer(String id, String from, String to, long amount) {
		return transfer("""
				{"id":"%s","from":"%s","to":"%s","amount":%d}""".formatted(id, from, to, amount));
	}

	ResponseSpec transfer(String body) {
		return post("/transfers", "", null, body);
	}

	/** Waits for a transfer's end and tells which it was. */
	String awaitTransfer(String id) {
		return Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.pollInterval(Duration.ofMillis(10))
			.until(() -> (String) field("/transfers/{id}", id, "state"),
					(state) -> state.equals("COMPLETED") || state.equals("REFUSED"));
	}

	long balance(String id) {
		return ((Number) field("/accounts/{id}", id, "balance")).longValue();
	}

	void assertBalance(String id, long balance, long entries) {
		account(id).expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.balance")
			.isEqualTo(balance)
			.jsonPath("$.entries")
			.isEqualTo(entries);
	}

	private Object field(String path, String id, String name) {
		return get(path, id).returnResult(new ParameterizedTypeReference<Map<String, Object>>() {
		}).getResponseBody().get(name);
	}

	private ResponseSpec post(String path, String id, String key, String body) {
		RestTestClient.RequestBodySpec request = this.client.post().uri(path, id);
		if (key != null) {
			request.header("Idempotency-Key", key);
		}
		return request.contentType(MediaType.APPLICATION_JSON).body(body).exchange();
	}

	private static String amountOf(long amount) {
		return "{\"amount\":" + amount + "}";
	}

	/** Every error is a problem detail that says in words what is wrong. */
	static void assertProblem(ResponseSpec answer, int status, String detail) {
		answer.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(status)
			.jsonPath("$.detail")
			.value(String.class, (text) -> assertThat(text).contains(detail));
	}

}

package dev.cajun.sample;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.json.JsonCompareMode;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole contract over HTTP, on a real node with the embedded store. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "cajun.persistence.store=embedded")
class SampleApplicationTests {

	private Bank bank;

	/** Names accounts and transfers after the test, so that tests do not meet. */
	private String name;

	@BeforeEach
	void name(TestInfo test, @LocalServerPort int port) {
		this.bank = new Bank(port);
		this.name = test.getTestMethod().orElseThrow().getName();
	}

	@Nested
	class Accounts {

		@Test
		void startsEmpty() {
			bank.account(name).expectStatus().isOk().expectBody().json("""
					{"id":"%s","balance":0,"entries":0}""".formatted(name)).jsonPath("$.node").isNotEmpty();
		}

		@Test
		void addsDepositsAndSubtractsWithdrawals() {
			bank.deposit(name, 10).expectStatus().isOk().expectBody().json("""
					{"id":"%s","balance":10,"entries":1}""".formatted(name), JsonCompareMode.STRICT);
			bank.withdraw(name, 3).expectStatus().isOk().expectBody().json("""
					{"id":"%s","balance":7,"entries":2}""".formatted(name), JsonCompareMode.STRICT);
			bank.assertBalance(name, 7, 2);
		}

		@Test
		void refusesWithdrawalOfMissingFunds() {
			bank.deposit(name, 10);
			Bank.assertProblem(bank.withdraw(name, 11), 409, "has only 10");
			bank.assertBalance(name, 10, 1);
		}

		@ParameterizedTest
		@ValueSource(strings = { "{\"amount\":0}", "{\"amount\":-5}", "{\"amount\":1.5}", "{\"amount\":1.0}",
				"{\"amount\":1e1}", "{\"amount\":\"10\"}", "{\"amount\":\"ten\"}", "{\"amount\":\"\"}",
				"{\"amount\":null}", "{\"amount\":true}", "{\"amount\":[1]}", "{\"amount\":{}}", "{}", "[]", "null",
				"10", "", "{\"amount\":", "{\"amount\":10} and more", "{\"amount\":10,\"currency\":\"EUR\"}",
				"{\"amount\":9223372036854775808}", "{\"amount\":1e400}" })
		void refusesBadAmount(String body) {
			Bank.assertProblem(bank.deposit(name, body), 400, "amount");
			Bank.assertProblem(bank.withdraw(name, body), 400, "amount");
			bank.assertBalance(name, 0, 0);
		}

		@Test
		void refusesDepositThatOverflowsTheBalance() {
			bank.deposit(name, Long.MAX_VALUE).expectStatus().isOk();
			Bank.assertProblem(bank.deposit(name, 1), 400, "cannot hold that much more");
			bank.assertBalance(name, Long.MAX_VALUE, 1);
			bank.withdraw(name, Long.MAX_VALUE).expectStatus().isOk();
			bank.assertBalance(name, 0, 2);
		}

		@Test
		void refusesIdThatIsNoActorKey() {
			Bank.assertProblem(bank.account("a".repeat(513)), 400, "513 bytes");
			Bank.assertProblem(bank.deposit("line\nbreak", 1), 400, "control character");
		}

		@ParameterizedTest
		@ValueSource(strings = { "ü", "a:b", "a_b", "{x}", "a}b", "with space", "😀" })
		void takesAnyOtherId(String id) {
			bank.deposit(id, 5).expectStatus().isOk();
			bank.assertBalance(id, 5, 1);
		}

		@Test
		void appliesConcurrentDepositsOneByOne() throws Exception {
			try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
				List<Future<?>> calls = new ArrayList<>();
				for (int i = 0; i < 200; i++) {
					calls.add(callers.submit(() -> bank.deposit(name, 1).expectStatus().isOk()));
				}
				for (Future<?> call : calls) {
					call.get();
				}
			}
			bank.assertBalance(name, 200, 200);
		}

	}

	@Nested
	class IdempotencyKeys {

		@Test
		void applyOperationOnceAndRepeatItsAnswer() {
			String first = """
					{"id":"%s","balance":10,"entries":1}""".formatted(name);
			bank.depositOnce(name, "k1", 10).expectStatus().isOk().expectBody().json(first, JsonCompareMode.STRICT);
			bank.deposit(name, 1);
			bank.depositOnce(name, "k1", 10).expectStatus().isOk().expectBody().json(first, JsonCompareMode.STRICT);
			bank.assertBalance(name, 11, 2);
		}

		@Test
		void repeatRefusal() {
			Bank.assertProblem(bank.withdrawOnce(name, "k1", 10), 409, "has only 0");
			bank.deposit(name, 100);
			Bank.assertProblem(bank.withdrawOnce(name, "k1", 10), 409, "has only 0");
			bank.assertBalance(name, 100, 1);
		}

		@Test
		void refuseAnotherOperation() {
			bank.depositOnce(name, "k1", 10).expectStatus().isOk();
			Bank.assertProblem(bank.depositOnce(name, "k1", 11), 422, "Idempotency-Key");
			Bank.assertProblem(bank.withdrawOnce(name, "k1", 10), 422, "Idempotency-Key");
			bank.assertBalance(name, 10, 1);
		}

		@Test
		void belongToOneAccount() {
			bank.depositOnce(name + "-1", "k1", 10).expectStatus().isOk();
			bank.depositOnce(name + "-2", "k1", 20).expectStatus().isOk();
			bank.assertBalance(name + "-2", 20, 1);
		}

		@ParameterizedTest
		@ValueSource(strings = { "", " " })
		void areNotBlank(String key) {
			Bank.assertProblem(bank.depositOnce(name, key, 10), 400, "Idempotency-Key");
		}

		@Test
		void haveALength() {
			bank.depositOnce(name, "k".repeat(256), 10).expectStatus().isOk();
			Bank.assertProblem(bank.depositOnce(name, "k".repeat(257), 10), 400, "Idempotency-Key");
			bank.assertBalance(name, 10, 1);
		}

	}

	@Nested
	class Transfers {

		@Test
		void moveMoney() {
			bank.deposit(name + "-1", 10);
			bank.transfer(name, name + "-1", name + "-2", 4)
				.expectStatus()
				.isAccepted()
				.expectHeader()
				.value("Location", (location) -> assertThat(location).endsWith("/transfers/" + name))
				.expectBody()
				.json("""
						{"id":"%s","state":"STARTED"}""".formatted(name), JsonCompareMode.STRICT);
			assertThat(bank.awaitTransfer(name)).isEqualTo("COMPLETED");
			bank.get("/transfers/{id}", name).expectStatus().isOk().expectBody().json("""
					{"id":"%s","state":"COMPLETED"}""".formatted(name), JsonCompareMode.STRICT);
			bank.assertBalance(name + "-1", 6, 2);
			bank.assertBalance(name + "-2", 4, 1);
		}

		@Test
		void moveMoneyOncePerId() {
			bank.deposit(name + "-1", 10);
			bank.transfer(name, name + "-1", name + "-2", 4);
			bank.transfer(name, name + "-1", name + "-2", 4).expectStatus().isAccepted();
			assertThat(bank.awaitTransfer(name)).isEqualTo("COMPLETED");
			bank.transfer(name, name + "-1", name + "-2", 4).expectStatus().isAccepted().expectBody().json("""
					{"id":"%s","state":"COMPLETED"}""".formatted(name), JsonCompareMode.STRICT);
			bank.assertBalance(name + "-1", 6, 2);
			bank.assertBalance(name + "-2", 4, 1);
		}

		@Test
		void refuseOtherDataUnderTheirId() {
			bank.deposit(name + "-1", 10);
			bank.transfer(name, name + "-1", name + "-2", 4);
			Bank.assertProblem(bank.transfer(name, name + "-1", name + "-2", 5), 409, "moves something else");
			Bank.assertProblem(bank.transfer(name, name + "-1", name + "-3", 4), 409, "moves something else");
			Bank.assertProblem(bank.transfer(name, name + "-3", name + "-2", 4), 409, "moves something else");
			assertThat(bank.awaitTransfer(name)).isEqualTo("COMPLETED");
			bank.assertBalance(name + "-1", 6, 2);
		}

		@Test
		void areRefusedWhenFundsAreMissing() {
			bank.deposit(name + "-1", 3);
			bank.transfer(name, name + "-1", name + "-2", 4).expectStatus().isAccepted();
			assertThat(bank.awaitTransfer(name)).isEqualTo("REFUSED");
			bank.assertBalance(name + "-1", 3, 1);
			bank.assertBalance(name + "-2", 0, 0);
		}

		@Test
		void giveMoneyBackThatTheOtherAccountCannotHold() {
			bank.deposit(name + "-1", 10);
			bank.deposit(name + "-2", Long.MAX_VALUE);
			bank.transfer(name, name + "-1", name + "-2", 4).expectStatus().isAccepted();
			assertThat(bank.awaitTransfer(name)).isEqualTo("REFUSED");
			bank.assertBalance(name + "-1", 10, 3);
			bank.assertBalance(name + "-2", Long.MAX_VALUE, 1);
		}

		@Test
		void conserveMoneyWhenManyRunAtOnce() throws Exception {
			int accounts = 5;
			for (int i = 0; i < accounts; i++) {
				bank.deposit(name + "-" + i, 20);
			}
			try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
				List<Future<?>> calls = new ArrayList<>();
				for (int i = 0; i < 100; i++) {
					String from = name + "-" + i % accounts;
					String to = name + "-" + (i + 1 + i / accounts % (accounts - 1)) % accounts;
					String id = name + "-" + i;
					int amount = 1 + i % 17;
					calls.add(callers.submit(() -> bank.transfer(id, from, to, amount).expectStatus().isAccepted()));
				}
				for (Future<?> call : calls) {
					call.get();
				}
			}
			List<String> ends = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				ends.add(bank.awaitTransfer(name + "-" + i));
			}
			assertThat(ends).contains("COMPLETED");
			long total = 0;
			for (int i = 0; i < accounts; i++) {
				total += bank.balance(name + "-" + i);
			}
			assertThat(total).isEqualTo(accounts * 20L);
		}

		@Test
		void areUnknownUntilOrdered() {
			Bank.assertProblem(bank.get("/transfers/{id}", name), 404, "no transfer");
		}

		@ParameterizedTest
		@ValueSource(strings = { "'from':'a','to':'b','amount':1", "'id':'t','to':'b','amount':1",
				"'id':'t','from':'a','amount':1", "'id':'t','from':'a','to':'b'",
				"'id':'t','from':'a','to':'b','amount':0", "'id':'t','from':'a','to':'b','amount':-1",
				"'id':'t','from':'a','to':'b','amount':1.5", "'id':'t','from':'a','to':'b','amount':'1'",
				"'id':'t','from':'a','to':'a','amount':1", "'id':'','from':'a','to':'b','amount':1",
				"'id':'t','from':'','to':'b','amount':1", "'id':'t','from':'a','to':'','amount':1",
				"'id':'t\\n','from':'a','to':'b','amount':1", "'id':'t','from':'a','to':'b','amount':1,'note':'x'",
				"nonsense" })
		void refuseBadOrder(String fields) {
			bank.transfer("{" + fields.replace('\'', '"') + "}").expectStatus().isBadRequest();
			Bank.assertProblem(bank.get("/transfers/{id}", "t"), 404, "no transfer");
		}

	}

	@Nested
	class Application {

		@Test
		void showsThePage() {
			bank.get("/")
				.expectStatus()
				.isOk()
				.expectBody(String.class)
				.value((page) -> assertThat(page).contains("<title>Accounts"));
		}

		@ParameterizedTest
		@ValueSource(strings = { "health", "info", "metrics", "prometheus", "cluster" })
		void exposesEndpoint(String endpoint) {
			bank.get("/actuator/" + endpoint).expectStatus().isOk();
		}

		@Test
		void isHealthyWithItsNode() {
			bank.get("/actuator/health/cluster")
				.expectStatus()
				.isOk()
				.expectBody()
				.jsonPath("$.status")
				.isEqualTo("UP");
		}

	}

}

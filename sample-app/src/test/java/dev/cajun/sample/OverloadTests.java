package dev.cajun.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.aopalliance.intercept.MethodInterceptor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

import dev.cajun.ActorContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What callers see when an account cannot keep up. */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "cajun.actors.account.mailbox-capacity=5", "cajun.actor-defaults.ask-timeout=1s" })
class OverloadTests {

	private static final String SLOW = "slow";

	private static CountDownLatch gate = new CountDownLatch(0);

	private Bank bank;

	@BeforeEach
	void closeGate(@LocalServerPort int port) {
		this.bank = new Bank(port);
		gate = new CountDownLatch(1);
	}

	@AfterEach
	void openGate() {
		gate.countDown();
	}

	@Test
	void answersTimeoutsAndRefusalsAndGoesOn() throws Exception {
		List<ResponseSpec> answers = depositConcurrently(30);
		List<Integer> statuses = answers.stream().map((answer) -> answer.returnResult().getStatus().value()).toList();
		// One in the handler's hands and five in the mailbox; some more while a drain
		// takes them
		assertThat(statuses).containsOnly(503, 504).contains(503, 504);
		answers.stream()
			.filter((answer) -> answer.returnResult().getStatus().value() == 503)
			.forEach((answer) -> answer.expectHeader().valueEquals("Retry-After", "1"));
		this.bank.deposit("another", 1).expectStatus().isOk();
		openGate();
		// The mailbox is still full of what nobody waits for any more.
		await().atMost(Duration.ofSeconds(10))
			.until(() -> this.bank.deposit(SLOW, 1).returnResult().getStatus().value() == 200);
		long applied = this.bank.balance(SLOW) - 1;
		assertThat(applied).isBetween(1L, statuses.stream().filter((status) -> status == 504).count());
	}

	private List<ResponseSpec> depositConcurrently(int count) throws Exception {
		try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Future<ResponseSpec>> calls = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				calls.add(callers.submit(() -> this.bank.deposit(SLOW, 1)));
			}
			List<ResponseSpec> answers = new ArrayList<>();
			for (Future<ResponseSpec> call : calls) {
				answers.add(call.get());
			}
			return answers;
		}
	}

	/**
	 * Holds the slow account's handler up, from around it: actors may be proxied like any
	 * bean.
	 */
	@TestConfiguration
	static class SlowAccount {

		@Bean
		static BeanPostProcessor gateKeeper() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					return (bean instanceof AccountActor) ? proxy(bean) : bean;
				}

			};
		}

		private static Object proxy(Object bean) {
			ProxyFactory factory = new ProxyFactory(bean);
			factory.addAdvice((MethodInterceptor) (invocation) -> {
				if (invocation.getMethod().getName().equals("receive")
						&& ((ActorContext<?>) invocation.getArguments()[2]).self().id().key().equals(SLOW)) {
					gate.await();
				}
				return invocation.proceed();
			});
			return factory.getProxy();
		}

	}

}

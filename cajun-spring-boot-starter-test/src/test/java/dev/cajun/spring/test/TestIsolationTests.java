package dev.cajun.spring.test;

import java.nio.file.Files;
import java.nio.file.Path;

import dev.cajun.ActorId;
import dev.cajun.Actors;
import dev.cajun.node.ClusterManagement;
import dev.cajun.node.NodeState;
import dev.cajun.spring.test.Bank.AccountMessage;
import dev.cajun.spring.test.Bank.Deposit;
import dev.cajun.store.ActorStore;
import org.junit.jupiter.api.Test;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/** Contexts of tests, side by side. */
class TestIsolationTests {

	private static ConfigurableApplicationContext context(Class<?> testClass) {
		return (ConfigurableApplicationContext) new TestContextManager(testClass).getTestContext()
			.getApplicationContext();
	}

	@Test
	void twoContextsLiveSideBySide() {
		ConfigurableApplicationContext one = context(One.class);
		ConfigurableApplicationContext two = context(Two.class);
		assertThat(one).isNotSameAs(two);
		assertThat(context(One.class)).isSameAs(one);
		assertThat(management(one).node().state()).isEqualTo(NodeState.UP);
		assertThat(management(two).node().state()).isEqualTo(NodeState.UP);
		assertThat(management(one).node().cluster()).isNotEqualTo(management(two).node().cluster());
		deposit(one);
		assertThat(management(two).explain(new ActorId("account", "a")).active()).isFalse();
		assertThat(deposit(two)).isEqualTo(1);
		assertThat(Path.of("cajun-data")).doesNotExist();
	}

	@Test
	void embeddedStoresLiveInDirectoriesThatGoWithTheirContext() {
		ConfigurableApplicationContext one = context(EmbeddedOne.class);
		ConfigurableApplicationContext two = context(EmbeddedTwo.class);
		Path directory = Path.of(one.getEnvironment().getProperty("cajun.persistence.embedded.directory"));
		assertThat(two.getEnvironment().getProperty("cajun.persistence.embedded.directory"))
			.isNotEqualTo(directory.toString());
		deposit(one);
		deposit(two);
		assertThat(one.getBean(ActorStore.class).description()).contains(directory.toString());
		assertThat(Files.isDirectory(directory)).isTrue();
		one.close();
		two.close();
		assertThat(directory).doesNotExist();
		assertThat(Path.of("cajun-data")).doesNotExist();
	}

	@Test
	void propertiesOfTheTestWin() {
		assertThat(management(context(Named.class)).node().cluster()).isEqualTo("mine");
	}

	private static ClusterManagement management(ConfigurableApplicationContext context) {
		return context.getBean(ClusterManagement.class);
	}

	private static long deposit(ConfigurableApplicationContext context) {
		@SuppressWarnings("unchecked")
		Actors<AccountMessage> accounts = (Actors<AccountMessage>) context.getBean("accountActors");
		return accounts.get("a").call(new Deposit(1));
	}

	@SpringBootTest(classes = BankApplication.class, webEnvironment = WebEnvironment.NONE)
	static class One {

	}

	@SpringBootTest(classes = BankApplication.class, webEnvironment = WebEnvironment.NONE,
			properties = "another=context")
	static class Two {

	}

	@SpringBootTest(classes = BankApplication.class, webEnvironment = WebEnvironment.NONE,
			properties = "cajun.persistence.store=embedded")
	static class EmbeddedOne {

	}

	@SpringBootTest(classes = BankApplication.class, webEnvironment = WebEnvironment.NONE,
			properties = { "cajun.persistence.store=embedded", "another=context" })
	static class EmbeddedTwo {

	}

	@SpringBootTest(classes = BankApplication.class, webEnvironment = WebEnvironment.NONE)
	@TestPropertySource(properties = "cajun.cluster.name=mine")
	static class Named {

	}

}

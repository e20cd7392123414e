package dev.cajun.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EtcdSettingsTests {

	private final EtcdSettings settings = EtcdSettings.of("shop", List.of(URI.create("http://e1:2379")));

	@ParameterizedTest
	@ValueSource(strings = { "e1:2379", "ftp://e1:2379", "http:///x", "http:e1", "/e1" })
	void refusesWhatIsNoEndpoint(String endpoint) {
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdSettings.of("shop", List.of(URI.create(endpoint))))
			.withMessageContaining("http://host:2379");
	}

	@Test
	void refusesEndpointsOfBothKinds() {
		assertThatIllegalArgumentException()
			.isThrownBy(
					() -> EtcdSettings.of("shop", List.of(URI.create("http://e1:2379"), URI.create("https://e2:2379"))))
			.withMessageContaining("all http or all https");
		assertThatIllegalArgumentException().isThrownBy(() -> EtcdSettings.of("shop", List.of()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a/b", "/" })
	void refusesClusterWhoseKeysMightBeAnothers(String cluster) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> EtcdSettings.of(cluster, List.of(URI.create("http://e1:2379"))))
			.withMessageContaining("cluster");
	}

	@Test
	void refusesUserWithoutPasswordAndTlsWithoutHttps() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.settings.withUser("node", null));
		assertThatIllegalArgumentException().isThrownBy(() -> this.settings.withUser(null, "secret"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.settings.withUser("node", ""));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.settings.withTls(new EtcdTls(null, null, List.of(), List.of())))
			.withMessageContaining("https");
	}

	@Test
	void refusesTimeoutsThatAreNone() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.settings.withTimeouts(Duration.ZERO, Duration.ofSeconds(1)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.settings.withTimeouts(Duration.ofSeconds(1), Duration.ofSeconds(-1)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.settings.withPings(Duration.ZERO, Duration.ofSeconds(1)));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.settings.withWatches(Duration.ofSeconds(1), Duration.ZERO));
	}

	@Test
	void showsNoPassword() {
		assertThat(this.settings.withUser("node", "geheim").toString()).contains("node").doesNotContain("geheim");
	}

	@Test
	void putsKeysUnderPrefixAndCluster() {
		for (String prefix : List.of("/cajun", "/cajun/", "/cajun//")) {
			assertThat(new Keys(this.settings.withKeyPrefix(prefix)).of("nodes/n1"))
				.hasToString("/cajun/shop/nodes/n1");
		}
		assertThat(new Keys(this.settings.withKeyPrefix("")).of("leader")).hasToString("/shop/leader");
	}

}

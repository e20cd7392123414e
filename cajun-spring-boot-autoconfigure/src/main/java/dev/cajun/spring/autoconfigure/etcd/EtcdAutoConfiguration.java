package dev.cajun.spring.autoconfigure.etcd;

import java.util.List;

import dev.cajun.etcd.EtcdMetadataStore;
import dev.cajun.etcd.EtcdSettings;
import dev.cajun.etcd.EtcdTls;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.spring.EtcdClientCustomizer;
import dev.cajun.spring.EtcdConnectionDetails;
import dev.cajun.spring.autoconfigure.CajunAutoConfiguration;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.OnPropertyListCondition;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.FailureAnalyzedException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of etcd as the metadata store.
 */
@AutoConfiguration(after = SslAutoConfiguration.class, before = CajunAutoConfiguration.class)
@ConditionalOnClass(EtcdMetadataStore.class)
@EnableConfigurationProperties(EtcdProperties.class)
public final class EtcdAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(EtcdConnectionDetails.class)
	@Conditional(EndpointsCondition.class)
	PropertiesEtcdConnectionDetails cajunEtcdConnectionDetails(EtcdProperties properties,
			ObjectProvider<SslBundles> bundles) {
		String bundle = properties.ssl().bundle();
		return new PropertiesEtcdConnectionDetails(properties,
				(bundle != null) ? bundles.getObject().getBundle(bundle) : null);
	}

	@Bean
	@ConditionalOnBean(EtcdConnectionDetails.class)
	@ConditionalOnMissingBean(MetadataStore.class)
	EtcdMetadataStore cajunMetadataStore(EtcdConnectionDetails details, EtcdProperties properties,
			Environment environment, ObjectProvider<EtcdClientCustomizer> customizers) {
		try {
			EtcdSettings settings = EtcdSettings.of(clusterName(environment), details.getEndpoints())
				.withKeyPrefix(properties.keyPrefix())
				.withUser(details.getUsername(), details.getPassword())
				.withTls(tls(details.getSslBundle()))
				.withTimeouts(properties.connectTimeout(), properties.requestTimeout());
			for (EtcdClientCustomizer customizer : customizers.orderedStream().toList()) {
				settings = customizer.customize(settings);
			}
			return new EtcdMetadataStore(settings);
		}
		catch (IllegalArgumentException ex) {
			throw new FailureAnalyzedException("The connection to etcd is not configured correctly: " + ex.getMessage(),
					"Write the addresses of etcd into 'cajun.etcd.endpoints', such as 'http://etcd1:2379' (https with "
							+ "'cajun.etcd.ssl.bundle'), user and password into 'cajun.etcd.username' and "
							+ "'cajun.etcd.password' or neither, and a name without slash into 'cajun.cluster.name'.",
					ex);
		}
	}

	/** As the node names its cluster. */
	private static String clusterName(Environment environment) {
		String application = environment.getProperty("spring.application.name", "");
		return Binder.get(environment)
			.bind("cajun.cluster.name", String.class)
			.orElse(application.isBlank() ? "application" : application);
	}

	private static @Nullable EtcdTls tls(@Nullable SslBundle bundle) {
		if (bundle == null) {
			return null;
		}
		return new EtcdTls(bundle.getManagers().getKeyManagerFactory(), bundle.getManagers().getTrustManagerFactory(),
				list(bundle.getOptions().getCiphers()), list(bundle.getOptions().getEnabledProtocols()));
	}

	private static List<String> list(String @Nullable [] values) {
		return (values != null) ? List.of(values) : List.of();
	}

	/** Whether the properties say where etcd is. */
	static class EndpointsCondition extends OnPropertyListCondition {

		EndpointsCondition() {
			super("cajun.etcd.endpoints", () -> ConditionMessage.forCondition("Endpoints of etcd"));
		}

	}

}

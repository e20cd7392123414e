package dev.cajun.spring.autoconfigure.etcd;

import java.net.URI;
import java.util.List;

import dev.cajun.spring.EtcdConnectionDetails;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;

/**
 * Where etcd is, as the properties say.
 *
 * @param properties the properties
 * @param bundle the SSL bundle that they name
 */
record PropertiesEtcdConnectionDetails(EtcdProperties properties,
		@Nullable SslBundle bundle) implements EtcdConnectionDetails {

	@Override
	public List<URI> getEndpoints() {
		return this.properties.endpoints().stream().map(this::uri).toList();
	}

	private URI uri(String endpoint) {
		String address = endpoint.strip();
		if (!address.contains("://")) {
			address = ((this.bundle != null) ? "https://" : "http://") + address;
		}
		return URI.create(address);
	}

	@Override
	public @Nullable String getUsername() {
		return this.properties.username();
	}

	@Override
	public @Nullable String getPassword() {
		return this.properties.password();
	}

	@Override
	public @Nullable SslBundle getSslBundle() {
		return this.bundle;
	}

}

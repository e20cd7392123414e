package dev.cajun.spring.autoconfigure.etcd;

import java.net.URI;
import java.util.List;

import dev.cajun.spring.EtcdConnectionDetails;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/**
 * Connection details of an etcd that Docker Compose runs: of any image named
 * {@code etcd}, whoever made it, or of a service labelled
 * {@code org.springframework.boot.service-connection: etcd}.
 */
class EtcdDockerComposeConnectionDetailsFactory extends DockerComposeConnectionDetailsFactory<EtcdConnectionDetails> {

	private static final int CLIENT_PORT = 2379;

	EtcdDockerComposeConnectionDetailsFactory() {
		super(EtcdDockerComposeConnectionDetailsFactory::isEtcd);
	}

	private static boolean isEtcd(DockerComposeConnectionSource source) {
		RunningService service = source.getRunningService();
		String label = service.labels().get("org.springframework.boot.service-connection");
		String name = (label != null) ? label : service.image().getName();
		return name.substring(name.lastIndexOf('/') + 1).equals("etcd");
	}

	@Override
	protected EtcdConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
		return new EtcdDockerComposeConnectionDetails(source.getRunningService());
	}

	private static final class EtcdDockerComposeConnectionDetails extends DockerComposeConnectionDetails
			implements EtcdConnectionDetails {

		private final List<URI> endpoints;

		private final @Nullable String password;

		private final @Nullable SslBundle bundle;

		private EtcdDockerComposeConnectionDetails(RunningService service) {
			super(service);
			this.bundle = getSslBundle(service);
			// As Bitnami's image names it; others start without users
			this.password = service.env().get("ETCD_ROOT_PASSWORD");
			String scheme = (this.bundle != null) ? "https" : "http";
			this.endpoints = List
				.of(URI.create(scheme + "://" + service.host() + ":" + service.ports().get(CLIENT_PORT)));
		}

		@Override
		public List<URI> getEndpoints() {
			return this.endpoints;
		}

		@Override
		public @Nullable String getUsername() {
			return (this.password != null) ? "root" : null;
		}

		@Override
		public @Nullable String getPassword() {
			return this.password;
		}

		@Override
		public @Nullable SslBundle getSslBundle() {
			return this.bundle;
		}

	}

}

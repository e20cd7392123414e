package dev.cajun.spring;

import java.net.URI;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Where etcd is. A bean of this type, whether from the properties {@code cajun.etcd.*}, a
 * container annotated with {@code @ServiceConnection("etcd")}, Docker Compose or the
 * application, makes etcd the metadata store.
 */
public interface EtcdConnectionDetails extends ConnectionDetails {

	/**
	 * The client addresses of the members.
	 * @return at least one, such as {@code http://localhost:2379}; all {@code http} or
	 * all {@code https}
	 */
	List<URI> getEndpoints();

	/**
	 * The user to authenticate as.
	 * @return the user, or {@code null} for none
	 */
	default @Nullable String getUsername() {
		return null;
	}

	/**
	 * The user's password.
	 * @return the password, or {@code null} for none
	 */
	default @Nullable String getPassword() {
		return null;
	}

	/**
	 * How connections to {@code https} endpoints are secured.
	 * @return the bundle, or {@code null} for what the JDK trusts
	 */
	default @Nullable SslBundle getSslBundle() {
		return null;
	}

}

package dev.cajun.etcd;

import java.nio.charset.StandardCharsets;

import dev.cajun.metadata.Document;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;

/**
 * Where the documents of one cluster are: {@code <prefix>/<cluster>/<key>}. Its name
 * holds no slash, so that no cluster's keys begin with another's.
 */
final class Keys {

	private final String root;

	Keys(EtcdSettings settings) {
		String prefix = settings.keyPrefix();
		while (prefix.endsWith("/")) {
			prefix = prefix.substring(0, prefix.length() - 1);
		}
		this.root = prefix + "/" + settings.cluster() + "/";
	}

	/** The key, or the beginning of keys, in etcd. */
	ByteSequence of(String key) {
		return ByteSequence.from(this.root + key, StandardCharsets.UTF_8);
	}

	String keyOf(KeyValue found) {
		return found.getKey().toString(StandardCharsets.UTF_8).substring(this.root.length());
	}

	Document document(KeyValue found) {
		return new Document(keyOf(found), found.getValue().getBytes(), found.getCreateRevision(),
				found.getModRevision(), found.getLease());
	}

}

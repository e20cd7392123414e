package dev.cajun.redis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.cajun.store.StoreException;
import dev.cajun.store.StoreMeta;

/** The fields of the meta key. */
final class Meta {

	static final byte[] STORE_ID = ByteWriter.of("store-id");

	private Meta() {
	}

	static byte[][] fields(StoreMeta meta) {
		return new byte[][] { STORE_ID, ByteWriter.of(meta.storeId()), ByteWriter.of("cluster"),
				ByteWriter.of(meta.cluster()), ByteWriter.of("shards"), ByteWriter.of(String.valueOf(meta.shards())),
				ByteWriter.of("format"), ByteWriter.of(String.valueOf(meta.formatVersion())) };
	}

	static StoreMeta read(List<byte[]> fields, String description) {
		Map<String, String> values = new HashMap<>();
		for (int i = 0; i < fields.size(); i += 2) {
			values.put(new ByteReader(fields.get(i)).text(), new ByteReader(fields.get(i + 1)).text());
		}
		StoreMeta meta;
		try {
			meta = new StoreMeta(value(values, "store-id"), value(values, "cluster"),
					Integer.parseInt(value(values, "shards")), Integer.parseInt(value(values, "format")));
		}
		catch (IllegalArgumentException ex) {
			throw new StoreException(StoreException.Kind.CORRUPT,
					"The store " + description + " does not know what it was created with: " + ex.getMessage()
							+ ". Restore Redis from a backup, or use another key prefix",
					ex);
		}
		if (meta.formatVersion() > StoreMeta.FORMAT_VERSION) {
			throw new StoreException(StoreException.Kind.FOREIGN,
					"The store " + description + " was written in format " + meta.formatVersion()
							+ " by a newer version, this one knows " + StoreMeta.FORMAT_VERSION
							+ ": use the newer version again",
					null);
		}
		return meta;
	}

	private static String value(Map<String, String> values, String name) {
		String value = values.get(name);
		if (value == null) {
			throw new IllegalArgumentException("field '" + name + "' of the meta key is missing");
		}
		return value;
	}

}

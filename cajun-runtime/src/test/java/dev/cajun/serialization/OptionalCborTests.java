package dev.cajun.serialization;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.util.List;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class OptionalCborTests {

	@Test
	void doesNotNeedCborForJson() throws Exception {
		ClassLoader loader = new WithoutCbor(getClass().getClassLoader());
		Class<?> probe = Class.forName(Probe.class.getName(), true, loader);
		assertThat(probe.getClassLoader()).isSameAs(loader);
		Constructor<?> constructor = probe.getDeclaredConstructor();
		constructor.setAccessible(true);
		assertThat(((Callable<?>) constructor.newInstance()).call()).isEqualTo("Ping[] UNKNOWN_FORMAT");
	}

	/** Runs inside the class loader. */
	static final class Probe implements Callable<String> {

		Probe() {
		}

		@Override
		public String call() {
			TypeRegistry types = TypeRegistry.builder().actor("a", Samples.Ping.class, String.class, null).build();
			RecordCodec codec = new RecordCodec(types, JacksonActorSerializer.json(), List.of(), List.of(), 4096);
			String read = String.valueOf(codec.decode(codec.encode(new Samples.Ping(), "m", 1)).value());
			try {
				codec = new RecordCodec(types, JacksonActorSerializer.cbor(), List.of(), List.of(), 4096);
				return "Unexpected: " + codec.encode(new Samples.Ping(), "m", 1).length;
			}
			catch (SerializationException ex) {
				return read + " " + ex.kind();
			}
		}

	}

	/** Has our classes anew, and no CBOR. */
	private static final class WithoutCbor extends ClassLoader {

		WithoutCbor(ClassLoader parent) {
			super(parent);
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (name.startsWith("tools.jackson.dataformat.cbor.")) {
				throw new ClassNotFoundException(name);
			}
			if (!name.startsWith("dev.cajun.")) {
				return super.loadClass(name, resolve);
			}
			Class<?> loaded = findLoadedClass(name);
			return (loaded != null) ? loaded : define(name);
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			try (InputStream bytes = getResourceAsStream(name.replace('.', '/') + ".class")) {
				if (bytes == null) {
					throw new ClassNotFoundException(name);
				}
				byte[] code = bytes.readAllBytes();
				return defineClass(name, code, 0, code.length);
			}
			catch (IOException ex) {
				throw new ClassNotFoundException(name, ex);
			}
		}

	}

}

package dev.cajun.spring.autoconfigure.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Signs certificates, with the program {@code openssl}. All that it signs are good for
 * 127.0.0.1, on both sides of a connection.
 */
final class Authority {

	private final Path directory;

	private final String name;

	private Authority(Path directory, String name) {
		this.directory = directory;
		this.name = name;
	}

	/**
	 * A new one, with a key of its own.
	 * @param directory gets its files
	 * @param name names its files
	 * @param subject what it calls itself: two may call themselves the same
	 */
	static Authority create(Path directory, String name, String subject) throws Exception {
		Authority authority = new Authority(directory, name);
		openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
				"-subj", "/CN=" + subject, "-addext", "basicConstraints=critical,CA:TRUE", "-keyout",
				authority.file(".key").toString(), "-out", authority.certificate().toString());
		return authority;
	}

	private Path file(String end) {
		return this.directory.resolve(this.name + end);
	}

	/** The authority's own. */
	Path certificate() {
		return file(".crt");
	}

	/**
	 * Signs a new key.
	 * @param target the directory that gets {@code <file>.crt} and {@code <file>.key}
	 */
	void issue(Path target, String file) throws Exception {
		issue(target, file, 2);
	}

	/** As above, good for so many days; a negative number has passed. */
	void issue(Path target, String file, int days) throws Exception {
		Path request = Files.createTempFile(this.directory, "request", ".csr");
		Path extensions = Files.writeString(this.directory.resolve("extensions"),
				"subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
		Path key = Files.createTempFile(this.directory, "new", ".key");
		Path certificate = Files.createTempFile(this.directory, "new", ".crt");
		openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=" + file,
				"-keyout", key.toString(), "-out", request.toString());
		openssl("x509", "-req", "-in", request.toString(), "-CA", certificate().toString(), "-CAkey",
				file(".key").toString(), "-CAcreateserial", "-days", String.valueOf(days), "-extfile",
				extensions.toString(), "-out", certificate.toString());
		Files.move(key, target.resolve(file + ".key"), StandardCopyOption.REPLACE_EXISTING);
		Files.move(certificate, target.resolve(file + ".crt"), StandardCopyOption.REPLACE_EXISTING);
	}

	/** Writes the certificates of authorities into one file. */
	static void trust(Path file, Authority... authorities) throws IOException {
		StringBuilder text = new StringBuilder();
		for (Authority authority : authorities) {
			text.append(Files.readString(authority.certificate()));
		}
		Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), text);
		Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
	}

	private static void openssl(String... arguments) throws Exception {
		List<String> command = new ArrayList<>(List.of("openssl"));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
			throw new IllegalStateException(String.join(" ", command) + ": " + output);
		}
	}

}

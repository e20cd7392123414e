package dev.cajun.sample;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the sample. Its page is at {@code http://localhost:8080}. */
@SpringBootApplication
public class SampleApplication {

	/**
	 * Starts the application.
	 * @param args Spring Boot's arguments, such as {@code --server.port=8081}
	 */
	public static void main(String[] args) {
		SpringApplication.run(SampleApplication.class, args);
	}

}

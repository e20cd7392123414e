package counters;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Counters, and senders that add to them all the time. */
@SpringBootApplication
public class CountersApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(CountersApplication.class, arguments);
	}

}

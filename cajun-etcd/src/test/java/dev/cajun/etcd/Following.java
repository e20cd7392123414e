package dev.cajun.etcd;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.metadata.Listing;
import dev.cajun.metadata.MetadataStore;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** Keeps what a watch tells. */
final class Following implements MetadataStore.Listener {

	final List<Listing> listings = new CopyOnWriteArrayList<>();

	volatile @Nullable Throwable error;

	final AtomicInteger losses = new AtomicInteger();

	volatile Thread thread;

	@Override
	public void changed(Listing listing) {
		this.thread = Thread.currentThread();
		this.listings.add(listing);
	}

	@Override
	public void followed(@Nullable Throwable error) {
		this.error = error;
		if (error != null) {
			this.losses.incrementAndGet();
		}
	}

	Listing last() {
		return this.listings.getLast();
	}

	Map<String, String> texts() {
		Map<String, String> texts = new TreeMap<>();
		last().documents()
			.forEach((key, document) -> texts.put(key, new String(document.value(), StandardCharsets.UTF_8)));
		return texts;
	}

	void expect(Duration within, Map<String, String> documents) {
		Awaitility.await(documents.toString())
			.atMost(within)
			.pollInterval(Duration.ofMillis(10))
			.until(() -> !this.listings.isEmpty() && texts().equals(documents));
	}

}

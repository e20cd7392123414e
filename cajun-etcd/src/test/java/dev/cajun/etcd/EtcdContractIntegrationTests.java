package dev.cajun.etcd;

import java.util.concurrent.atomic.AtomicInteger;

import dev.cajun.RequiresEtcd;
import dev.cajun.metadata.MetadataStore;
import dev.cajun.metadata.MetadataStoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@RequiresEtcd
class EtcdContractIntegrationTests extends MetadataStoreContract {

	private static final AtomicInteger clusters = new AtomicInteger();

	private static EtcdServer etcd;

	private final EtcdSettings settings = EtcdSettings.of("contract-" + clusters.incrementAndGet(), etcd.endpoints());

	@BeforeAll
	static void startEtcd() {
		etcd = EtcdServer.start();
	}

	@AfterAll
	static void stopEtcd() {
		etcd.close();
	}

	@Override
	protected MetadataStore connect() {
		return new EtcdMetadataStore(this.settings);
	}

}

package dev.cajun.grpc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

import dev.cajun.transport.LinkSettings;
import dev.cajun.transport.Transport;
import dev.cajun.transport.TransportContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** Each process is reached through a proxy, which is where faults come from. */
class GrpcTransportTests extends TransportContract {

	private final Map<String, FaultyProxy> proxies = new ConcurrentHashMap<>();

	private final Map<String, GrpcTransport> transports = new ConcurrentHashMap<>();

	@BeforeAll
	static void watchLeaks() {
		Leaks.watch();
	}

	@AfterAll
	static void findLeaks() {
		Leaks.assertNone();
	}

	@AfterEach
	void closeProxies() {
		this.proxies.values().forEach(FaultyProxy::close);
	}

	private FaultyProxy proxy(String place) {
		return this.proxies.computeIfAbsent(place, (key) -> new FaultyProxy());
	}

	@Override
	protected Transport transport(String place, LinkSettings settings) {
		FaultyProxy proxy = proxy(place);
		int port = FreePorts.next();
		proxy.forwardTo(port);
		GrpcTransport transport = new GrpcTransport(GrpcSettings.DEFAULTS.withPort("127.0.0.1", port)
			.withAdvertised("127.0.0.1", proxy.port())
			.withLinks(settings));
		this.transports.put(place, transport);
		return transport;
	}

	@Override
	protected void await(BooleanSupplier condition) {
		Waiting.until(condition);
	}

	@Override
	protected void reset(String place) {
		proxy(place).reset();
	}

	@Override
	protected void refuse(String place) {
		proxy(place).refuse();
	}

	@Override
	protected void admit(String place) {
		proxy(place).admit();
	}

	@Override
	protected void freeze(String place) {
		proxy(place).freeze();
	}

	@Override
	protected void thaw(String place) {
		proxy(place).thaw();
	}

	@Override
	protected void kill(String place) {
		proxy(place).refuse();
		this.transports.get(place).close();
	}

}

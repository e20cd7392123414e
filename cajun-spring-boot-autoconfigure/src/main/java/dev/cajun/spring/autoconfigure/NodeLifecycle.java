package dev.cajun.spring.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

import dev.cajun.node.CajunNode;
import dev.cajun.spring.ApplicationNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.SmartLifecycle;

/**
 * Builds the node when all singletons exist, starts it before the web server accepts
 * requests and stops it after the web server has drained. A node starts once: its store
 * closes with it. While it runs, the node keeps the JVM alive, with or without a web
 * server.
 */
class NodeLifecycle implements ApplicationNode, SmartLifecycle, SmartInitializingSingleton, DisposableBean {

	/** Before the web server on the way up, after it on the way down. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final int DESTROY_SECONDS = 5;

	private static final Logger logger = LoggerFactory.getLogger(NodeLifecycle.class);

	private final NodeFactory factory;

	private final boolean autoStartup;

	private final ReentrantLock lock = new ReentrantLock();

	private volatile @Nullable CajunNode node;

	private volatile boolean running;

	NodeLifecycle(NodeFactory factory, boolean autoStartup) {
		this.factory = factory;
		this.autoStartup = autoStartup;
	}

	@Override
	public void afterSingletonsInstantiated() {
		node();
	}

	@Override
	public CajunNode node() {
		CajunNode node = this.node;
		return (node != null) ? node : build();
	}

	/** The node if it was built. */
	@Nullable CajunNode builtNode() {
		return this.node;
	}

	private CajunNode build() {
		if (this.lock.isHeldByCurrentThread()) {
			throw new IllegalStateException("The node is being built from the beans of the application context; "
					+ "use an ApplicationRunner to talk to actors at start-up");
		}
		this.lock.lock();
		try {
			CajunNode node = this.node;
			if (node == null) {
				node = this.factory.create();
				this.factory.report(node).warn();
				this.node = node;
			}
			return node;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void start() {
		if (this.running) {
			return;
		}
		CajunNode node = node();
		switch (node.state()) {
			case STOPPING, STOPPED, FAILED -> throw new IllegalStateException(
					"The node is " + node.state() + " and cannot be started again; create a new application context");
			default -> node.start();
		}
		this.running = true;
		this.factory.report(node).log();
	}

	@Override
	public void stop() {
		stopped().join();
	}

	@Override
	public void stop(Runnable callback) {
		CompletableFuture<Void> unused = stopped().thenRun(callback);
	}

	/** Completes when the node has stopped, in good order or not. */
	private CompletableFuture<@Nullable Void> stopped() {
		CajunNode node = this.node;
		if (node == null || !this.running) {
			return CompletableFuture.completedFuture(null);
		}
		return node.stop().handle((stopped, failure) -> {
			if (failure != null) {
				logger.warn("The node did not stop in good order", failure);
			}
			this.running = false;
			return null;
		});
	}

	/**
	 * For a context that failed after the start, or whose patience ended before the stop.
	 */
	@Override
	public void destroy() {
		try {
			stopped().get(DESTROY_SECONDS, TimeUnit.SECONDS);
		}
		catch (TimeoutException ex) {
			logger.warn("The node has not stopped; its store is closed all the same");
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isAutoStartup() {
		return this.autoStartup;
	}

	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}

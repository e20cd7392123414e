package dev.cajun.spring.test;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Runs the tasks of a node as the node would, each on a virtual thread, and knows which
 * are not done.
 */
final class TrackingExecutor implements Executor {

	private final ThreadFactory factory = Thread.ofVirtual()
		.name("cajun")
		.inheritInheritableThreadLocals(false)
		.factory();

	private final Set<Thread> busy = ConcurrentHashMap.newKeySet();

	@Override
	public void execute(Runnable task) {
		Thread thread = this.factory.newThread(() -> {
			try {
				task.run();
			}
			finally {
				this.busy.remove(Thread.currentThread());
			}
		});
		this.busy.add(thread);
		thread.start();
	}

	boolean isIdle() {
		return this.busy.isEmpty();
	}

	/** Whether every task that is not done waits for something. */
	boolean isWaiting() {
		return this.busy.stream().map(Thread::getState).allMatch((state) -> switch (state) {
			case WAITING, TIMED_WAITING, BLOCKED, TERMINATED -> true;
			case NEW, RUNNABLE -> false;
		});
	}

}

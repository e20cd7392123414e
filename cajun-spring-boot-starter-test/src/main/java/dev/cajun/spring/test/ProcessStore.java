package dev.cajun.spring.test;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.concurrent.CompletionStage;

import dev.cajun.spring.test.TestProcess.Server;
import dev.cajun.store.ActorStore;
import dev.cajun.store.StoreMeta;
import org.jspecify.annotations.Nullable;

/**
 * The store that the nodes of a cluster share, as far as one process reaches it. It is a
 * server's, so it stays when a node closes it.
 */
final class ProcessStore implements InvocationHandler {

	private final TestProcess process;

	private final TestServers servers;

	private ProcessStore(TestProcess process, TestServers servers) {
		this.process = process;
		this.servers = servers;
	}

	static ActorStore of(TestProcess process, TestServers servers) {
		return (ActorStore) Proxy.newProxyInstance(ActorStore.class.getClassLoader(),
				new Class<?>[] { ActorStore.class }, new ProcessStore(process, servers));
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments) {
		return switch (method.getName()) {
			case "close" -> null;
			case "isRemote" -> true;
			default -> CompletionStage.class.isAssignableFrom(method.getReturnType())
					? this.process.ask(Server.STORE, () -> (CompletionStage<?>) call(method, arguments))
					: call(method, arguments);
		};
	}

	private Object call(Method method, @Nullable Object @Nullable [] arguments) {
		if (arguments != null && arguments[0] instanceof StoreMeta wanted) {
			return this.servers.openStore(wanted);
		}
		try {
			return method.invoke(this.servers.store(), arguments);
		}
		catch (InvocationTargetException ex) {
			if (ex.getTargetException() instanceof RuntimeException failure) {
				throw failure;
			}
			throw new UndeclaredThrowableException(ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			throw new IllegalStateException(ex);
		}
	}

}

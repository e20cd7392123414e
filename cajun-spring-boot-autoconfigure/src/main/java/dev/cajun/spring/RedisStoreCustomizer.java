package dev.cajun.spring;

import dev.cajun.redis.RedisStoreSettings;

/**
 * Changes the settings of the store in Redis before it is created, after properties and
 * connection details were applied: for example the client name in an address, or a
 * verification of certificates that is less strict. What keeps the store correct (no
 * replay of commands, no endless queue) is not among the settings.
 * <p>
 * Beans of this type are called in their order.
 */
@FunctionalInterface
public interface RedisStoreCustomizer {

	/**
	 * Changes the settings.
	 * @param settings what there is so far
	 * @return the settings to use
	 */
	RedisStoreSettings customize(RedisStoreSettings settings);

}

package dev.cajun.spring;

import dev.cajun.etcd.EtcdSettings;

/**
 * Changes the settings of the etcd client after properties and connection details were
 * applied: what has no property, such as how often connections are checked. Customizers
 * are beans, called in their order.
 */
@FunctionalInterface
public interface EtcdClientCustomizer {

	/**
	 * Changes settings.
	 * @param settings everything that is configured
	 * @return the settings to use
	 */
	EtcdSettings customize(EtcdSettings settings);

}

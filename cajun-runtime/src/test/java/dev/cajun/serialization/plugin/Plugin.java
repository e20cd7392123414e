package dev.cajun.serialization.plugin;

/**
 * A type that leaves open which classes there are.
 */
public interface Plugin {

}

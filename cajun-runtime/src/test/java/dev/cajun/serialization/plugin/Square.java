package dev.cajun.serialization.plugin;

/**
 * A class that no declared type names.
 *
 * @param side its side
 */
public record Square(int side) implements Plugin {

}

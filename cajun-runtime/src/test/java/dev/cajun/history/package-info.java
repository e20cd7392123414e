/**
 * Checks that what callers saw of actors could have happened one thing after the other:
 * actors that keep a list of ids, a load on them, the history it leaves and the checker
 * of that history. For the tests of every module that breaks something under load.
 */
@NullMarked
package dev.cajun.history;

import org.jspecify.annotations.NullMarked;

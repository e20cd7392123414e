/**
 * What applications import: actors, references to them, messages and errors. Nothing in
 * this package does any work; it may not use any other package of the runtime.
 */
@NullMarked
package dev.cajun;

import org.jspecify.annotations.NullMarked;

/**
 * Values to bytes and back. Only classes that can be reached from the declared message,
 * reply, event and state types are ever read, each under its logical name; no class is
 * loaded because bytes name it, unless the application allows its package.
 */
@NullMarked
package dev.cajun.serialization;

import org.jspecify.annotations.NullMarked;

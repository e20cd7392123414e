/**
 * The store that needs no server: the state of all actors of one machine in one
 * directory, kept by SQLite. The only package that sees SQLite; everything but
 * {@link dev.cajun.embedded.EmbeddedActorStore} and its
 * {@link dev.cajun.embedded.Durability} is its own affair. One thread does all the work.
 */
@NullMarked
package dev.cajun.embedded;

import org.jspecify.annotations.NullMarked;

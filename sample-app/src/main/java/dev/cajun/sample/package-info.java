/**
 * The sample application: accounts and transfers between them. Actors, their messages and
 * the HTTP face on them live here; there is no database code and no locking.
 */
@NullMarked
package dev.cajun.sample;

import org.jspecify.annotations.NullMarked;

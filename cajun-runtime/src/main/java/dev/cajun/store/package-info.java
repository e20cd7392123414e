/**
 * Where the state of actors lives: the SPI that stores implement, and the stores that
 * need no server. A store refuses whoever is not the owner of a shard any more, and
 * applies a batch that is sent twice once. It sees bytes, never objects.
 */
@NullMarked
package dev.cajun.store;

import org.jspecify.annotations.NullMarked;

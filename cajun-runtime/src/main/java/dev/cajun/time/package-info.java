/**
 * Time as the runtime sees it: a wall clock, a monotonic clock and delayed tasks, given
 * to a node when it is built, so that a whole cluster can run under virtual time.
 */
@NullMarked
package dev.cajun.time;

import org.jspecify.annotations.NullMarked;

/**
 * How messages reach actors wherever they are: routes, delivery across nodes, guaranteed
 * tells, reminders. It is told who owns which shard and never decides it; what decides is
 * {@code dev.cajun.cluster}.
 */
@NullMarked
package dev.cajun.routing;

import org.jspecify.annotations.NullMarked;

/**
 * How messages reach actors wherever they are: routing, guaranteed delivery, reminders.
 */
@NullMarked
package dev.cajun.cluster;

import org.jspecify.annotations.NullMarked;

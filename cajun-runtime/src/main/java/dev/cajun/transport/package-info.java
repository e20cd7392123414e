/**
 * What carries messages between nodes: the SPI of reliable, ordered links between
 * processes, and links inside one process. It sees bytes, never messages, and knows
 * processes, never actors.
 */
@NullMarked
package dev.cajun.transport;

import org.jspecify.annotations.NullMarked;

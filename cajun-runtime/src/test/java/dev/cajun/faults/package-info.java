/**
 * What stands between a client and a server, or sends signals to a server's process, when
 * a test tries a fault. For the tests of every module with a client.
 */
@NullMarked
package dev.cajun.faults;

import org.jspecify.annotations.NullMarked;

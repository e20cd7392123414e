/**
 * The actuator endpoint {@code cluster}: what operators see and do, as typed JSON. No
 * payloads and no state in any answer.
 */
@NullMarked
package dev.cajun.spring.autoconfigure.endpoint;

import org.jspecify.annotations.NullMarked;

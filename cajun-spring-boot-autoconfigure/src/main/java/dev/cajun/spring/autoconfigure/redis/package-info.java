/**
 * The store in Redis: its settings, where its server is, its meters. Connection facts
 * come from Spring Boot's connection details only; the client is the store's own.
 */
@NullMarked
package dev.cajun.spring.autoconfigure.redis;

import org.jspecify.annotations.NullMarked;

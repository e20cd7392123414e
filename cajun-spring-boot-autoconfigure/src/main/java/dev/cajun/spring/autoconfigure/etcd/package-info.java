/**
 * Makes etcd the metadata store where connection details say where it is. Nothing here is
 * API; the classes that need Testcontainers or Docker Compose are only loaded with these.
 */
@NullMarked
package dev.cajun.spring.autoconfigure.etcd;

import org.jspecify.annotations.NullMarked;

/**
 * The transport of a cluster: its properties, its certificates and its meters.
 */
@NullMarked
package dev.cajun.spring.autoconfigure.grpc;

import org.jspecify.annotations.NullMarked;

/**
 * The transport of a cluster: links over gRPC streams, on a port of their own. Nothing
 * outside this package sees gRPC or Netty; what makes links reliable is the runtime's
 * ({@link dev.cajun.transport.Links}).
 */
@NullMarked
package dev.cajun.grpc;

import org.jspecify.annotations.NullMarked;

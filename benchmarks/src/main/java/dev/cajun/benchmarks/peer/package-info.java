/** The peer: Apache Pekko Cluster Sharding. The only package that sees it. */
@NullMarked
package dev.cajun.benchmarks.peer;

import org.jspecify.annotations.NullMarked;

/**
 * What the nodes of a cluster agree on, kept in etcd. The only package that sees jetcd,
 * which is used for transactions, leases and watches and for nothing that needs its own
 * idea of time: deadlines, repetition, keeping leases alive and getting over a watch's
 * end are done here. Everything but {@link dev.cajun.etcd.EtcdMetadataStore} and its
 * settings is its own affair. One thread does all the work; it never blocks.
 */
@NullMarked
package dev.cajun.etcd;

import org.jspecify.annotations.NullMarked;

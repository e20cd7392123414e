#!/bin/sh
# The user that the nodes of the cluster 'bank' are in etcd: it reads and writes the keys of this cluster, and nothing
# else. Run it once, as root, with etcdctl pointed to etcd (ETCDCTL_ENDPOINTS, ETCDCTL_CACERT, ETCDCTL_USER …).
# BANK_ETCD_PASSWORD is what cajun.etcd.password will be.
set -eu
export ETCDCTL_API=3

etcdctl role add bank
# cajun.etcd.key-prefix, the cluster's name, and the slash: without it, 'bank' would match 'bank-test' too
etcdctl role grant-permission bank readwrite --prefix=true /cajun/bank/
etcdctl user add "bank:$BANK_ETCD_PASSWORD"
etcdctl user grant-role bank bank

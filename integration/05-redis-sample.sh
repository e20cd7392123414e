#!/bin/sh
# The sample with its state in Redis: starts before Redis does, refuses a second process, keeps deposits over kill -9.
. "$(dirname "$0")/common.sh"
build_sample
run_tool RedisSample "$jar" "$work"

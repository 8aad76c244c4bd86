#!/usr/bin/env bash
# Not --locked: the lock file of 0.20.0 names a metrics release that current compilers reject.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker rumqttd
crate rumqttd 0.20.0 rumqttd

#!/usr/bin/env bash
# Not --locked: the lock file of 0.29.10 names a webpki-roots release (1.0.11) that cannot be had.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker mqttv5
crate mqttv5-cli 0.29.10 mqttv5

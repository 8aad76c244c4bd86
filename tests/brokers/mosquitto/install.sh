#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker mosquitto
command -v mosquitto >/dev/null && command -v mosquitto_rr >/dev/null || debian mosquitto mosquitto-clients

#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker mosquitto
command -v mosquitto >/dev/null && command -v mosquitto_rr >/dev/null || debian mosquitto mosquitto-clients
# Records what passes on loopback, for the tests that compare it with the page.
command -v tcpdump >/dev/null || debian tcpdump || echo 'without tcpdump: nothing is recorded beside the page' >&2

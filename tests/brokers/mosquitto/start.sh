#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker mosquitto
fill "$HERE/mosquitto.conf.in" "$RUN/mosquitto.conf" RUN="$RUN" TCP_PORT="$TCP_PORT" WS_PORT="$WS_PORT"
# Started by root, mosquitto would drop to its own user and lose access to $RUN.
[ "$(id -u)" -ne 0 ] || echo 'user root' >> "$RUN/mosquitto.conf"
exec mosquitto -c "$RUN/mosquitto.conf"

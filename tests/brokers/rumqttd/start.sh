#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker rumqttd
fill "$HERE/rumqttd.toml.in" "$RUN/rumqttd.toml" TCP_PORT="$TCP_PORT" V5_PORT="$V5_PORT" \
    WS_PORT="$WS_PORT" CONSOLE_PORT="$CONSOLE_PORT" USERNAME="$USERNAME" PASSWORD="$PASSWORD"
cd "$RUN"
exec "$PKG/cargo/bin/rumqttd" -c "$RUN/rumqttd.toml" -vv

#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker amqtt
fill "$HERE/amqtt.yaml.in" "$RUN/amqtt.yaml" TCP_PORT="$TCP_PORT" WS_PORT="$WS_PORT"
exec "$PKG/amqtt/bin/amqtt" -c "$RUN/amqtt.yaml"

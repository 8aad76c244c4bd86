#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker aedes
cp "$HERE/broker.mjs" "$PKG/aedes/broker.mjs"    # beside its node_modules
exec node "$PKG/aedes/broker.mjs" "$TCP_PORT" "$WS_PORT" "$USERNAME" "$PASSWORD"

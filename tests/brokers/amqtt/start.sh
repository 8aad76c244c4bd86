#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker amqtt
fill "$HERE/amqtt.yaml.in" "$RUN/amqtt.yaml" RUN="$RUN" TCP_PORT="$TCP_PORT" WS_PORT="$WS_PORT"
hash='import sys; from pwdlib.hashers.argon2 import Argon2Hasher; print(Argon2Hasher().hash(sys.argv[1]))'
echo "$USERNAME:$("$PKG/amqtt/bin/python" -c "$hash" "$PASSWORD")" > "$RUN/passwords"
exec "$PKG/amqtt/bin/amqtt" -c "$RUN/amqtt.yaml"

#!/usr/bin/env bash
# A configuration file instead of options: by default this broker announces a
# maximum packet size of 268435456, which Paho's property check (at most
# 268435455) rejects, so that no MQTT 5 connection comes up.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker mqttv5
fill "$HERE/mqttv5.json.in" "$RUN/mqttv5.json" RUN="$RUN" TCP_PORT="$TCP_PORT" WS_PORT="$WS_PORT"
"$PKG/cargo/bin/mqttv5" passwd --create --batch "$PASSWORD" "$USERNAME" "$RUN/passwords"
cd "$RUN"
exec "$PKG/cargo/bin/mqttv5" broker --non-interactive --config "$RUN/mqttv5.json"

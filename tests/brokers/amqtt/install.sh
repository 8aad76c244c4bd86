#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker amqtt
[ -x "$PKG/amqtt/bin/python" ] || python3 -m venv "$PKG/amqtt"
"$PKG/amqtt/bin/pip" install --quiet --disable-pip-version-check amqtt==0.12.1

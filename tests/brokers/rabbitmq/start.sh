#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker rabbitmq
. "$HERE/node.sh"
rabbit_prepare
rabbit_run

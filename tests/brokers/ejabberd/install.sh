#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker ejabberd
debian ejabberd

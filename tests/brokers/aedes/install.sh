#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker aedes
mkdir -p "$PKG/aedes"
cp "$HERE/package.json" "$PKG/aedes/"
cd "$PKG/aedes"
npm install --no-audit --no-fund --loglevel=error

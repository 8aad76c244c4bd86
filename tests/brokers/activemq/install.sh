#!/usr/bin/env bash
# The package has the mqtt transport but neither names the codec it needs
# (libmqtt-client-java) nor ships the ws transport (activemq-http, Jetty).
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker activemq
debian activemq libmqtt-client-java

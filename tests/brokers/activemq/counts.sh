#!/usr/bin/env bash
# What ActiveMQ's own console says of a topic (in its own spelling, orders.a for orders/a): a line each for EnqueueCount
# (what producers sent), DispatchCount (what went to consumers) and DequeueCount (what they acknowledged).
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker activemq
home=/usr/share/activemq
exec java -cp "$home/lib/*:$home/lib/optional/*:/usr/share/java/commons-logging.jar" \
    -Dactivemq.home="$home" -Dactivemq.base="$RUN" org.apache.activemq.console.Main query \
    --jmxurl "service:jmx:rmi:///jndi/rmi://127.0.0.1:$JMX_PORT/jmxrmi" "-QTopic=$1" \
    --view EnqueueCount,DispatchCount,DequeueCount

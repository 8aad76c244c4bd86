#!/usr/bin/env bash
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker activemq
home=/usr/share/activemq
mkdir -p "$RUN/data" "$RUN/tmp" "$RUN/conf"
cp "$HERE/activemq.xml" "$RUN/conf/"
cat > "$RUN/conf/log4j.properties" <<CONF
log4j.rootLogger=INFO, console
log4j.appender.console=org.apache.log4j.ConsoleAppender
log4j.appender.console.layout=org.apache.log4j.PatternLayout
log4j.appender.console.layout.ConversionPattern=%d %-5p %c: %m%n
CONF
classpath=$RUN/conf
for jar in "$home"/lib/*.jar "$home"/lib/optional/*.jar /usr/share/java/mqtt-client.jar \
           /usr/share/java/hawtdispatch.jar /usr/share/java/hawtdispatch-transport.jar \
           /usr/share/java/commons-logging.jar /usr/share/java/spring3-*.jar /usr/share/java/spring-*.jar; do
    [ -e "$jar" ] && classpath=$classpath:$jar
done
cd "$RUN"
exec java -Xms64M -Xmx256M -Djava.io.tmpdir="$RUN/tmp" -Dactivemq.home="$home" -Dactivemq.base="$RUN" \
    -Dactivemq.conf="$RUN/conf" -Dactivemq.data="$RUN/data" -Dmqtt.port="$TCP_PORT" \
    -Djava.rmi.server.hostname=127.0.0.1 -Djmx.port="$JMX_PORT" -Drmi.port="$RMI_PORT" \
    -cp "$classpath" org.apache.activemq.console.Main start "xbean:file:$RUN/conf/activemq.xml"

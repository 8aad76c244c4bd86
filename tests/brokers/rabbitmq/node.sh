# Runs one RabbitMQ node in the foreground (sourced by start.sh after load_broker).
# It keeps everything below $RUN and uses a private port mapper on loopback, so it
# does not meet a system-wide RabbitMQ.

export HOME=$RUN
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$EPMD_PORT
export RABBITMQ_NODENAME=$NODE RABBITMQ_DIST_PORT=$DIST_PORT
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$AMQP_PORT
export RABBITMQ_MNESIA_BASE=$RUN/mnesia RABBITMQ_LOG_BASE=$RUN/log.d
export RABBITMQ_CONFIG_FILE=$RUN/rabbitmq.conf RABBITMQ_CONF_ENV_FILE=$RUN/none
export RABBITMQ_ENABLED_PLUGINS_FILE=$RUN/enabled_plugins
export RABBITMQ_PID_FILE=$RUN/rabbit.pid RABBITMQ_GENERATED_CONFIG_DIR=$RUN/generated
export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
export RABBITMQ_CTL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'

rabbit_prepare() {
    mkdir -p "$RUN/mnesia" "$RUN/log.d" "$RUN/generated"
    echo '[rabbitmq_mqtt,rabbitmq_web_mqtt].' > "$RUN/enabled_plugins"
    fill "$ROOT/rabbitmq/rabbitmq.conf.in" "$RUN/rabbitmq.conf" \
        AMQP_PORT="$AMQP_PORT" TCP_PORT="$TCP_PORT" WS_PORT="$WS_PORT"
    [ -s "$RUN/.erlang.cookie" ] || printf 'mqtt-test-cookie' > "$RUN/.erlang.cookie"
    chmod 600 "$RUN/.erlang.cookie"
    # The port mapper outlives single nodes: whoever starts first starts it.
    if ! epmd -port "$EPMD_PORT" -names >/dev/null 2>&1; then
        setsid epmd -port "$EPMD_PORT" -address 127.0.0.1 </dev/null >/dev/null 2>&1 &
        local pid=$!
        sleep 0.5
        echo "$pid $(sed 's/.*) //' "/proc/$pid/stat" | cut -d' ' -f20)" > "$RUN/epmd.beside"
    fi
}

rabbit_run() { exec env RABBITMQ_ALLOW_INPUT= RUNNING_UNDER_SYSTEMD=true /usr/lib/rabbitmq/bin/rabbitmq-server; }
rabbit_ctl() { /usr/lib/rabbitmq/bin/rabbitmqctl -n "$NODE" "$@"; }

#!/bin/bash
# mosquitto's own clients against the project's broker: every version, every QoS.
# Needs mosquitto_pub, mosquitto_sub and mosquitto_rr (Debian: mosquitto-clients).
# Waits are for output; the limits only end a failed run. Exits with 1 if a check failed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
broker=
failed=0

if [ -n "${BROKER:-}" ]; then
    host=${BROKER%:*} port=${BROKER##*:}
else
    (cd "$root" && cargo build --quiet -p mqttscope-broker --example tcp_broker) || exit 1
    "${CARGO_TARGET_DIR:-$root/target}/debug/examples/tcp_broker" 127.0.0.1:0 >"$work/broker" &
    broker=$!
    until grep -q listening "$work/broker"; do sleep 0.02; done
    address=$(awk '/listening/ { print $3 }' "$work/broker")
    host=${address%:*} port=${address##*:}
fi
trap '[ -n "$broker" ] && kill "$broker"; rm -rf "$work"' EXIT

check() { # name, expected, got
    if [ "$2" = "$3" ]; then echo "ok    $1"; else echo "FAIL  $1: expected '$2', got '$3'"; failed=1; fi
}

# Starts a subscriber in the background and returns when its SUBACK is there.
subscribe() { # file, arguments
    local file=$1
    shift
    : >"$file"
    # Line by line, also into a file: the SUBACK must be seen when it comes.
    stdbuf -oL mosquitto_sub -h "$host" -p "$port" -d "$@" >"$file" 2>&1 &
    subscriber=$!
    until grep -q "Subscribed" "$file"; do
        kill -0 "$subscriber" 2>/dev/null || break
        sleep 0.02
    done
}

messages() { grep -E '^(m|w|k)[0-9]*$' "$1"; }

for version in mqttv31 mqttv311 mqttv5; do
    for qos in 0 1 2; do
        topic="t/$version/$qos"
        subscribe "$work/out" -V "$version" -q "$qos" -t "$topic" -C 200 -W 20 -i "s$version$qos"
        seq -f 'm%g' 1 200 | mosquitto_pub -h "$host" -p "$port" -V "$version" -q "$qos" -t "$topic" -l
        wait "$subscriber"
        check "200 lines, $version, QoS $qos" "$(seq -f 'm%g' 1 200 | md5sum)" "$(messages "$work/out" | md5sum)"
    done

    mosquitto_pub -h "$host" -p "$port" -V "$version" -q 1 -r -t "kept/$version" -m k1
    got=$(mosquitto_sub -h "$host" -p "$port" -V "$version" -t "kept/$version" -C 1 -W 10 -F '%r %p')
    check "retained, $version" "1 k1" "$got"

    subscribe "$work/out" -V "$version" -t "will/$version" -C 1 -W 20 -i "ws$version"
    watcher=$subscriber
    subscribe "$work/dying" -V "$version" -t nothing -i "w$version" --will-topic "will/$version" --will-payload w1
    kill -9 "$subscriber"
    wait "$subscriber" 2>/dev/null
    wait "$watcher"
    check "will, $version" w1 "$(messages "$work/out")"

    # A session that waits while its client is away.
    keep=(-V "$version" -i "keep$version" -c)
    mosquitto_sub -h "$host" -p "$port" "${keep[@]}" -q 2 -t "wait/$version" -E
    seq -f 'm%g' 1 50 | mosquitto_pub -h "$host" -p "$port" -V "$version" -q 2 -t "wait/$version" -l
    mosquitto_sub -h "$host" -p "$port" "${keep[@]}" -q 2 -t "wait/$version" -C 50 -W 20 >"$work/out"
    check "session over a restart, $version" "$(seq -f 'm%g' 1 50 | md5sum)" "$(md5sum <"$work/out")"

    # Another client with the same identifier throws the first one out: in version 5 it is told and
    # ends, before that it tries again.
    subscribe "$work/out" -V "$version" -t nothing -i "twice$version"
    first=$subscriber
    subscribe "$work/other" -V "$version" -t nothing -i "twice$version"
    out=no
    for _ in $(seq 500); do
        if [ "$(grep -c 'sending CONNECT' "$work/out")" -gt 1 ] || grep -q 'DISCONNECT' "$work/out"; then
            out=yes
            break
        fi
        sleep 0.02
    done
    kill "$first" "$subscriber" 2>/dev/null
    wait "$first" "$subscriber" 2>/dev/null
    check "takeover, $version" yes "$out"
done

# Two members of a group share 100 lines.
subscribe "$work/one" -V mqttv5 -q 1 -t '$share/g/shared' -C 50 -W 20 -i one
one=$subscriber
subscribe "$work/two" -V mqttv311 -q 1 -t '$share/g/shared' -C 50 -W 20 -i two
two=$subscriber
seq -f 'm%g' 1 100 | mosquitto_pub -h "$host" -p "$port" -V mqttv5 -q 1 -t shared -l
wait "$one" "$two"
check "shared subscription" "$(seq -f 'm%g' 1 100 | sort | md5sum)" \
    "$( (messages "$work/one"; messages "$work/two") | sort | md5sum)"

# Request and response.
subscribe "$work/out" -V mqttv5 -t ask -C 1 -W 20 -F 'answer to %R' -i asked
server=$subscriber
mosquitto_rr -h "$host" -p "$port" -V mqttv5 -t ask -e answers/here -m question -W 20 >"$work/answer" &
asking=$!
wait "$server"
to=$(awk '/^answer to/ { print $3 }' "$work/out")
mosquitto_pub -h "$host" -p "$port" -V mqttv5 -t "$to" -m answered
wait "$asking"
check "request and response" "answers/here answered" "$to $(cat "$work/answer")"

# A message that expired while its session waited.
keep=(-V mqttv5 -i expiring -c)
mosquitto_sub -h "$host" -p "$port" "${keep[@]}" -q 1 -t expires -E
mosquitto_pub -h "$host" -p "$port" -V mqttv5 -q 1 -t expires -m m1 -D publish message-expiry-interval 1
mosquitto_pub -h "$host" -p "$port" -V mqttv5 -q 1 -t expires -m m2 -D publish message-expiry-interval 1000
sleep 1.5 # nothing to wait for: time itself must pass
got=$(mosquitto_sub -h "$host" -p "$port" "${keep[@]}" -q 1 -t expires -C 1 -W 10)
check "message expiry" m2 "$got"

[ "$failed" = 0 ] && echo "all passed"
exit "$failed"

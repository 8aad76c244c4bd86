#!/usr/bin/env bash
# The project's broker over TCP beside mosquitto, under the same load of mosquitto's own clients:
# one publishes lines of 64 bytes as fast as it can, another counts them in.
#
#   benches/brokers.sh [MESSAGES]      (default 100000)
#
# Both brokers may queue without a limit that matters and have 100 messages in flight: where one
# drops messages and the other does not, there is nothing to compare. Prints messages a second, from
# the first publish to the last arrival, the better of three runs each.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
messages=${1:-100000}
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null; rm -rf "$work"' EXIT
export PATH=$PATH:/usr/sbin

(cd "$root" && cargo build --quiet --release -p mqttscope-broker --example tcp_broker)
"${CARGO_TARGET_DIR:-$root/target}/release/examples/tcp_broker" 127.0.0.1:0 --queue 10000000 >"$work/ours" &
started+=($!)
until grep -q listening "$work/ours"; do sleep 0.02; done
ours=$(awk '/listening/ { print $3 }' "$work/ours")

port=$((20000 + RANDOM % 10000))
cat >"$work/mosquitto.conf" <<END
listener $port 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 100
END
mosquitto -c "$work/mosquitto.conf" 2>/dev/null &
started+=($!)
until mosquitto_pub -p "$port" -t ready -m x 2>/dev/null; do sleep 0.02; done

line=$(printf 'x%.0s' $(seq 64))
yes "$line" | head -n "$messages" >"$work/lines"

# Prints milliseconds, or nothing when messages are missing.
run() { # port, version, QoS
    local sub pub start
    stdbuf -oL mosquitto_sub -p "$1" -V "$2" -q "$3" -t load -C "$messages" -W 20 -d -F '' >"$work/out" 2>&1 &
    sub=$!
    until grep -q Subscribed "$work/out"; do sleep 0.01; done
    start=$(date +%s%N)
    mosquitto_pub -p "$1" -V "$2" -q "$3" -t load -l <"$work/lines" &
    pub=$!
    wait "$sub" || { kill "$pub" 2>/dev/null; return 0; }
    echo $((($(date +%s%N) - start) / 1000000))
    wait "$pub"
}

for version in mqttv311 mqttv5; do
    for qos in 0 1 2; do
        for broker in "tcp_broker ${ours##*:}" "mosquitto $port"; do
            best=
            for _ in 1 2 3; do
                took=$(run "${broker#* }" "$version" "$qos")
                if [ -n "$took" ] && { [ -z "$best" ] || [ "$took" -lt "$best" ]; }; then best=$took; fi
            done
            rate=${best:+$((messages * 1000 / best)) a second}
            printf '%-9s QoS %s  %-11s %s\n' "$version" "$qos" "${broker% *}" "${rate:-messages are missing}"
        done
    done
done

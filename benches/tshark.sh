#!/usr/bin/env bash
# The native program beside tshark over the same captures: seconds and memory, the better of three runs each.
#
#   benches/tshark.sh [FILE...]        (default: two generated ones, of 327,650 and of 1,000,000 frames)
#
# All of them say of each packet of MQTT where it is and what it is. `lint` judges the packets and the conversations, too;
# `follow` prints a row with a summary; tshark prints the fields that it is asked for. GNU time measures.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=${CARGO_TARGET_DIR:-$root/target}/release

(cd "$root" && cargo build --quiet --release -p mqttscope-companion --bin mqttscope)
if [ $# -eq 0 ]; then
    (cd "$root" && cargo build --quiet --release -p mqttscope-capture --example generate_capture)
    "$target/examples/generate_capture" "$work/20-connections.pcap" 327650 20
    "$target/examples/generate_capture" "$work/2000-connections.pcap" 1000000 2000
    set -- "$work/20-connections.pcap" "$work/2000-connections.pcap"
fi
tshark --version 2>/dev/null | head -n 1
"$target/mqttscope" --version

# Prints seconds and megabytes; a program may end with 1, as `lint` does where rules are broken.
run() {
    for _ in 1 2 3; do
        command time -q -f '%e %M' -o "$work/took" "$@" >"$work/out" 2>"$work/errors" || [ $? -eq 1 ] || {
            cat "$work/errors" >&2
            exit 1
        }
        echo "$(cat "$work/took") $(wc -l <"$work/out")"
    done | sort -n | head -n 1
}

for file in "$@"; do
    size=$(stat -c %s "$file")
    printf '%s, %s MB\n' "$(basename "$file")" "$((size / 1000000))"
    # The first reading brings the file into memory for all of them.
    cat "$file" >/dev/null
    for command in "$target/mqttscope lint" "$target/mqttscope follow" \
        "tshark -Y mqtt -T fields -e frame.number -e mqtt.msgtype -e mqtt.topic -r"; do
        # shellcheck disable=SC2086 # the words of the command
        read -r seconds memory lines <<<"$(run $command "$file")"
        awk -v name="$(basename "${command%% *}") $(echo "$command" | cut -d' ' -f2)" -v s="$seconds" -v kb="$memory" -v lines="$lines" -v size="$size" \
            'BEGIN { printf "  %-18s %7.2f s  %6.0f MB/s  %6.0f MB of memory  %d lines\n", name, s, size / 1e6 / (s > 0 ? s : 0.01), kb / 1000, lines }'
    done
done

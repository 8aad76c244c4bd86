#!/usr/bin/env bash
# Real MQTT brokers on 127.0.0.1, for tests.
#
#   brokers.sh list             names, listeners and what each is
#   brokers.sh NAME install     install what NAME needs (root for Debian packages)
#   brokers.sh NAME start       start it, wait until it answers MQTT
#   brokers.sh NAME status      exit 0 when it runs and answers
#   brokers.sh NAME stop        stop it, by the pid recorded at the start
#   brokers.sh NAME kill        end it at once, as a crash would
#   brokers.sh NAME url         print the WebSocket URL
#   brokers.sh NAME tcp         print the TCP URL, with user name and password where it wants them
#   brokers.sh NAME tcp5        the same for version 5, where that has a port of its own
#   brokers.sh NAME versions    print the versions it speaks over TCP
#   brokers.sh NAME log         print its log
#
# NAME may be 'all'. Environment:
#   BROKERS_RUN         where state, logs and pid files go (default: brokers/ in the target folder)
#   BROKERS_PACKAGES    where packages go that are not the system's (default: in the tool cache)
#   BROKERS_PORT_BASE   first port (default 21800)
#   BROKERS_WAIT        seconds to wait for a start (default 60)
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

names() { for f in "$ROOT"/*/broker.env; do basename "$(dirname "$f")"; done; }

# Is pid $1 alive and still the process that was started (same start time)?
alive() {
    local pid=${1%% *} born=${1##* }
    [ -n "$pid" ] && [ -r "/proc/$pid/stat" ] && [ "$(birth "$pid")" = "$born" ]
}
birth() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

recorded() { cat "$RUN/pid" 2>/dev/null; }

# Answers MQTT: a CONNECT over TCP (or WebSocket where there is no TCP) gets a CONNACK.
healthy() { python3 "$ROOT/ready.py" "${TCP_PORT:+127.0.0.1:$TCP_PORT}" "$WS_URL" "$USERNAME" "$PASSWORD" 2>/dev/null; }

start() {
    if alive "$(recorded)"; then echo "$NAME: already running, pid $(recorded | cut -d' ' -f1)"; return 0; fi
    : > "$RUN/log"
    setsid bash "$HERE/start.sh" </dev/null >>"$RUN/log" 2>&1 &
    local pid=$! waited=0
    disown "$pid" 2>/dev/null
    sleep 0.2
    echo "$pid $(birth "$pid")" > "$RUN/pid"
    until healthy; do
        if ! alive "$(recorded)"; then
            echo "$NAME: exited during the start; log: $RUN/log" >&2
            rm -f "$RUN/pid"
            return 1
        fi
        waited=$((waited + 1))
        if [ "$waited" -ge $((${BROKERS_WAIT:-60} * 2)) ]; then
            echo "$NAME: no answer after ${BROKERS_WAIT:-60} s; log: $RUN/log" >&2
            stop
            return 1
        fi
        sleep 0.5
    done
    echo "$NAME: up, pid $pid, ${TCP_PORT:+mqtt://127.0.0.1:$TCP_PORT }$WS_URL"
}

# In order, or at once if $1 is KILL.
stop() {
    local record pid waited=0
    record=$(recorded)
    if ! alive "$record"; then
        rm -f "$RUN/pid"
        echo "$NAME: not running"
    else
        pid=${record%% *}
        [ "${1:-}" = KILL ] || kill -TERM "$pid" 2>/dev/null
        while [ "${1:-}" != KILL ] && alive "$record" && [ $waited -lt 60 ]; do
            sleep 0.25
            waited=$((waited + 1))
        done
        kill -KILL -- "-$pid" 2>/dev/null     # the rest of the process group that start made
        rm -f "$RUN/pid"
        echo "$NAME: stopped"
    fi
    # Processes beside the broker that start.sh recorded itself (one pid per file).
    local beside
    for beside in "$RUN"/*.beside; do
        [ -e "$beside" ] || continue
        alive "$(cat "$beside")" && kill -TERM "$(cut -d' ' -f1 "$beside")" 2>/dev/null
        rm -f "$beside"
    done
}

status() {
    local record
    record=$(recorded)
    if ! alive "$record"; then echo "$NAME: stopped"; return 3; fi
    if healthy; then
        echo "$NAME: up, pid ${record%% *}, $(memory "${record%% *}") MiB, ${TCP_PORT:+mqtt://127.0.0.1:$TCP_PORT }$WS_URL"
    else
        echo "$NAME: running, pid ${record%% *}, but no answer"
        return 1
    fi
}

# Resident MiB of a process and its children.
memory() {
    ps -eo pid=,ppid=,rss= | awk -v top="$1" '
        { parent[$1] = $2; rss[$1] = $3 }
        END { for (p in rss) { q = p; while (q && q != top) q = parent[q]; if (q == top) sum += rss[p] }
              printf "%d", sum / 1024 }'
}

one() {
    load_broker "$1"
    case $2 in
        install) bash "$HERE/install.sh" ;;
        start) start ;;
        stop) stop ;;
        kill) stop KILL ;;
        status) status ;;
        url) echo "$WS_URL" ;;
        tcp) echo "mqtt://${USERNAME:+$USERNAME:$PASSWORD@}127.0.0.1:$TCP_PORT" ;;
        tcp5) echo "mqtt://${USERNAME:+$USERNAME:$PASSWORD@}127.0.0.1:$V5_PORT" ;;
        versions) echo "$MQTT" ;;
        log) cat "$RUN/log" ;;
        *) usage ;;
    esac
}

usage() { sed -n '2,/^[^#]/{/^[^#]/d;s/^# \{0,1\}//;p}' "$ROOT/brokers.sh"; exit 2; }

[ $# -ge 1 ] || usage
if [ "$1" = list ]; then
    for n in $(names); do load_broker "$n"; printf '%-11s %-34s tcp %-6s %-32s %s\n' "$n" "$TITLE" "${TCP_PORT:--}" "${WS_URL:--}" "MQTT $MQTT"; done
    exit 0
fi
[ $# -eq 2 ] || usage
if [ "$1" = all ]; then
    rc=0
    for n in $(names); do (one "$n" "$2") || rc=1; done
    exit $rc
fi
[ -f "$ROOT/$1/broker.env" ] || { echo "no broker named $1; try: brokers.sh list" >&2; exit 2; }
one "$1" "$2"

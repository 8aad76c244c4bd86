# Shared by brokers.sh and by every install.sh and start.sh (sourced, not run).
#
# load_broker NAME sets:
#     HERE   the folder of this broker's files
#     RUN    where this broker keeps its state (below $BROKERS_RUN)
#     PKG    where the brokers' private packages are ($BROKERS_PACKAGES)
#     TCP_PORT, WS_PORT, WS_URL, ...   from the broker's broker.env
set -u
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
absolute() { case $1 in /*) echo "$1" ;; *) echo "$PWD/$1" ;; esac; }
export BROKERS_RUN=$(absolute "${BROKERS_RUN:-${CARGO_TARGET_DIR:-$ROOT/../../target}/brokers}")
export BROKERS_PACKAGES=$(absolute "${BROKERS_PACKAGES:-${MQTTSCOPE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/mqttscope}/brokers}")

# Where Debian puts servers.
export PATH=$PATH:/usr/sbin

# Every port is BROKERS_PORT_BASE plus the offset in broker.env.
export BROKERS_PORT_BASE=${BROKERS_PORT_BASE:-21800}

load_broker() {
    NAME=$1
    HERE=$ROOT/$NAME
    RUN=$BROKERS_RUN/$NAME
    PKG=$BROKERS_PACKAGES
    TITLE=$NAME TCP_PORT='' V5_PORT='' WS_PORT='' WS_URL='' MQTT='3.1 3.1.1 5' USERNAME='' PASSWORD=''
    . "$HERE/broker.env"
    [ -n "$V5_PORT" ] || V5_PORT=$TCP_PORT
    mkdir -p "$RUN" "$PKG"
}

port() { echo $((BROKERS_PORT_BASE + $1)); }

# fill TEMPLATE TARGET NAME=VALUE ...: write TARGET with every @NAME@ replaced.
fill() {
    local template=$1 target=$2 pair text
    shift 2
    text=$(cat "$template")
    for pair in "$@"; do text=${text//"@${pair%%=*}@"/"${pair#*=}"}; done
    printf '%s\n' "$text" > "$target"
}

# debian PACKAGE...: install Debian packages that are missing, without letting
# their maintainer scripts start the system-wide service. Only root can.
debian() {
    local p missing=() guard=/usr/sbin/policy-rc.d made=
    for p in "$@"; do
        [ "$(dpkg-query -W -f '${Status}' "$p" 2>/dev/null)" = 'install ok installed' ] || missing+=("$p")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "install ${missing[*]} with the system's package manager" >&2
        return 1
    fi
    if [ ! -e $guard ]; then
        printf '#!/bin/sh\nexit 101\n' > $guard && chmod 755 $guard && made=1
    fi
    local rc=0
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -qq)
    local install=("${apt[@]}" install -y --no-install-recommends "${missing[@]}")
    # A machine that is new may not know any packages yet.
    { "${install[@]}" || { "${apt[@]}" update && "${install[@]}"; }; } >/dev/null || rc=$?
    [ -z "$made" ] || rm -f $guard
    return $rc
}

# crate NAME VERSION BINARY [cargo install options]: build a crate's binary
# below $PKG/cargo unless that version is already there.
crate() {
    local name=$1 version=$2 binary=$3
    shift 3
    if [ -x "$PKG/cargo/bin/$binary" ] && grep -q "^\"$name $version " "$PKG/cargo/.crates.toml" 2>/dev/null; then
        return 0
    fi
    # Not into the project's target folder.
    env -u CARGO_TARGET_DIR cargo install "$name@$version" --root "$PKG/cargo" "$@"
}

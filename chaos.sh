#!/usr/bin/env bash
# Runs the platform as separate processes, two of each service, under a load of batches of all kinds while processes, servers and
# networks fail at random; then holds what became of every job against what was promised, and prints a report in numbers.
#
#   ./chaos.sh [MINUTES]    2 unless given; BP_CHAOS_SEED=N draws the same batches and faults again
#
# Ends with 0 when nothing was lost, nothing counted twice, and every fault was recovered from within 30 s.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

case ${1:-2} in
  *[!0-9.]*) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' chaos.sh >&2; exit 2 ;;
esac
export BP_CHAOS_MINUTES=${1:-2} BP_TEST_HOME=${BP_TEST_HOME:-/tmp/batchplatform-tests}
dotnet build tests/Chaos.Tests --configuration Release --nologo --verbosity quiet
exec dotnet test tests/Chaos.Tests --no-build --configuration Release --nologo --filter 'FullyQualifiedName~.ChaosTests.' \
  --logger 'console;verbosity=detailed'

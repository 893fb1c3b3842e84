#!/usr/bin/env bash
# Lists the NuGet packages that the programs ship with, each with its licence, in docs/licences.md. A licence that is not
# known below is refused: somebody has to read it first.
#
#   deploy/licences.sh           writes the list
#   deploy/licences.sh --check   fails when the list is stale
#
# What ships stands in each program's deps.json: build first (dotnet build -c Release; CONFIGURATION names another).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

list=docs/licences.md
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}

# What may ship, and why.
declare -A allowed=(
  [MIT]='asks for its notice to be kept'
  [Apache-2.0]='asks for its notice to be kept and changes to be told; grants patents'
  [BSD-2-Clause]='asks for its notice to be kept'
  [BSD-3-Clause]='asks for its notice to be kept, and its names not to be used'
  [PostgreSQL]='asks for its notice to be kept'
  ['Public domain']='asks for nothing'
  [MS-SNI]='the terms of Microsoft.Data.SqlClient.SNI: may be passed on in object code as part of a program'
)

# Packages that bring their licence as a file: which it is, and the words in it that say so.
declare -A in_file=(
  [ncrontab.signed]='Apache-2.0|Apache License'
  [sourcegear.sqlite3]='Public domain|SQLite is Public Domain'
  [microsoft.data.sqlclient.sni.runtime]='MS-SNI|MICROSOFT.DATA.SQLCLIENT.SNI LIBRARY'
)

die() { echo "licences: $*" >&2; exit 1; }

# Each "package version program" of all programs.
shipped() {
  local program project deps
  for program in gateway services/*/Program.cs; do
    program=${program%/Program.cs}
    project=$(basename "$program"/*.csproj .csproj)
    deps=$(find "$program/bin/${CONFIGURATION:-Release}" -name "$project.deps.json" 2> /dev/null | head -1)
    [ -n "$deps" ] || die "$program is not built: dotnet build -c ${CONFIGURATION:-Release}"
    awk -v program="$(basename "$program")" '
      /^    "[^"]+\/[^"]+": \{$/ { split($1, parts, /["\/]/) }
      /^      "type": "package"/ { print parts[2], parts[3], program }' "$deps"
  done
}

# licence_of PACKAGE VERSION: its name; fails when it is not known.
licence_of() {
  local id=${1,,} folder nuspec licence file words
  folder=$packages/$id/${2,,}
  nuspec=$folder/$id.nuspec
  [ -r "$nuspec" ] || die "$nuspec is not there: dotnet restore"
  licence=$(sed -n 's/.*<license type="expression">\([^<]*\)<.*/\1/p' "$nuspec")
  if [ -z "$licence" ]; then
    file=$(sed -n 's/.*<license type="file">\([^<]*\)<.*/\1/p' "$nuspec")
    [ -n "${in_file[$id]:-}" ] && [ -n "$file" ] || die "$1 names no licence: read ${file:-its page}, then add it to in_file"
    licence=${in_file[$id]%|*} words=${in_file[$id]#*|}
    grep -qF -- "$words" "$folder/$file" || die "$1 has another licence than it had: read $file"
  fi
  echo "$licence"
}

# Of several by choice (A OR B), one is enough.
is_allowed() {
  local choice
  while read -r choice; do [ -z "${allowed[$choice]:-}" ] || return 0; done <<< "${1// OR /$'\n'}"
  return 1
}

write() {
  printf '# Licences\n\nWhat the programs ship with beside our own code ([MIT](../LICENSE)). Written by `deploy/licences.sh`; `./test.sh` fails when it is stale\nor a licence is not known.\n\n'
  printf '| package | version | licence | in |\n|---|---|---|---|\n'
  local lines package version programs licence
  lines=$(gathered) || exit 1
  while read -r package version programs; do
    licence=$(licence_of "$package" "$version") || exit 1
    is_allowed "$licence" || die "$package $version is licensed $licence, which is not known: read it, then add it to allowed"
    printf '| %s | %s | %s | %s |\n' "$package" "$version" "$licence" "${programs// /, }"
  done <<< "$lines"
  printf '\n| licence | |\n|---|---|\n'
  for licence in "${!allowed[@]}"; do printf '| %s | %s |\n' "$licence" "${allowed[$licence]}"; done | LC_ALL=C sort
}

# One line for each package and version: with all its programs.
gathered() {
  shipped | LC_ALL=C sort -f -k1,1 -k2,2 -k3,3 | awk '
    $1 " " $2 != last { if (last) print line; last = line = $1 " " $2 }
    { line = line " " $3 }
    END { if (last) print line }'
}

text=$(write) || exit 1
case ${1:-} in
  '') printf '%s\n' "$text" > "$list" ;;
  --check) [ "$text" = "$(cat "$list" 2> /dev/null)" ] || die "$list is stale: run deploy/licences.sh" ;;
  *) die 'usage: deploy/licences.sh [--check]' ;;
esac

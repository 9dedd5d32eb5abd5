#!/usr/bin/env bash
# Gets the modules of upstream.lock into Go's module cache, checks their sums, and links their folders below
# OUT/src under their import paths, where protoc and the schema compiler find them.
#
#   schema/fetch.sh OUT
#
# Needs any Go since 1.18 (nothing is compiled with it); the network only for what the cache lacks.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?usage: schema/fetch.sh OUT}
command -v go >/dev/null || { echo "schema/fetch.sh: no go on the PATH: install golang-go" >&2; exit 1; }
# The lock holds the sums, so no checksum database is asked; no newer Go is fetched to read a go.mod.
export GOTOOLCHAIN=local GOFLAGS=-mod=mod GONOSUMDB='*' GONOSUMCHECK=1 GOSUMDB=off GOWORK=off
empty=$(mktemp -d)
trap 'rm -rf "$empty"' EXIT
mkdir -p "$out"
rm -rf "$out/src"
grep -v '^#' "$here/upstream.lock" | while read -r module version sum; do
  [ -n "$module" ] || continue
  answer=$(cd "$empty" && go mod download -json "$module@$version") || { echo "$answer" >&2; exit 1; }
  field() { printf '%s' "$answer" | sed -n "s/^\t\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p"; }
  [ "$(field Sum)" = "$sum" ] || {
    echo "schema/fetch.sh: $module@$version has the sum $(field Sum), upstream.lock says $sum" >&2
    exit 1
  }
  mkdir -p "$(dirname "$out/src/$module")"
  ln -sfn "$(field Dir)" "$out/src/$module"
done

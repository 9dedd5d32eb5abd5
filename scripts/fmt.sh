#!/usr/bin/env bash
# Formats the C++ sources in place, or those that are named; with --check changes nothing and fails, naming each file
# and line:  scripts/fmt.sh [--check] [FILE...]
set -euo pipefail
source "$(dirname "$0")/lib.sh"
tool=$(command -v clang-format-19 || true)
[ -n "$tool" ] || skip "clang-format-19 is missing; scripts/install-deps.sh check installs it"
check=
if [ "${1:-}" = --check ]; then
  check=1
  shift
fi
files=("$@")
if [ $# -eq 0 ]; then
  mapfile -t files < <(git ls-files -co --exclude-standard -- 'src/*.cc' 'src/*.h' 'bench/*.cc' 'tests/*.cc' 'tests/*.h')
fi
existing=()
for f in ${files[@]+"${files[@]}"}; do [ ! -f "$f" ] || existing+=("$f"); done
[ ${#existing[@]} -gt 0 ] || skip "no sources"
if [ -n "$check" ]; then
  if printf '%s\n' "${existing[@]}" | xargs -P "$(nproc)" -n 16 "$tool" --dry-run -Werror 2>&1; then exit 0; fi
  die "not formatted: run  make fmt"
fi
printf '%s\n' "${existing[@]}" | xargs -P "$(nproc)" -n 16 "$tool" -i

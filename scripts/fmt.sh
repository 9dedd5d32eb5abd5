#!/usr/bin/env bash
# Formats the C++ sources in place; with --check changes nothing and fails, naming each file and line.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
tool=$(command -v clang-format-19 || true)
[ -n "$tool" ] || skip "clang-format-19 is missing; scripts/install-deps.sh check installs it"
mapfile -t files < <(git ls-files -co --exclude-standard -- 'src/*.cc' 'src/*.h' 'bench/*.cc' 'tests/*.cc' 'tests/*.h' | sort -u)
existing=()
for f in ${files[@]+"${files[@]}"}; do [ ! -f "$f" ] || existing+=("$f"); done
[ ${#existing[@]} -gt 0 ] || skip "no sources"
if [ "${1:-}" = --check ]; then
  if printf '%s\n' "${existing[@]}" | xargs -P "$(nproc)" -n 16 "$tool" --dry-run -Werror 2>&1; then exit 0; fi
  die "not formatted: run  make fmt"
fi
printf '%s\n' "${existing[@]}" | xargs -P "$(nproc)" -n 16 "$tool" -i

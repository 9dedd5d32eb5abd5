#!/usr/bin/env bash
# The tour of `make up`, on simulated nodes and (as root) on real containers, each twice, and what it leaves behind
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
proa=$(readlink -f "${PROA:-build/dev/proa}" || true)
[ -x "${proa:-none}" ] || skip "proa is not built (make build)"
source scripts/throwaway.sh
export PROA=$proa
passed=0 failed=0 skipped=0

tour() { # name, flags...
  local name=$1 round
  shift
  rm -rf "$data_dir"
  remember_traces
  for round in first second; do
    if scripts/tour.sh --data-dir "$data_dir" --listen "$listen" --kubeconfig "$KUBECONFIG" "$@" >"$work/tour.log" 2>&1; then
      echo "$name, $round time: ok; $(sed -n 's/^\(The tour took [0-9.]* s\).*/\1/p; s/^# \([0-9]* requests.*\)/\1/p' "$work/tour.log" | paste -sd ';')"
      passed=$((passed + 1))
    else
      echo "$name, $round time: failed"
      tail -n 25 "$work/tour.log"
      failed=$((failed + 1))
    fi
  done
  if "$proa" down --data-dir "$data_dir" && count_leftovers; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
tour "simulated nodes" --simulate 3
if lacks=$(scripts/preflight.sh); then
  need_port 8090
  tour "real containers"
else
  echo "real containers: left out, this machine lacks $(head -n 1 <<<"$lacks")"
  skipped=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

#!/usr/bin/env bash
# Runs the scenarios of green.txt (with a real kubectl) and of green-proa.txt (with `proa kubectl`) on real
# containers, in a cluster that is thrown away, and checks that nothing of it is left.
#   tests/acceptance/run-green.sh [NAME...]      runs those scenarios, with both clients
# PROA is the program under test (default: build/dev/proa); KEEP_GOING=1 goes on after a failed step; VERBOSE=1
# prints what each step printed; LACKS as in README.md. NAMES="01 05" is the same as arguments.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/lib.sh"
proa=$(readlink -f "${PROA:-build/dev/proa}" || true)
names=("$@")
[ ${#names[@]} -gt 0 ] || read -ra names <<<"${NAMES:-}"

listed() { sed 's/#.*//' "$here/$1" | tr -s ' \n' '\n' | sed '/^$/d'; }
if [ ${#names[@]} -gt 0 ]; then
  green=("${names[@]}") green_proa=("${names[@]}")
else
  mapfile -t green < <(listed green.txt)
  mapfile -t green_proa < <(listed green-proa.txt)
fi
[ $((${#green[@]} + ${#green_proa[@]})) -gt 0 ] || skip "no scenario is listed in green.txt or green-proa.txt yet"
[ -x "${proa:-none}" ] || skip "proa is not built (make build)"
lacks=$(scripts/preflight.sh) || skip "this machine can't run containers: $(head -n 1 <<<"$lacks")"

source scripts/throwaway.sh
passed=0 failed=0 skipped=0
add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }
need_port 8090 # the first of those that the scenarios' load balancers use
remember_traces

# --- the cluster and its images ----------------------------------------------
began=$(date +%s%N)
"$proa" up --data-dir "$data_dir" --listen "$listen" --kubeconfig "$KUBECONFIG" || {
  tail -n 20 "$data_dir"/*.log 2>/dev/null || true
  die "the cluster did not start"
}
echo "cluster: up in $(seconds_since "$began") s"
began=$(date +%s%N)
DOCKER="$proa image" "$here/images/build-all.sh" >"$work/images.log" 2>&1 || {
  tail -n 20 "$work/images.log"
  die "the images could not be built"
}
echo "images: built in $(seconds_since "$began") s"

# --- the scenarios -----------------------------------------------------------
flags=(${KEEP_GOING:+--keep-going} ${VERBOSE:+-v})
scenarios() { # client command, scenario...
  local client=$1 out=$work/run.log status=0
  shift
  [ $# -gt 0 ] || return 0
  echo "with $client: $*"
  KUBECTL=$client DOCKER="$proa image" PATH="$(dirname "$proa"):$PATH" \
    "$here/run.py" ${flags[@]+"${flags[@]}"} "$@" 2>&1 | tee "$out" | sed -u '/^[0-9]* passed, [0-9]* failed, [0-9]* skipped$/d' || status=$?
  local counts
  counts=$(tail -n 1 "$out" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
  # shellcheck disable=SC2086
  if [ -n "$counts" ]; then add $counts; else add 0 1 0; fi
}
real_kubectl() { # the program itself, where `kubectl` only chooses one
  local tool beside
  beside=$(dirname "$(readlink -f "$(command -v kubectl || true)")")
  for tool in kubectl.1.32 "$beside/kubectl.1.32" kubectl; do
    tool=$(command -v "$tool") && "$tool" version --client >/dev/null 2>&1 && echo "$tool" && return
  done
  return 1
}
if [ ${#green[@]} -gt 0 ]; then
  if client=$(real_kubectl); then
    scenarios "$client" "${green[@]}"
  else
    echo "there is no kubectl on this machine: its scenarios run with proa kubectl alone"
    scenarios "$proa kubectl" "${green[@]}"
  fi
fi
scenarios "$proa kubectl" ${green_proa[@]+"${green_proa[@]}"}

# --- what is left of it ------------------------------------------------------
"$proa" down --data-dir "$data_dir" || add 0 1 0
if count_leftovers; then add 1 0 0; else add 0 1 0; fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

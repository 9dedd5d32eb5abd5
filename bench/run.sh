#!/usr/bin/env bash
# `make bench`: measures Proa and, in the same run, kube-apiserver and etcd, and prints both sides and their ratio.
#   PHASES="seq conc get …"   the load generator's phases (bench/kube/run-phases.sh names them all)
#   QUICK=1                   seq, conc and get only
#   REFERENCE=no              Proa alone; REFERENCE=build builds the reference when it is missing (20 minutes, once)
#   PROA=FILE                 the program to measure (default: the release build)
#   ANCHORS_DIR=D             where the reference and the load generator are, or are built (default: build/bench)
# The load generator and the reference need Go 1.25; without it only what needs no client is measured, and it says so.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
kit=$PWD/bench/kube
export ANCHORS_DIR=${ANCHORS_DIR:-$PWD/build/bench}
out=$PWD/build/bench/results
phases=${PHASES:-seq conc get update pods list watch100 watch1000 rss}
[ -z "${QUICK:-}" ] || phases=${PHASES:-seq conc get}
mkdir -p "$ANCHORS_DIR/bin" "$out"
rm -f "$out"/*.jsonl
work=$(mktemp -d -t proa-bench.XXXXXX)
reference_run=''
cleanup() {
  [ ! -e "$work/up" ] || "$proa" down --data-dir "$work/data" >/dev/null 2>&1 || true
  [ -z "$reference_run" ] || "$kit/stop-kube.sh" "$reference_run" --rm >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT
say() { echo "$dim# $*$plain"; }

# --- what there is to measure with -------------------------------------------
go_fits() { # Go 1.25 or newer
  command -v go >/dev/null || return 1
  local version
  version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) && [[ $version =~ ^go1\.([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 25 ]
}
loadgen=$ANCHORS_DIR/bin/loadgen
if [ ! -x "$loadgen" ] || [ -n "$(find "$kit/loadgen" -newer "$loadgen" -name '*.go' 2>/dev/null)" ]; then
  if go_fits; then
    say "building the load generator"
    (cd "$kit/loadgen" && go build -o "$loadgen" .)
  else
    say "no load generator: it needs Go 1.25 (found: $(go version 2>/dev/null || echo none)); only start, memory and idle CPU are measured"
    loadgen=''
  fi
fi
with_reference() {
  [ "${REFERENCE:-auto}" != no ] || { say "the reference side is left out (REFERENCE=no)"; return 1; }
  [ -x "$ANCHORS_DIR/bin/kube-apiserver" ] && [ -x "$ANCHORS_DIR/bin/etcd" ] && return 0
  if [ "${REFERENCE:-auto}" = build ] && go_fits; then
    say "building the reference (15 to 20 minutes, once)"
    "$kit/build-kube.sh" etcd kube-apiserver kube-controller-manager kube-scheduler kwok && return 0
  fi
  if go_fits; then
    say "no reference side: REFERENCE=build make bench builds it (15 to 20 minutes, once)"
  else
    say "no reference side: building it needs Go 1.25 (found: $(go version 2>/dev/null || echo none))"
  fi
  return 1
}
if [ -z "${PROA:-}" ]; then scripts/build.sh release proa; fi
proa=$(readlink -f "${PROA:-build/release/proa}" || true)
[ -x "${proa:-none}" ] || skip "proa is not built"

# --- one side ----------------------------------------------------------------
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
note() { # side metric value
  printf '{"phase": "%s", "label": "%s", "result": {"value": %s}}\n' "$2" "$1" "$3" >>"$out/$1.jsonl"
}
idle() { # side: CPU of the recorded processes over 20 quiet seconds, and their memory
  python3 bench/idle.py "$work/$1.pids" "${IDLE_SECONDS:-20}" >"$work/idle"
  grep -q idle_cpu "$work/idle" || die "the idle figures of $1 could not be taken"
  while read -r metric value; do note "$1" "$metric" "$value"; done <"$work/idle"
}
load() { # side kubeconfig
  [ -n "$loadgen" ] || return 0
  # shellcheck disable=SC2086
  KUBECONFIG=$2 PIDS_FILE=$work/$1.pids BENCH_OUT=$out/$1.jsonl BENCH_LABEL=$1 LOADGEN=$loadgen \
    "$kit/run-phases.sh" $phases >"$out/$1.log" 2>&1 || tail -n 5 "$out/$1.log"
  grep -h '^FAILED' "$out/$1.log" || true
}
rollout() { # side kubeconfig nodes-to-make
  [ -n "$loadgen" ] || return 0
  KUBECONFIG=$2 PIDS_FILE=$work/$1.pids BENCH_OUT=$out/$1.jsonl BENCH_LABEL=$1 \
    timeout 600 "$loadgen" rollout -replicas 1000 -nodes "$3" -timeout 9m30s >>"$out/$1.log" 2>&1 ||
    say "the rollout of $1 did not complete: $out/$1.log"
}
proa_up() { # flags: starts in a fresh data directory, prints the seconds
  rm -rf "$work/data"
  local began port
  port=$(free_port)
  touch "$work/up"
  began=$(date +%s%N)
  "$proa" up --data-dir "$work/data" --listen "127.0.0.1:$port" --kubeconfig "$work/kubeconfig" "$@" >"$work/up.log" 2>&1 ||
    { cat "$work/up.log" >&2; die "proa up $* failed"; }
  awk -v a="$began" -v b="$(date +%s%N)" 'BEGIN {printf "%.3f\n", (b - a) / 1e9}'
  sed -n 's/.*"pid": *\([0-9]*\).*/proa \1/p' "$work/data/proa.json" >"$work/proa.pids"
}
proa_down() {
  rm -f "$work/up"
  "$proa" down --data-dir "$work/data" >/dev/null
}

measure_proa() {
  local _ ready=()
  for _ in 1 2 3 4 5; do
    ready+=("$(proa_up --no-node)")
    proa_down
  done
  note proa ready_s "$(printf '%s\n' "${ready[@]}" | sort -n | sed -n 3p)"
  if [ "$(id -u)" = 0 ] && scripts/preflight.sh >/dev/null; then
    note proa ready_with_node_s "$(proa_up)"
    proa_down
  else
    say "ready with a node: left out, this machine can't run containers"
  fi
  proa_up --no-node >/dev/null
  idle proa
  load proa "$work/kubeconfig"
  proa_down
  if [ -n "$loadgen" ] && [ -z "${QUICK:-}" ]; then
    proa_up --simulate 20 >/dev/null
    rollout proa "$work/kubeconfig" 0
    proa_down
  fi
}
measure_reference() {
  reference_run=$work/kube
  "$kit/start-kube.sh" --run-dir "$reference_run" >"$work/kube.out"
  cp "$reference_run/pids" "$work/kube.pids"
  note kube ready_s "$(sed -n 's/^etcd_and_apiserver_ready_s=//p' "$work/kube.out")"
  idle kube
  load kube "$reference_run/kubeconfig"
  "$kit/stop-kube.sh" "$reference_run" --rm >/dev/null
  if [ -n "$loadgen" ] && [ -z "${QUICK:-}" ] && [ -x "$ANCHORS_DIR/bin/kwok" ]; then
    "$kit/start-kube.sh" --run-dir "$reference_run" --all --fast-clients >"$work/kube.out"
    cp "$reference_run/pids" "$work/kube.pids"
    rollout kube "$reference_run/kubeconfig" 20
    "$kit/stop-kube.sh" "$reference_run" --rm >/dev/null
  fi
  reference_run=''
}

say "Proa"
measure_proa
if with_reference; then
  say "kube-apiserver and etcd"
  measure_reference
fi
python3 bench/table.py "$out"

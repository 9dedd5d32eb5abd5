#!/usr/bin/env bash
# The API beside kube-apiserver 1.36: the same requests to both, answers compared.
#   REFERENCE_DIR=folder tests/reference/run.sh [SECTION...]     sections are those of cases/*.txt
# REFERENCE_DIR holds bin/ with etcd, kube-apiserver, kube-controller-manager (bench/kube/build-kube.sh makes them).
# Without it this is skipped. PROA is the program under test.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/lib.sh"
proa=$(readlink -f "${PROA:-build/dev/proa}" || true)
[ -x "${proa:-none}" ] || skip "proa is not built (make build)"
[ -x "${REFERENCE_DIR:-none}/bin/kube-apiserver" ] || skip "REFERENCE_DIR names no folder with bin/kube-apiserver"

source scripts/throwaway.sh
reference=$work/reference
trap 'bench/kube/stop-kube.sh "$reference" >"$work/stop.log" 2>&1 || cat "$work/stop.log"; end_throwaway' EXIT
base=$(python3 -c 'import random; print(random.randrange(20000, 30000, 10))')
ANCHORS_DIR=$REFERENCE_DIR bench/kube/start-kube.sh --run-dir "$reference" --kcm --scheduler --port-base "$base" \
  --unsafe-no-fsync >"$work/start.log" || die "the reference did not start: $(cat "$work/start.log")"
"$proa" up --no-node --data-dir "$data_dir" --listen "$listen" --kubeconfig "$KUBECONFIG" >"$work/start.log" ||
  die "the cluster did not start: $(cat "$work/start.log")"
python3 -B "$here/compare.py" "$reference/kubeconfig" "$KUBECONFIG" "$here"/cases/*.txt "$@"

#!/usr/bin/env bash
# The command line beside a real kubectl: the same commands through both, compared to the byte.
#   tests/cli/run.sh [SECTION...]        sections are those of cases.txt; PROA is the program under test
# Runs on simulated nodes, in a cluster that is thrown away. Without a kubectl on the machine it is skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/lib.sh"
proa=$(readlink -f "${PROA:-build/dev/proa}" || true)
[ -x "${proa:-none}" ] || skip "proa is not built (make build)"
# A `kubectl` may only choose between versions: its texts are compared with those of 1.32.
beside=$(dirname "$(readlink -f "$(command -v kubectl || true)")")
for tool in kubectl.1.32 "$beside/kubectl.1.32" kubectl; do
  kubectl=$(command -v "$tool") && "$kubectl" version --client >/dev/null 2>&1 && break
  kubectl=''
done
[ -n "$kubectl" ] || skip "there is no kubectl on this machine to compare with"

source scripts/throwaway.sh
"$proa" up --simulate 1 --data-dir "$data_dir" --listen "$listen" --kubeconfig "$KUBECONFIG" ||
  die "the cluster did not start"
# Both are called kubectl: the name stands in CHANGE-CAUSE and in error texts.
mkdir -p "$work/theirs" "$work/ours"
ln -s "$kubectl" "$work/theirs/kubectl"
ln -s "$proa" "$work/ours/kubectl"
python3 "$here/compare.py" "$work/theirs/kubectl" "$work/ours/kubectl" "$here/cases.txt" "$@"

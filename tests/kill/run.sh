#!/usr/bin/env bash
# kill -9 of the server at random moments under 32 writers, 50 times: nothing acknowledged is lost, no watch has a gap
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/lib.sh"
proa=$(readlink -f "${PROA:-build/dev/proa}" || true)
[ -x "${proa:-none}" ] || skip "proa is not built (make build)"
source scripts/throwaway.sh
python3 "$here/kill.py" "$proa" "$data_dir" "$listen" "$KUBECONFIG"

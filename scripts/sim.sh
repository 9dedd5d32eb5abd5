#!/usr/bin/env bash
# Simulated rollouts under random faults:  SEEDS=n scripts/sim.sh, or SEED=n for exactly one seed.
# The runner is build/dev/sim_run; it prints the seed of each failure and ends with
# "N passed, N failed, N skipped".
set -euo pipefail
source "$(dirname "$0")/lib.sh"
dir=${BUILD:-build/dev}
if [ -f src/sim/sim_run.cc ] && [ -z "${BUILD:-}" ]; then scripts/build.sh dev sim_run; fi
[ -x "$dir/sim_run" ] || skip "the simulation's runner ($dir/sim_run) is not built"
if [ -n "${SEED:-}" ]; then exec "$dir/sim_run" --seed "$SEED"; fi
exec "$dir/sim_run" --seeds "${SEEDS:-1000}"

#!/usr/bin/env bash
# `make up`: installs what is missing, builds, starts a cluster and takes the tour. A second run costs
# no more than the tour. SIMULATE=N takes N simulated nodes instead of containers.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
if [ -n "${SIMULATE:-}" ] || [ "$(id -u)" != 0 ]; then
  scripts/install-deps.sh build
else
  scripts/install-deps.sh build run
fi
scripts/build.sh release proa
flags=()
if [ -n "${SIMULATE:-}" ]; then
  flags+=(--simulate "$SIMULATE")
  # Data of their own: simulated nodes would be strangers to a cluster that has run containers.
  if [ "$(id -u)" = 0 ]; then flags+=(--data-dir /var/lib/proa-simulated); fi
fi
exec scripts/tour.sh ${flags[@]+"${flags[@]}"}

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
exec scripts/tour.sh ${SIMULATE:+--simulate "$SIMULATE"}

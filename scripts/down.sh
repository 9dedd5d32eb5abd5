#!/usr/bin/env bash
# `make down`: stops the cluster that `make up` started, its containers too. The data stay.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
if [ ! -x bin/proa ]; then
  echo "Nothing to stop: bin/proa is not built yet."
  exit 0
fi
if [ "$(id -u)" = 0 ] && [ -e /var/lib/proa-simulated/proa.json ]; then
  bin/proa down --data-dir /var/lib/proa-simulated
  # A real cluster may not be there at all then.
  [ -e /var/lib/proa/proa.json ] || exit 0
fi
exec bin/proa down

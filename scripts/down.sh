#!/usr/bin/env bash
# `make down`: stops the cluster that `make up` started, its containers too. The data stay.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
if [ ! -x bin/proa ]; then
  echo "Nothing to stop: bin/proa is not built yet."
  exit 0
fi
exec bin/proa down

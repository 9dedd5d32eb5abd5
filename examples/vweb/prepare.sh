#!/bin/sh
# Puts this machine's static busybox beside the Dockerfile (Debian: apt-get install busybox-static).
set -eu
cd "$(dirname "$0")"
busybox=$(command -v busybox) || { echo "busybox is missing: apt-get install busybox-static" >&2; exit 1; }
cmp -s "$busybox" busybox || install -m 0755 "$busybox" busybox

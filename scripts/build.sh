#!/usr/bin/env bash
# Configures and builds into build/PRESET:  scripts/build.sh PRESET [TARGET...]
# Presets: dev (tests), release (what users run), asan, tsan.
# The build fetches the pinned schema modules when they are not there yet.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
preset=${1:-dev}
shift || true
jobs=${JOBS:-$(nproc)}

# A quiet configure step: its output matters only when it fails.
mkdir -p "build/$preset"
if [ ! -f "build/$preset/build.ninja" ]; then
  cmake --preset "$preset" >"build/$preset/configure.log" 2>&1 || {
    cat "build/$preset/configure.log" >&2
    die "cmake could not configure; scripts/install-deps.sh installs what the build needs"
  }
fi
ninja -C "build/$preset" -j "$jobs" "$@"

# One name for the program, whichever preset was built last, for people and for the tour.
if [ -x "build/$preset/proa" ] && [[ $preset == release || $preset == dev ]]; then
  mkdir -p bin
  ln -sfn "../build/$preset/proa" bin/proa
fi

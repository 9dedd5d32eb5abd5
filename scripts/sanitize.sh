#!/usr/bin/env bash
# Unit tests and a short simulation, built with a sanitizer:  scripts/sanitize.sh asan|tsan
set -euo pipefail
source "$(dirname "$0")/lib.sh"
preset=${1:?usage: scripts/sanitize.sh asan|tsan}
scripts/install-deps.sh build
scripts/build.sh "$preset"
export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
scripts/unit.py "build/$preset"
BUILD="build/$preset" SEEDS=${SEEDS:-50} scripts/sim.sh || [ $? = 77 ]

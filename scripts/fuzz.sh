#!/usr/bin/env bash
# Fuzzes every parser that meets the network: each src/**/*_fuzz.cc is one libFuzzer program.
#   SECONDS_EACH=n (default 60)     scripts/fuzz.sh [NAME...]      a finding is kept in build/fuzz/findings/
set -euo pipefail
source "$(dirname "$0")/lib.sh"
mapfile -t sources < <(git ls-files -co --exclude-standard -- 'src/*_fuzz.cc')
[ ${#sources[@]} -gt 0 ] || skip "no fuzzer is written yet: src/<room>/<parser>_fuzz.cc with LLVMFuzzerTestOneInput"
scripts/install-deps.sh build fuzz
dir=build/fuzz
if [ ! -f $dir/build.ninja ]; then
  cmake -S . -B $dir -G Ninja -DCMAKE_BUILD_TYPE=Dev -DCMAKE_C_COMPILER=clang-19 -DCMAKE_CXX_COMPILER=clang++-19 \
    -DPROA_SANITIZE=address,undefined,fuzzer-no-link -DPROA_FUZZ=ON -DCMAKE_CXX_FLAGS="-Wno-unknown-warning-option -Wno-deprecated-declarations" >$dir.log 2>&1 || { cat $dir.log >&2; die "cmake could not configure"; }
fi
ninja -C $dir -j "${JOBS:-$(nproc)}" fuzzers
passed=0 failed=0
for source in "${sources[@]}"; do
  name=$(basename "$source" .cc)
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  mkdir -p "$dir/corpus/$name" "$dir/findings/$name"
  seeds=${source%_fuzz.cc}_corpus # inputs that are worth beginning with, kept beside the source
  if "$dir/$name" -max_total_time="${SECONDS_EACH:-60}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$dir/findings/$name/" "$dir/corpus/$name" $([ ! -d "$seeds" ] || echo "$seeds") >"$dir/$name.log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$name.log") inputs, nothing found"
    passed=$((passed + 1))
  else
    grep -m 5 -E 'ERROR|SUMMARY|runtime error|Test unit written' "$dir/$name.log" || tail -n 5 "$dir/$name.log"
    echo "$name: found something; replay it with  $dir/$name FILE"
    failed=$((failed + 1))
  fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]

#!/usr/bin/env bash
# Real harm to real clusters, and that they heal: killed processes, a full disk, taken ports, damaged files
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../../scripts/lib.sh"
proa=$(readlink -f "${PROA:-build/dev/proa}" || true)
[ -x "${proa:-none}" ] || skip "proa is not built (make build)"
source scripts/throwaway.sh
passed=0 failed=0 skipped=0
kubectl() { "$proa" kubectl "$@"; }

# --- cases -------------------------------------------------------------------
check() { # what it shows, function: run until its first failing command; the last line of a good one is told
  local name=$1 status=0 began said=$work/said
  began=$(date +%s%N)
  rm -f "$work/stop"
  set +e
  (trap end_jobs EXIT; set -e; "$2") >"$said" 2>&1
  status=$?
  set -e
  case $status in
    0) tell ok "$name: $(tail -n 1 "$said") ($(seconds_since "$began") s)" ;;
    77) tell "left out" "$name: $(sed -n 's/^skipped: //p' "$said")" ;;
    *)
      tell FAILED "$name ($(seconds_since "$began") s), having said:"
      { tail -n 15 "$said"; kubectl get pods -o wide; tail -n 15 "$data_dir/server.log"; } 2>&1 | sed 's/^/    /' ;;
  esac
}
tell() { # ok | FAILED | left out, what: a line, and counted
  echo "$1: $2"
  case $1 in
    ok) passed=$((passed + 1)) ;;
    FAILED) failed=$((failed + 1)) ;;
    *) skipped=$((skipped + 1)) ;;
  esac
}
end_jobs() { # of a case, however it ended
  set +e
  touch "$work/stop"
  # shellcheck disable=SC2046
  kill $(jobs -p) 2>/dev/null
  wait
}
within() { # seconds, command...: asked again until it is so
  local end=$((SECONDS + $1))
  shift
  until "$@" >"$work/asked" 2>&1; do
    [ $SECONDS -lt $end ] || { tail -n 3 "$work/asked"; die "in vain was waited for: $*"; }
    sleep 0.05
  done
}
need_root() { [ "$(id -u)" = 0 ] || skip "it needs root"; }

# --- processes ---------------------------------------------------------------
up() { "$proa" up --data-dir "$data_dir" --listen "$listen" --kubeconfig "$KUBECONFIG" "$@"; }
server_pid() { sed -n 's/.*"pid": *\([0-9]*\).*/\1/p' "$data_dir/proa.json"; }
gone() { [ ! -e "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"; }
kill_9() { # process...: all at once; back when they are gone
  local pid
  kill -9 "$@"
  for pid in "$@"; do within 5 gone "$pid"; done
}

# --- writes ------------------------------------------------------------------
write_on() { # label: makes ConfigMaps until told to stop, and notes each that was acknowledged
  local n=0
  while [ ! -e "$work/stop" ]; do
    n=$((n + 1))
    if kubectl create configmap "$1-$n" --from-literal=n=$n >/dev/null 2>&1; then echo "$1-$n" >>"$work/acknowledged"; fi
  done
}
nothing_is_lost() { # of what was acknowledged
  kubectl get configmaps -o jsonpath='{range .items[*]}{.metadata.name}{"\n"}{end}' | sort >"$work/found"
  sort "$work/acknowledged" | comm -23 - "$work/found" >"$work/lost"
  [ ! -s "$work/lost" ] || die "lost: $(paste -sd ' ' "$work/lost")"
}

source "$here/control-plane.sh"
source "$here/containers.sh"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

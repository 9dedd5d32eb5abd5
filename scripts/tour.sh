#!/usr/bin/env bash
# The tour that `make up` ends with: a rollout, from images to undo. Prints each command as a user would type it,
# and its output; ends with status 1 when something is not as it should be. Leaves the cluster up.
#   scripts/tour.sh [--simulate N] [--data-dir D] [--listen HOST:PORT] [--kubeconfig FILE]
# The flags are those of `proa up`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

up_flags=("$@") simulate='' data_dir='' kubeconfig=''
while [ $# -gt 0 ]; do
  case $1 in
    --simulate) simulate=$2; shift ;;
    --data-dir) data_dir=$2; shift ;;
    --kubeconfig) kubeconfig=$2; shift ;;
    --listen) shift ;;
    *) die "usage: scripts/tour.sh [--simulate N] [--data-dir D] [--listen HOST:PORT] [--kubeconfig FILE]" ;;
  esac
  shift
done
dir_flags=(${data_dir:+--data-dir "$data_dir"})
proa=${PROA:-bin/proa}
[ -x "$proa" ] || die "$proa is not built: run  make build"
work=$(mktemp -d)
trap 'touch "$work/stop"; wait; rm -rf "$work"' EXIT
url=http://localhost:8090/

title() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s# %s%s\n' "$dim" "$*" "$plain"; }
show() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; }
run() { # a command: shown as typed, then done
  show "$@"
  "$@" || die "The tour ends here: the command above failed (status $?)."
}
kubectl() { run "$proa" kubectl "$@"; }

if [ -z "$simulate" ] && ! lacks=$(scripts/preflight.sh); then
  echo "This machine can't run containers yet. It lacks:"
  sed 's/^/  /' <<<"$lacks"
  echo "The same tour on simulated nodes needs none of that:"
  echo "  SIMULATE=3 make up"
  exit 1
fi

title "A cluster"
began=$(date +%s%N)
running() { # is one up, and does it run this very program?
  "$proa" status ${dir_flags[@]+"${dir_flags[@]}"} >"$work/status" 2>&1 || return 1
  local pid
  pid=$(sed -n 's/.*process \([0-9]*\).*/\1/p' "$work/status")
  [ "$(readlink "/proc/$pid/exe")" != "$(readlink -f "$proa")" ] || return 0
  say "It is up, with an older build: it gets the new one."
  run "$proa" down ${dir_flags[@]+"${dir_flags[@]}"}
  return 1
}
if running; then
  say "It is up already."
  run "$proa" status ${dir_flags[@]+"${dir_flags[@]}"}
else
  run "$proa" up ${up_flags[@]+"${up_flags[@]}"}
fi
if [ -z "$kubeconfig" ]; then # the cluster's own file, whatever context ~/.kube/config has chosen
  if [ "$(id -u)" = 0 ]; then default=/var/lib/proa; else default=$HOME/.local/share/proa; fi
  kubeconfig=${data_dir:-$default}/kubeconfig
fi
run export KUBECONFIG="$kubeconfig"
kubectl get nodes

build_images() {
  run examples/vweb/prepare.sh
  local version build
  for version in v1 v2 v3; do
    build=("$proa" image build ${dir_flags[@]+"${dir_flags[@]}"} --build-arg VERSION=$version -t vweb:$version examples/vweb)
    show "${build[@]}"
    # A build prints much: its last line tells enough, unless it fails.
    "${build[@]}" >"$work/build" 2>&1 || { cat "$work/build" >&2; die "The image vweb:$version could not be built."; }
    tail -n 1 "$work/build"
  done
}
answer() { # the page, once it is that of the version: a pod that ends may answer until its traffic has left it
  local end=$((SECONDS + 10))
  until curl -sf --max-time 2 "$url" >"$work/page" && grep -q "vweb $1" "$work/page"; do
    [ $SECONDS -lt $end ] || die "The page should say vweb $1; the last answer: $(cat "$work/page")"
    sleep 0.1
  done
  show curl -s "$url"
  cat "$work/page"
}
requests() { # one after the other, without pause, until told to stop
  local good=0 bad=0
  while [ ! -e "$work/stop" ]; do
    if curl -sSf --max-time 5 "$url" >>"$work/pages" 2>>"$work/complaints"; then good=$((good + 1)); else bad=$((bad + 1)); fi
  done
  echo "$good $bad" >"$work/counts"
}

if [ -n "$simulate" ]; then
  say "Simulated nodes run no containers: no images to build, and no page to ask for."
else
  title "Three images, without a registry"
  build_images
fi

title "A Deployment of three pods behind a load balancer"
kubectl apply -f examples/vweb
kubectl rollout status deployment/vweb
kubectl get deployments,replicasets,pods,services
[ -n "$simulate" ] || answer v1

title "A new version, while requests come without pause"
if [ -z "$simulate" ]; then
  : >"$work/pages"
  requests &
fi
kubectl set image deployment/vweb web=vweb:v2
kubectl rollout status deployment/vweb
if [ -z "$simulate" ]; then
  answer v2
  touch "$work/stop"
  wait
  read -r good bad <"$work/counts"
  say "$((good + bad)) requests, $bad failed; answers: $(sort "$work/pages" | uniq -c | awk '{printf "%s%d from %s %s", sep, $1, $2, $3; sep = ", "}')"
  [ "$bad" = 0 ] || die "No request should fail during a rolling update: $(cat "$work/complaints")"
else
  say "Requests can't be made to simulated pods."
fi
kubectl rollout history deployment/vweb

title "And back"
kubectl rollout undo deployment/vweb
kubectl rollout status deployment/vweb
[ -n "$simulate" ] || answer v1

title "The tour took $(seconds_since "$began") s. The cluster is up; go on with:"
cat <<E2
  export KUBECONFIG=$kubeconfig
  $proa kubectl get events
  $proa kubectl describe deployment vweb
  $proa kubectl scale deployment vweb --replicas=5
  $proa status
A real kubectl works as well. Stop it all with:  make down
E2

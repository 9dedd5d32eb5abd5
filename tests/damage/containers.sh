# Harm to a cluster with real containers, in the middle of rollouts: one cluster for all cases.
ask() { kubectl get "$@" 2>/dev/null; }
containerd_pid() { cut -d ' ' -f 1 "$data_dir/node/containerd/pid"; }

# A pod's name, its container's id, restarts and start: for each container that runs.
running() {
  ask pods -o jsonpath='{range .items[*]}{.metadata.name}{" "}{range .status.containerStatuses[*]}{.containerID}{" "}{.restartCount}{" "}{.state.running.startedAt}{end}{"\n"}{end}' |
    awk 'NF == 4' | sort
}
remember_running() { running >"$work/ran"; }
none_was_restarted() { # of those remembered, all that are still there run on
  running >"$work/runs"
  local stay same
  stay=$(join "$work/ran" "$work/runs" | wc -l)
  same=$(comm -12 "$work/ran" "$work/runs" | wc -l)
  [ "$stay" -ge 2 ] || die "no container of the new version was there to stay: nothing was tested"
  [ "$stay" = "$same" ] || die "restarted: $(comm -13 "$work/ran" "$work/runs")"
  echo "$same containers were adopted as they were"
}

# --- a rollout ---------------------------------------------------------------
half_way() { # version: some of its pods are ready, not all of them are made
  ask replicasets -l app=vweb -o jsonpath='{range .items[*]}{.spec.template.spec.containers[0].env[0].value}{" "}{.spec.replicas}{" "}{.status.readyReplicas}{"\n"}{end}' |
    awk -v version="$1" '$1 == version && $2 < 4 && $3 > 0 {found = 1} END {exit !found}'
}
begin_rollout() { # version: back when it is half way; then the harm may come
  kubectl set env deployment/vweb VERSION="$1"
  within 15 half_way "$1"
  remember_running
}
end_rollout() { # version
  kubectl rollout status deployment/vweb --timeout=40s
  within 10 all_of_version "$1"
}
all_of_version() { # four pods, all ready, and none beside them
  ask pods -l app=vweb -o jsonpath='{range .items[*]}{.spec.containers[0].env[0].value}{.status.containerStatuses[0].ready}{" "}{end}' >"$work/versions"
  cat "$work/versions"
  [ "$(cat "$work/versions")" = "$1true $1true $1true $1true " ]
}
page_comes() { curl -sf --max-time 1 "http://$(cat "$work/address")/" | grep -q "vweb v1"; }

# --- traffic and readiness while it lasts ------------------------------------
ask_on() { # requests through the Service, one after the other, until told to stop
  local good=0 bad=0
  until [ -e "$work/stop" ]; do
    if page_comes; then good=$((good + 1)); else bad=$((bad + 1)); fi
    echo "$good $bad" >"$work/requests"
  done
}
end_requests() { # the writes too
  local good bad
  touch "$work/stop"
  wait "${traffic[@]}"
  read -r good bad <"$work/requests"
  [ "$good" -gt 0 ] && [ "$bad" = 0 ] || die "of $((good + bad)) requests $bad failed"
  echo "$good requests were answered, none failed"
}

# --- cases -------------------------------------------------------------------
cluster_is_there() {
  examples/vweb/prepare.sh
  up
  "$proa" image build --build-arg VERSION=v1 -t vweb:v1 examples/vweb
  sed -e 's/replicas: 3/replicas: 4/' -e 's/^spec:$/&\n  minReadySeconds: 2/' \
    -e 's/^\( *\)image: .*/&\n\1env: [{name: VERSION, value: "1"}]/' examples/vweb/deployment.yaml | kubectl apply -f -
  kubectl expose deployment vweb --port=80
  kubectl run bystander --image=vweb:v1
  ask service vweb -o jsonpath='{.spec.clusterIP}' >"$work/address"
  : >"$work/acknowledged"
  end_rollout 1
  kubectl wait pod/bystander --for=condition=Ready --timeout=10s
  within 5 page_comes
  echo "four pods and a bystander"
}
server_killed() {
  begin_rollout 2
  ask_on & traffic=($!)
  write_on w1 & traffic+=($!)
  within 5 grep -q w1-3 "$work/acknowledged"
  kill_9 "$(server_pid)"
  up
  within 10 page_comes
  end_rollout 2
  end_requests
  nothing_is_lost
  none_was_restarted >"$work/adopted"
  echo "$(cat "$work/adopted"), $(cut -d ' ' -f 1 "$work/requests") requests were answered, $(wc -l <"$work/acknowledged") writes are there"
}
containerd_killed() {
  local killed
  begin_rollout 3
  kubectl get nodes -w -o jsonpath='{range .status.conditions[?(@.type=="Ready")]}{.status}{"\n"}{end}' >"$work/readiness" &
  ask_on & traffic=($!)
  killed=$(containerd_pid)
  kill_9 "$killed"
  within 20 other_containerd "$killed"
  end_rollout 3
  none_was_restarted
  end_requests
  grep -q True "$work/readiness" || die "the node's readiness was not watched"
  ! grep -qv True "$work/readiness" || die "the node did not stay Ready"
  within 10 no_orphan
  tail -n 1 "$work/requests"
  echo "another containerd took over, the node stayed Ready, no container was restarted"
}
other_containerd() { [ -s "$data_dir/node/containerd/pid" ] && [ "$(containerd_pid)" != "$1" ] && ! gone "$(containerd_pid)"; }
both_killed() {
  begin_rollout 4
  ask_on & traffic=($!)
  kill_9 "$(server_pid)" "$(containerd_pid)"
  up
  end_rollout 4
  none_was_restarted
  end_requests
  within 10 no_orphan
  echo "$(cut -d ' ' -f 1 "$work/requests") requests were answered, no container was restarted"
}

# --- single processes --------------------------------------------------------
tasks() { echo "$data_dir/node/containerd/state/io.containerd.runtime.v2.task/k8s.io"; }
container_of() { ask pod "$1" -o jsonpath='{.status.containerStatuses[0].containerID}' | sed 's,.*//,,'; }
sandbox_of() { sed -n 's/.*"io.kubernetes.cri.sandbox-id":"\([0-9a-f]*\)".*/\1/p' "$(tasks)/$(container_of "$1")/config.json"; }
first_pod() { ask pods -l app=vweb -o jsonpath='{.items[0].metadata.name}'; }
restarted_once() { # pod
  [ "$(ask pod "$1" -o jsonpath='{.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}')" = "1 true" ]
}
event_of() { # pod, reason
  ask events --field-selector "involvedObject.name=$1" -o jsonpath='{range .items[*]}{.reason}{" "}{.count}{"\n"}{end}' | grep -q "^$2"
}
available() { [ "$(ask deployment vweb -o jsonpath='{.status.availableReplicas}')" = 4 ]; }
ctr_here() {
  ctr -a "$(sed -n 's/^ *address = "\(.*\)"/\1/p' "$data_dir/node/containerd/config.toml")" -n k8s.io "$@"
}
no_orphan() { # one sandbox for each pod, and none besides
  local id
  for id in $(ctr_here containers ls -q 'labels."io.cri-containerd.kind"==sandbox'); do
    ctr_here containers info "$id" | sed -n 's/.*"io.kubernetes.pod.name": "\(.*\)".*/\1/p'
  done | sort >"$work/sandboxes"
  ask pods -o jsonpath='{range .items[*]}{.metadata.name}{"\n"}{end}' | sort | diff "$work/sandboxes" -
}
container_killed() {
  local pod
  pod=$(first_pod)
  kill_9 "$(cat "$(tasks)/$(container_of "$pod")/init.pid")"
  within 15 restarted_once "$pod"
  [ "$(ask pod "$pod" -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}')" = 137 ]
  within 5 event_of "$pod" "Started 2"
  within 10 available
  echo "it was restarted once, exit code 137, the Deployment is available"
}
sandbox_killed() {
  local pod killed
  pod=$(first_pod)
  killed=$(sandbox_of "$pod")
  kill_9 "$(server_pid)" "$(cat "$(tasks)/$killed/init.pid")"
  up
  within 20 restarted_in_another_sandbox "$pod" "$killed"
  within 5 event_of "$pod" SandboxChanged
  within 10 available
  within 5 page_comes
  echo "another sandbox was made, the Deployment is available"
}
restarted_in_another_sandbox() {
  [ "$(ask pod "$1" -o jsonpath='{.status.containerStatuses[0].ready}')" = true ] && [ "$(sandbox_of "$1")" != "$2" ]
}
all_killed() { # as by a power cut, but that mounts and interfaces stay
  local tasks
  remember_running
  tasks=$(tasks)
  # shellcheck disable=SC2046
  kill_9 $(pgrep -f -- "$data_dir") $(cat "$tasks"/*/init.pid)
  up
  within 40 none_of_before
  within 10 available
  within 5 page_comes
  nothing_is_lost
  within 10 no_orphan
  echo "every container was started again, nothing is lost"
}
none_of_before() { # all five pods run, each in another container
  running | cut -d ' ' -f 1,2 >"$work/runs"
  [ "$(wc -l <"$work/runs")" = 5 ] && ! cut -d ' ' -f 1,2 "$work/ran" | grep -qxFf - "$work/runs"
}
job_counts() { # what its status counts: as many ends as there are pods, and none of them is still to be counted
  ask job sum -o jsonpath='{.status.completedIndexes} {.status.succeeded} {.status.uncountedTerminatedPods}' >"$work/counted"
  cat "$work/counted"
  [ "$(cat "$work/counted")" = "0-11 12 {}" ] || return 1
  local failed
  failed=$(ask job sum -o jsonpath='{.status.failed}')
  [ "$(ask pods -l job-name=sum --no-headers | wc -l)" = $((12 + ${failed:-0})) ]
}
job_has() { [ "$(ask job sum -o jsonpath='{.status.succeeded}')" -ge "$1" ]; }
killed_in_a_job() {
  kubectl apply -f - <<'END'
apiVersion: batch/v1
kind: Job
metadata: {name: sum}
spec:
  completions: 12
  parallelism: 3
  completionMode: Indexed
  backoffLimit: 100
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: "vweb:v1", command: [/bin/busybox, sleep, "0.3"]}]
END
  local reached
  for reached in 2 6; do
    within 20 job_has $reached
    kill_9 "$(server_pid)"
    up
  done
  kubectl wait --for=condition=complete job/sum --timeout=60s
  within 5 job_counts
  [ -z "$(ask pods -l job-name=sum -o jsonpath='{.items[*].metadata.finalizers}')" ] || die "a pod is still tracked"
  kubectl delete job sum
  echo "each of 12 indexes was counted once"
}
failing_nft() {
  # shellcheck disable=SC2016
  unshare --mount bash -c 'mount --bind /bin/false "$(readlink -f "$0")" && exec "$@"' "$(command -v nft)" \
    "$proa" up --data-dir "$data_dir" --listen "$listen" --kubeconfig "$KUBECONFIG" >"$work/refusal" 2>&1 && die "it came up"
  cat "$work/refusal"
  grep -q "^error: nft can't set the Service rules: it ended with exit code 1" "$work/refusal" || die "it should be said"
  nothing_runs
  count_leftovers
  tail -n 1 "$work/refusal"
}
down_leaves_nothing() {
  "$proa" down --data-dir "$data_dir"
  count_leftovers
}

if ! lacks=$(scripts/preflight.sh); then
  tell "left out" "harm to containers: this machine lacks $(head -n 1 <<<"$lacks")"
else
  alone "rules that can't be set" failing_nft
  remember_traces
  check "a cluster to do harm to" cluster_is_there
  check "the server is killed in a rollout" server_killed
  check "containerd is killed in a rollout" containerd_killed
  check "a container is killed" container_killed
  check "server and containerd are killed in a rollout" both_killed
  check "a sandbox is killed while no server runs" sandbox_killed
  check "everything is killed" all_killed
  check "the server is killed twice while a job runs" killed_in_a_job
  check "down after all that" down_leaves_nothing
fi

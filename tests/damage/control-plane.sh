# Harm to the control plane alone (`proa up --no-node`): disk, ports, files. Each case has a data directory to itself.
refused() { # words that must be said, command...: it ends with 1, says why in one line, and leaves nothing running
  local words=$1 status=0
  shift
  "$@" >"$work/refusal" 2>&1 || status=$?
  cat "$work/refusal"
  [ $status = 1 ] || die "the exit status should be 1, not $status: $*"
  [ "$(wc -l <"$work/refusal")" = 1 ] || die "it should be said in one line"
  grep -qF -- "$words" "$work/refusal" || die "it should be said: $words"
}
nothing_runs() { ! pgrep -f -- "$data_dir" >/dev/null || die "left running: $(pgrep -af -- "$data_dir")"; }

end_alone() {
  if [ -e "$data_dir/proa.lock" ]; then "$proa" down --data-dir "$data_dir" >/dev/null || true; fi
  if mountpoint -q "$data_dir"; then umount "$data_dir"; fi
}
trap 'end_alone; end_throwaway' EXIT
alone() { # as check
  remember_traces
  check "$@"
  end_alone
  rm -rf "$data_dir"
  count_leftovers >"$work/said" || tell FAILED "$1: $(paste -sd ' ' "$work/said")"
}

# --- a full disk -------------------------------------------------------------
small_disk() { # size
  need_root
  mkdir -p "$data_dir"
  mount -t tmpfs -o "size=$1" proa-test "$data_dir" || skip "a tmpfs can't be mounted here"
}
write_until_full() { # each write takes 200 KB; the last one says why it failed
  local n
  for n in $(seq 500); do
    kubectl create configmap "big-$n" --from-file="$work/big" >"$work/refusal" 2>&1 || return 0
    echo "big-$n" >>"$work/acknowledged"
  done
  die "the disk does not fill"
}
full_disk() {
  small_disk 24m
  : >"$work/acknowledged"
  head -c 150000 /dev/urandom | base64 -w 0 >"$work/big"
  up --no-node
  kubectl get configmaps --watch -o name >"$work/watched" &
  kubectl create configmap before --from-literal=a=b
  echo before >>"$work/acknowledged"
  within 5 grep -q configmap/before "$work/watched"
  head -c 20M /dev/zero >"$data_dir/filler" # room for some writes is left
  write_until_full
  cat "$work/refusal"
  grep -qF "Internal error occurred: " "$work/refusal" || die "the write should fail with 500 InternalError"
  grep -qF "$data_dir/proa.db: no room is left on its disk" "$work/refusal" || die "the file should be named"
  nothing_is_lost
  kubectl get namespace default
  rm "$data_dir/filler"
  within 5 kubectl create configmap after --from-literal=a=b
  echo after >>"$work/acknowledged"
  within 5 grep -q configmap/after "$work/watched"
  kill_9 "$(server_pid)"
  up --no-node
  nothing_is_lost
  echo "writes fail and say why; $(wc -l <"$work/acknowledged") writes are all there"
}
start_on_full_disk() {
  small_disk 24m
  up --no-node
  kill_9 "$(server_pid)"
  head -c 30M /dev/zero >"$data_dir/filler" 2>/dev/null || true
  refused "free some space" up --no-node
  rm "$data_dir/filler"
  up --no-node >/dev/null
  kubectl get namespace default -o name
}

# --- killed, started twice ---------------------------------------------------
killed_while_writing() {
  : >"$work/acknowledged"
  up --no-node
  for round in 1 2 3; do
    rm -f "$work/stop"
    write_on "r$round" &
    within 10 grep -q "r$round-5" "$work/acknowledged"
    kill_9 "$(server_pid)"
    touch "$work/stop"
    wait
    up --no-node
    nothing_is_lost
  done
  echo "$(wc -l <"$work/acknowledged") acknowledged writes are all there"
}
waited_through() {
  up --no-node
  kubectl create configmap slow --from-literal=a=b
  kubectl wait configmap/slow --for=jsonpath='{.data.a}'=c --timeout=30s &
  local waiter=$!
  sleep 0.5 # it watches by now
  kill_9 "$(server_pid)"
  up --no-node
  kubectl patch configmap slow --patch='{"data":{"a":"c"}}'
  wait "$waiter"
}
started_twice() {
  up --no-node
  refused "runs already on $data_dir (process $(server_pid))" up --no-node
  kubectl get namespace default >/dev/null
  refused "$(server_pid)" "$proa" server --no-node --data-dir "$data_dir" --listen "$listen"
}

lost_state() { # as while it starts: it runs, but what it is has not been written yet
  up --no-node >/dev/null
  local pid
  pid=$(server_pid)
  rm "$data_dir/proa.json"
  refused "held by the running process $pid" up --no-node
  "$proa" down --data-dir "$data_dir"
  nothing_runs
  echo "it is seen by its lock, and stopped by down"
}

# --- what is in the way ------------------------------------------------------
taken_port() {
  python3 -c 'import socket, sys, time; s = socket.create_server(("127.0.0.1", int(sys.argv[1]))); print("ok", flush=True); time.sleep(60)' \
    "${listen##*:}" >"$work/taken" &
  within 5 grep -q ok "$work/taken"
  refused "$listen: address already in use by process $! (python3)" up --no-node
  grep -qF -- "--listen" "$work/refusal" || die "it should be said what to do"
  nothing_runs
  tail -n 1 "$work/refusal"
}
below_a_file() {
  : >"$work/file"
  refused "$work/file: Not a directory" "$proa" up --no-node --data-dir "$work/file/data" --listen "$listen"
}
read_only() {
  small_disk 1m
  mount -o remount,ro "$data_dir"
  refused "Read-only file system" up --no-node
  nothing_runs
  tail -n 1 "$work/refusal"
}
missing_tool() { # every one that a node needs, hidden from `proa up`
  need_root
  unshare --mount true 2>/dev/null || skip "no mount namespace can be made"
  local tool path
  for tool in containerd runc nft ip; do
    path=$(command -v $tool) || skip "$tool is missing anyway"
    # shellcheck disable=SC2016
    unshare --mount bash -c 'mount --bind /dev/null "$(readlink -f "$0")" && exec "$@"' "$path" \
      "$proa" up --data-dir "$data_dir" --listen "$listen" --kubeconfig "$KUBECONFIG" >"$work/refusal" 2>&1 &&
      die "proa up came up without $tool"
    cat "$work/refusal"
    grep -q "^  $tool is not installed: apt-get install " "$work/refusal" || die "$tool should be named"
    grep -q -- "--simulate" "$work/refusal" || die "a way without it should be offered"
    nothing_runs
  done
  echo "each is named, with what to install, and --simulate is offered"
}

# --- a file that is not ours, not whole, or of tomorrow ----------------------
refuses_file() { # words: the file stays as it is
  local sum
  sum=$(sha256sum "$data_dir/proa.db")
  refused "$data_dir/proa.db: $1" up --no-node
  nothing_runs
  sha256sum --quiet --check <<<"$sum" || die "the file was changed"
}
harmed_files() {
  up --no-node >/dev/null
  "$proa" down --data-dir "$data_dir" >/dev/null
  cp "$data_dir/proa.db" "$work/good.db"
  local db=$data_dir/proa.db
  truncate --size=-4096 "$db"
  refuses_file "the file is damaged"
  head -c 65536 /dev/zero | dd of="$db" bs=4096 seek=4 conv=notrunc status=none
  refuses_file "the file is damaged"
  echo "Dear diary" >"$db"
  refuses_file "this is no store of Proa"
  : >"$db"
  refuses_file "the file is damaged"
  cp "$work/good.db" "$db"
  printf '\2' | dd of="$db" bs=1 seek=63 conv=notrunc status=none
  refuses_file "a newer Proa wrote it (format 2, this program knows 1)"
  cp "$work/good.db" "$db"
  up --no-node >/dev/null
  kubectl get namespace default >/dev/null
  echo "five kinds are refused, untouched; the good one is taken again"
}

alone "a server that is killed while it writes" killed_while_writing
alone "a server that is killed while kubectl waits" waited_through
alone "a full disk below a running server" full_disk
alone "a start on a full disk" start_on_full_disk
alone "a second server on one data directory" started_twice
alone "a server whose state file is gone" lost_state
alone "a taken port" taken_port
alone "a data directory below a file" below_a_file
alone "a data directory that can't be written to" read_only
alone "a tool that is missing" missing_tool
alone "a foreign, a damaged and a newer file" harmed_files

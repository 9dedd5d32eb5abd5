# A cluster that is thrown away, for scripts that test on one: `source scripts/throwaway.sh` after lib.sh.
# As root the script goes on in a network namespace of its own: whatever cluster is up on this machine, its ports, its
# addresses and its rules are no concern of the test's.
# Gives $work (a folder, removed at the end), $data_dir, $listen, KUBECONFIG and PROA_DATA_DIR; `proa` must be set.
#   need_port N         ends the script when somebody answers on localhost:N already
#   remember_traces     takes down what is there before the cluster: interfaces, nft tables, mounts, namespaces
#   count_leftovers     prints what is there now and was not before; status 1 when there is something. What other
#                       clusters on this machine do meanwhile does not count.
# The cluster is taken down when the script ends, however it ends.
PATH=$PATH:/usr/sbin:/sbin
if [ -z "${PROA_OWN_NETWORK:-}" ] && [ "$(id -u)" = 0 ] && unshare --net true 2>/dev/null; then
  exec env PROA_OWN_NETWORK=1 unshare --net "$self" "$@"
fi
if [ -n "${PROA_OWN_NETWORK:-}" ]; then # an address for the node and a default route, without a way out
  ip link set lo up
  ip link add up0 type veth peer name up1
  ip address add 192.0.2.1/24 dev up0
  ip link set up0 up
  ip link set up1 up
  ip route add default via 192.0.2.254
fi
work=$(mktemp -d -t proa-test.XXXXXX)
data_dir=$work/data
listen=127.0.0.1:$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export KUBECONFIG=$work/kubeconfig KUBECACHEDIR=$work/cache PROA_DATA_DIR=$data_dir

end_throwaway() {
  if [ -e "$data_dir/proa.lock" ]; then "$proa" down --data-dir "$data_dir" >/dev/null 2>&1 || true; fi
  # Nothing below it may be a mount any more: what is, is left alone and told.
  if grep -q " $work/" /proc/self/mountinfo; then echo "still mounted below $work" >&2; else rm -rf "$work"; fi
}
trap end_throwaway EXIT

need_port() {
  if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
    die "port $1 is taken, by a cluster that is up? Stop it first (make down)"
  fi
}
network_of() { # "proa-ID 10.a.b" of the cluster on a data directory; nothing where it never had a node
  grep -oE '"name":"proa-[0-9a-f]+|"subnet":"[0-9]+\.[0-9]+\.[0-9]+' "$1/node/cni/net.d/10-proa.conflist" 2>/dev/null |
    sed 's/.*"//' | paste -sd ' '
}
traces() { # one thing a line
  local table='' pods=''
  read -r table pods <<<"$(network_of "$data_dir")"
  # An interface that leads to a pod of another network is another cluster's, and so is a table of another name.
  {
    ip -4 route show | awk -v pods="${pods:-none}." '$2 == "dev" && $3 ~ /^veth/ && index($1, pods) != 1 {print "not", $3}'
    ip -o link show | awk -F': ' '{sub(/@.*/, "", $2); print "interface", $2}'
  } | awk '$1 == "not" {not[$2] = 1; next} !($2 in not)'
  ip -o -4 address show dev lo | awk -v pods="${pods:-none}." 'index($4, pods) == 1 {print "address " $4}'
  nft list tables 2>/dev/null | awk -v table="${table:-none}" '$3 !~ /^proa-/ || $3 == table {print "nft " $0}'
  awk -v w="$work" 'index($5, w) == 1 {print "mount " $5}' /proc/self/mountinfo
  ip netns list 2>/dev/null | awk '{print "network namespace " $1}'
  local pid
  for pid in $(pgrep -f -- "$data_dir" || true); do
    echo "process $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
  done
}
remember_traces() { traces | sort >"$work/before"; }
count_leftovers() {
  local end=$((SECONDS + 10))
  while traces | sort >"$work/after" && comm -13 "$work/before" "$work/after" >"$work/left" && [ -s "$work/left" ]; do
    [ $SECONDS -lt $end ] || break
    sleep 0.5
  done
  if [ -s "$work/left" ]; then
    echo "left behind after proa down:"
    sed 's/^/  /' "$work/left"
    return 1
  fi
  echo "nothing is left after proa down"
}

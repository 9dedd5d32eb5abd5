#!/usr/bin/env bash
# Says in one line each what this machine lacks to run containers; status 1 when it lacks something.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
lacks=()
PATH=$PATH:/usr/sbin:/sbin
if [ "$(id -u)" != 0 ]; then
  lacks+=("root: containers, their networks and nftables need it (run as root)")
else
  nft list tables >/dev/null 2>&1 || lacks+=("nftables: nft can't list its tables (package nftables, and CAP_NET_ADMIN)")
  unshare --mount --net true 2>/dev/null || lacks+=("namespaces: this process may make none (CAP_SYS_ADMIN)")
fi
for tool in containerd runc ip buildah; do
  command -v "$tool" >/dev/null || lacks+=("$tool: not on PATH (scripts/install-deps.sh run)")
done
compgen -G '/usr/lib/cni/host-local' >/dev/null || compgen -G '/opt/cni/bin/host-local' >/dev/null ||
  lacks+=("CNI plugins: no host-local in /usr/lib/cni (package containernetworking-plugins)")
[ ${#lacks[@]} -gt 0 ] || exit 0
printf '%s\n' "${lacks[@]}"
exit 1

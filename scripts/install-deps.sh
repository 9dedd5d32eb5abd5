#!/usr/bin/env bash
# Installs what Debian 12 lacks to build, run and check Proa; does nothing when nothing is missing.
#   scripts/install-deps.sh GROUP...        GROUP: build, run, check, fuzz (default: build run)
# Ends with status 1, naming what is missing, when it may not install (not root, or not Debian).
set -euo pipefail

build=(
  g++ cmake ninja-build ccache mold pkg-config make git ca-certificates
  libboost1.81-dev libyaml-dev libnghttp2-dev libsqlite3-dev libssl-dev libfmt-dev libabsl-dev
  zlib1g-dev libgtest-dev libgmock-dev libbenchmark-dev
  protobuf-compiler libprotobuf-dev python3 python3-protobuf python3-yaml
)
# Containers, their networks and images; curl for the tour's requests.
run=(containerd runc containernetworking-plugins nftables iproute2 procps buildah busybox-static curl openssl tzdata)
# What `make test` adds; bash-static and util-linux's `script` are what the acceptance images and steps use.
check=(clang-format-19 clang-tidy-19 bash-static bsdutils sqlite3)
fuzz=(clang-19 libclang-rt-19-dev)

[ $# -gt 0 ] || set -- build run
wanted=()
for group in "$@"; do
  case $group in
    build)
      wanted+=("${build[@]}")
      # Go fetches the pinned schema modules and compiles nothing: any Go will do.
      command -v go >/dev/null || wanted+=(golang-go) ;;
    run) wanted+=("${run[@]}") ;;
    check) wanted+=("${check[@]}") ;;
    fuzz) wanted+=("${fuzz[@]}") ;;
    *) echo "install-deps: unknown group $group (build, run, check, fuzz)" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "install-deps: this is not a Debian system; Proa needs the equivalents of: ${wanted[*]}" >&2
  exit 1
fi
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null | sed -n 's/^installed //p' || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
  echo "Missing packages: ${missing[*]}" >&2
  echo "Install them as root:  apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { apt-get -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 </dev/null; }
install() { apt install -y --no-install-recommends "${missing[@]}"; }
# The package lists may be old or absent: refresh them only when the first try fails.
install || { apt update && install; } || {
  tail -n 20 "$log" >&2
  echo "install-deps: apt-get could not install: ${missing[*]}" >&2
  exit 1
}

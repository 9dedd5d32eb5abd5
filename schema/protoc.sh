#!/usr/bin/env bash
# Makes the descriptor set of the protos that fetch.sh laid out:  schema/protoc.sh OUT
set -euo pipefail
out=${1:?usage: schema/protoc.sh OUT}
cd "$out/src"
stable=$(cd k8s.io/api && find -L . -name generated.proto | grep -E '/v[0-9]+/' | sed 's|^\./|k8s.io/api/|' | LC_ALL=C sort)
# Debian's protoc is older than the option debug_redact, which changes nothing on the wire.
cri=cri/api.proto
mkdir -p "$out/patched/cri"
sed 's/ *\[ *debug_redact *= *true *\]//' k8s.io/cri-api/pkg/apis/runtime/v1/api.proto >"$out/patched/$cri"
# shellcheck disable=SC2086
protoc --proto_path="$out/patched" --proto_path=. --include_imports --include_source_info \
  --descriptor_set_out="$out/upstream.desc" $stable \
  k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1/generated.proto \
  k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/generated.proto \
  $cri \
  github.com/containerd/containerd/api/services/events/v1/events.proto \
  github.com/containerd/containerd/api/events/container.proto \
  github.com/containerd/containerd/api/events/sandbox.proto \
  github.com/containerd/containerd/api/events/task.proto 2>"$out/protoc.log" || { cat "$out/protoc.log" >&2; exit 1; }

// Paths on the node that pods may name: type checks of hostPath volumes, sub-paths that must not lead outside,
// and the end of a container's log.
// Source of the rules: pkg/volume/hostpath, pkg/volume/util/subpath, kubelet's readLastStringFromContainerLogs.
#pragma once

#include <string>

#include "base/status.h"

namespace proa::node {

/// Checks (or makes, for *OrCreate) `path`. Error: `hostPath type check failed: /x is not a directory`.
Result<void> check_host_path(const std::string& path, const std::string& type);

/// `volume`/`sub_path`, made as a directory when missing; refused when a symbolic link leads out of the volume.
Result<std::string> safe_sub_path(const std::string& volume, const std::string& sub_path, const std::string& mount,
                                  const std::string& container);

/// The last lines of a CRI log (80 lines, 2048 bytes at most), without times and tags.
std::string log_tail(const std::string& log_path);

}  // namespace proa::node

// Puts the files of a volume in place so that a reader sees all of the old ones or all of the new ones: they live
// in a directory named by time, `..data` is a symbolic link to it, and each visible name links into `..data`.
// Replacing the one link changes everything at once. Programs that watch `..data` know this shape from Kubernetes
// (pkg/volume/util/atomic_writer.go).
#pragma once

#include <string>

#include "base/status.h"
#include "node/volumes/content.h"

namespace proa::node {

/// Makes `dir` hold exactly `files`; nothing is written where that is so already (true: something changed).
/// `group` >= 0 becomes the files' group. `unique` makes the new directory's name unlike any other's.
Result<bool> write_volume(const std::string& dir, const VolumeFiles& files, int64_t group, const std::string& unique);

}  // namespace proa::node

// The sandbox image: one static program of a few hundred bytes (images/pause), wrapped as an OCI image in memory
// and handed to containerd's content and image services. No registry, no tool.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "node/cri/grpc_channel.h"

namespace proa::node {

/// The name under which pods' sandboxes ask for it.
inline constexpr std::string_view kPauseImage = "proa.local/pause:1";

/// Content and its digest ("sha256:...").
struct Blob {
  std::string media_type, digest, bytes;
  std::vector<std::pair<std::string, std::string>> labels;  // what keeps it from being collected
};

/// Layer, config and manifest, in the order in which they have to be stored; the last one is the image.
std::vector<Blob> single_file_image(const std::string& path_in_image, const std::string& program,
                                    const std::string& architecture);

/// The program, as it was built with Proa.
std::string pause_program();

/// Stores the blobs (for good: they are not collected) and names the last one `name`; nothing happens where that is
/// already so. `channel` is set to
/// the namespace that CRI uses (k8s.io). The image may take some milliseconds more until CRI shows it.
void import_image(cri::GrpcChannel& channel, std::vector<Blob> blobs, std::string name,
                  std::function<void(Result<void>)> done);

}  // namespace proa::node

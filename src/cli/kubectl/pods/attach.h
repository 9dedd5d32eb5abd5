// Attaching to a running container, as `attach` and `run -i` do.
#pragma once

#include <string>

#include "cli/kubectl/resource_finder.h"

namespace proa::cli::kubectl {

struct AttachRequest {
  Info pod;
  std::string container;  // empty: the default one
  bool in = false, tty = false, quiet = false;
  std::string command_name;    // `kubectl attach`, for the word at the end
  size_t* received = nullptr;  // counts bytes of output, where given
};

Try<void> attach_to(Session& session, const AttachRequest& request);

}  // namespace proa::cli::kubectl

#include "cli/image/image.h"

#include <fmt/format.h>

namespace proa::cli {

int run_image(const std::vector<std::string>& args) {
  fmt::print(stderr, "error: proa image {}: this build can't manage images yet\n", args.empty() ? "" : args[0]);
  return 1;
}

}  // namespace proa::cli

#include "cli/kubectl/kubectl.h"

#include <fmt/format.h>

namespace proa::cli {

int run_kubectl(const std::vector<std::string>& args, const std::string& called_as) {
  fmt::print(stderr, "error: unknown command \"{}\" for \"{}\"\n", args.empty() ? "" : args[0], called_as);
  return 1;
}

}  // namespace proa::cli

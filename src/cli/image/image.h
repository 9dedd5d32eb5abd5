// `proa image build|load|ls|rm|save`: images for this cluster, no registry needed.
#pragma once

#include <string>
#include <vector>

namespace proa::cli {

/// Runs one command and returns the process's exit code.
int run_image(const std::vector<std::string>& args);

}  // namespace proa::cli

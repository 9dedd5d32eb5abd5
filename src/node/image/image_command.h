// `proa image build|load|ls|rm|save|tag`: the words and flags of docker's image commands, over an ImageStore.
#pragma once

#include <string>
#include <vector>

namespace proa::node {

/// `node_dir`: the node's part of the data directory. Prints to stdout and stderr; gives the exit code.
int run_image_command(const std::vector<std::string>& args, const std::string& node_dir);

}  // namespace proa::node

// The nodes of one YAML document as libyaml's events tell them, before their meaning is looked at. For the YAML
// reader alone.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace proa::object {

struct YamlNode {
  enum class Kind { kScalar, kSequence, kMapping, kAlias };
  Kind kind = Kind::kScalar;
  std::string value;                // of a scalar; of an alias its name
  std::string tag;                  // in full, or empty
  bool plain = false;               // a scalar without quotes
  size_t line = 0;                  // from 0
  std::vector<YamlNode*> children;  // of a mapping: key, value, key, value...
  YamlNode* target = nullptr;       // of an alias
};

struct YamlTree {
  std::deque<YamlNode> nodes;
  YamlNode* root = nullptr;  // nullptr: the text holds no document
};

/// Reads the first document. Error messages are go-yaml's without the `yaml: ` in front.
Result<YamlTree> read_yaml_tree(std::string_view text, size_t max_depth);

}  // namespace proa::object

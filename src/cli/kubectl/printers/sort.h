// --sort-by: objects or rows in the order of a field.
// Source: k8s.io/kubectl pkg/cmd/get (sorter).
#pragma once

#include <string>
#include <vector>

#include "cli/kubectl/failure.h"
#include "object/value.h"

namespace proa::cli::kubectl {

/// Sorts by the value at a relaxed JSONPath; those without come first. Error when no object has the field.
Try<void> sort_objects(std::vector<object::Value>& objects, const std::string& field);
/// The same for a Table whose rows bring their objects.
Try<void> sort_rows(object::Value& table, const std::string& field);

}  // namespace proa::cli::kubectl

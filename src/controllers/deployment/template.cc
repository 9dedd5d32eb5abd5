#include "controllers/deployment/plan.h"

namespace proa::controllers::deployment {
namespace {

using object::View;

bool equal_but(View a, View b, std::string_view ignored) {
  size_t in_a = 0, in_b = 0;
  for (const auto [name, value] : a.members()) {
    if (name == ignored) continue;
    ++in_a;
    if (!(b[name] == value)) return false;
  }
  for (const auto [name, value] : b.members())
    if (name != ignored) ++in_b;
  return in_a == in_b;
}

}  // namespace

bool equal_templates(View a, View b) {
  const View meta_a = a["metadata"], meta_b = b["metadata"];
  return equal_but(a, b, "metadata") && equal_but(meta_a, meta_b, "labels") &&
         equal_but(meta_a["labels"], meta_b["labels"], kTemplateHash);
}

}  // namespace proa::controllers::deployment

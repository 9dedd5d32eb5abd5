#include "object/node_match.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "object/meta.h"

namespace proa::object {
namespace {

bool contains(View values, std::string_view text) {
  const auto items = values.items();
  for (const View value : items)
    if (value.as_string() == text) return true;
  return false;
}

std::optional<int64_t> integer(std::string_view text) {
  int64_t n = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), n);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return n;
}

bool holds(View requirement, bool has, std::string_view actual) {
  const std::string_view op = requirement["operator"].as_string();
  const View values = requirement["values"];
  if (op == "In") return has && contains(values, actual);
  if (op == "NotIn") return !has || !contains(values, actual);
  if (op == "Exists") return has;
  if (op == "DoesNotExist") return !has;
  const auto left = integer(actual), right = integer(values.at(0).as_string());
  if (!has || !left || !right) return false;
  return op == "Gt" ? *left > *right : op == "Lt" && *left < *right;
}

}  // namespace

bool toleration_matches(View toleration, View taint) {
  const std::string_view effect = toleration["effect"].as_string(), key = toleration["key"].as_string();
  const std::string_view op = toleration["operator"].as_string();
  if (!effect.empty() && effect != taint["effect"].as_string()) return false;
  if (!key.empty() && key != taint["key"].as_string()) return false;
  return op == "Exists" ||
         ((op.empty() || op == "Equal") && toleration["value"].as_string() == taint["value"].as_string());
}

bool tolerates(View tolerations, View taint) {
  for (const View toleration : tolerations.items())
    if (toleration_matches(toleration, taint)) return true;
  return false;
}

View untolerated_taint(View tolerations, View node, bool execute_only) {
  for (const View taint : node["spec"]["taints"].items()) {
    const std::string_view effect = taint["effect"].as_string();
    if (effect != "NoExecute" && (execute_only || effect != "NoSchedule")) continue;
    if (!tolerates(tolerations, taint)) return taint;
  }
  return {};
}

bool node_term_matches(View term, View node) {
  if (term["matchExpressions"].empty() && term["matchFields"].empty()) return false;
  const View labels = labels_of(node);
  for (const View r : term["matchExpressions"].items())
    if (!holds(r, labels.has(r["key"].as_string()), labels[r["key"].as_string()].as_string())) return false;
  for (const View r : term["matchFields"].items())
    if (r["key"].as_string() != "metadata.name" || !holds(r, true, name_of(node))) return false;
  return true;
}

bool node_matches(View pod_spec, View node) {
  const View labels = labels_of(node);
  for (const auto [name, value] : pod_spec["nodeSelector"].members())
    if (!labels.has(name) || labels[name].as_string() != value.as_string()) return false;
  const View required = pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
  if (!required.is_object()) return true;
  for (const View term : required["nodeSelectorTerms"].items())
    if (node_term_matches(term, node)) return true;
  return false;
}

}  // namespace proa::object

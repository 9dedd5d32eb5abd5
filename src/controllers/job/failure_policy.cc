#include "controllers/job/failure_policy.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "object/meta.h"

namespace proa::controllers::job {
namespace {

using object::View;

bool exit_code_matches(View codes, int64_t code) {
  bool listed = false;
  for (const View value : codes["values"].items()) listed |= value.as_int() == code;
  const std::string_view op = codes["operator"].as_string();
  return (op == "In" && listed) || (op == "NotIn" && !listed);
}

/// The first container that ended with a code that the rule names.
View matching_container(View pod, View codes) {
  for (const std::string_view list : {"containerStatuses", "initContainerStatuses"})
    for (const View status : pod["status"][list].items()) {
      const View ended = status["state"]["terminated"];
      const int64_t code = ended["exitCode"].as_int();
      const bool named = !codes["containerName"].is_string() || codes["containerName"] == status["name"];
      if (ended.is_object() && code != 0 && named && exit_code_matches(codes, code)) return status;
    }
  return {};
}

View matching_condition(View pod, View patterns) {
  for (const View condition : pod["status"]["conditions"].items())
    for (const View pattern : patterns.items())
      if (condition["type"] == pattern["type"] && condition["status"] == pattern["status"]) return condition;
  return {};
}

/// What the rule matched, in words; nothing when it does not match.
std::optional<std::string> matched_by(View rule, View pod) {
  if (const View codes = rule["onExitCodes"]; codes.is_object()) {
    const View container = matching_container(pod, codes);
    if (!container) return std::nullopt;
    return fmt::format("Container {} for pod {} failed with exit code {}", container["name"].as_string(),
                       object::key_of(pod), container["state"]["terminated"]["exitCode"].as_int());
  }
  const View condition = matching_condition(pod, rule["onPodConditions"]);
  if (!condition) return std::nullopt;
  return fmt::format("Pod {} has condition {}", object::key_of(pod), condition["type"].as_string());
}

}  // namespace

FailureMatch match_failure_policy(View job, View pod) {
  int index = -1;
  for (const View rule : job["spec"]["podFailurePolicy"]["rules"].items()) {
    ++index;
    const auto matched = matched_by(rule, pod);
    if (!matched) continue;
    const std::string_view action = rule["action"].as_string();
    if (action == "Ignore") return {.counts = false};
    if (action == "FailIndex") return {.fails_index = true};
    if (action == "FailJob") return {.fails_job = fmt::format("{} matching FailJob rule at index {}", *matched, index)};
    if (action == "Count") return {};
  }
  return {};
}

}  // namespace proa::controllers::job

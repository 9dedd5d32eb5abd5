#include "sim/rollout_rules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "object/meta.h"

namespace proa::sim {
namespace {

using object::Document;
using object::View;

constexpr runtime::DurationNs kCacheLag = runtime::kSecond;

bool has_ended(View pod) {
  const std::string_view phase = pod["status"]["phase"].as_string();
  return phase == "Failed" || phase == "Succeeded";
}

bool is_alive(View pod) { return !object::is_deleting(pod) && !has_ended(pod); }

bool is_ready(View pod) {
  if (!is_alive(pod)) return false;
  for (const View condition : pod["status"]["conditions"].items())
    if (condition["type"].as_string() == "Ready") return condition["status"].as_string() == "True";
  return false;
}

std::string_view image_of(View pod) { return pod["spec"]["containers"].at(0)["image"].as_string(); }

}  // namespace

std::string RolloutRules::judge(const std::vector<Document>& replica_sets, const std::vector<Document>& pods,
                                runtime::TimeNs now) {
  while (!recent_.empty() && recent_.front().until < now - kCacheLag) recent_.pop_front();
  Sets sets;
  for (const Document& set : replica_sets)
    sets[std::string(object::name_of(set.root()))] = {set["spec"]["replicas"].as_int(1),
                                                      set["status"]["availableReplicas"].as_int()};
  std::string broken = plan_.recreate ? judge_recreate(pods) : judge_surge(sets, pods);
  if (broken.empty() && !plan_.recreate) broken = judge_decision(sets);
  if (broken.empty() && !plan_.recreate && plan_.luck == Luck::kCalm) broken = judge_available(pods);
  recent_.push_back({now, std::exchange(sets_, std::move(sets))});
  return broken;
}

std::string RolloutRules::judge_surge(const Sets& sets, const std::vector<Document>& pods) const {
  int64_t wanted = 0;
  for (const auto& [name, set] : sets) wanted += set.replicas;
  const int64_t alive = std::count_if(pods.begin(), pods.end(), [](const auto& pod) { return is_alive(pod.root()); });
  for (const auto& [count, what] : {std::pair(wanted, "pods are asked for"), std::pair(alive, "pods are alive")})
    if (count > plan_.most_pods())
      return fmt::format("{} {}, more than {} replicas + {} surge", count, what, plan_.replicas, plan_.surge);
  return {};
}

/// With statuses as in `known`: do as many remain for certain as must, or at least as many as there were?
bool RolloutRules::spares_enough(const Sets& known, const Sets& after) const {
  int64_t had = 0, has = 0;
  for (const auto& [name, set] : after) {
    const auto status = known.find(name);
    const int64_t available = status == known.end() ? 0 : status->second.available;
    const auto before = sets_.find(name);
    had += std::min(available, before == sets_.end() ? 0 : before->second.replicas);
    has += std::min(available, set.replicas);
  }
  return has >= std::min(plan_.fewest_available(), had);
}

std::string RolloutRules::judge_decision(const Sets& sets) const {
  const auto shrunk = std::find_if(sets.begin(), sets.end(), [this](const auto& each) {
    const auto before = sets_.find(each.first);
    return before != sets_.end() && each.second.replicas < before->second.replicas;
  });
  if (shrunk == sets.end() || spares_enough(sets_, sets)) return {};
  for (const Past& past : recent_)
    if (spares_enough(past.sets, sets)) return {};
  return fmt::format("{} was scaled down to {}, which leaves fewer available than {} replicas - {} unavailable",
                     shrunk->first, shrunk->second.replicas, plan_.replicas, plan_.unavailable);
}

std::string RolloutRules::judge_available(const std::vector<Document>& pods) {
  const int64_t ready = std::count_if(pods.begin(), pods.end(), [](const auto& pod) { return is_ready(pod.root()); });
  const bool enough = ready >= plan_.fewest_available();
  if (was_available_ && !enough)
    return fmt::format("{} pods are ready, fewer than {} replicas - {} unavailable", ready, plan_.replicas,
                       plan_.unavailable);
  was_available_ = enough;
  return {};
}

std::string RolloutRules::judge_recreate(const std::vector<Document>& pods) {
  std::set<std::string> uids;
  std::string broken;
  for (const Document& pod : pods) {
    const std::string uid(object::uid_of(pod.root()));
    uids.insert(uid);
    if (known_pods_.contains(uid)) continue;
    for (const Document& other : pods)
      if (!has_ended(other.root()) && image_of(other.root()) != image_of(pod.root()))
        broken = fmt::format("{} was created while {} had not ended", object::name_of(pod.root()),
                             object::name_of(other.root()));
  }
  known_pods_ = std::move(uids);
  return broken;
}

}  // namespace proa::sim

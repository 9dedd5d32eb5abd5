// A Job and its pods under a test's hands, and what the plan would do with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "controllers/job/job_pods.h"
#include "controllers/job/plan.h"
#include "controllers/test_support.h"

namespace proa::controllers::job {

struct JobTest : ::testing::Test {
  static constexpr object::TimeNs kNow = 1'767'225'600 * object::kSecondNs;  // 2026-01-01T00:00:00Z
  object::Value job = testing::json(R"({"apiVersion": "batch/v1", "kind": "Job",
      "metadata": {"namespace": "default", "name": "sum", "uid": "job", "generation": 1},
      "spec": {"parallelism": 2, "completions": 3, "backoffLimit": 6, "completionMode": "NonIndexed", "suspend": false,
               "podReplacementPolicy": "TerminatingOrFailed", "selector": {"matchLabels": {"job": "sum"}},
               "template": {"metadata": {"labels": {"job": "sum"}},
                            "spec": {"restartPolicy": "Never", "containers": [{"name": "c"}]}}}})");
  std::vector<object::Value> pods;
  Backoff backoff;
  object::TimeNs now = kNow;

  void spec(std::string_view members) { testing::set_members(job["spec"], members); }
  void status(std::string_view members) { testing::set_members(job["status"], members); }
  void indexed(int64_t completions) {
    spec(fmt::format(R"({{"completionMode": "Indexed", "completions": {}}})", completions));
  }

  /// A tracked pod of that phase, with `index` one for that index.
  object::Value& pod(std::string_view phase, std::optional<int64_t> index = {}) {
    object::Value made = make_pod(job, index, {});
    made["metadata"]["name"] = fmt::format("p{}", pods.size());
    made["metadata"]["uid"] = fmt::format("uid-{}", pods.size());
    made["metadata"]["creationTimestamp"] = "2025-12-31T23:00:00Z";
    made["status"]["phase"] = phase;
    if (phase == "Succeeded" || phase == "Failed") ended(made, "2025-12-31T23:59:00Z", phase == "Failed" ? 1 : 0);
    pods.push_back(std::move(made));
    return pods.back();
  }
  static void ended(object::Value& pod, std::string_view time, int64_t code) {
    testing::set_members(pod["status"], fmt::format(R"({{"containerStatuses": [{{"name": "c", "state":
        {{"terminated": {{"exitCode": {}, "finishedAt": "{}"}}}}}}]}})",
                                                    code, time));
  }
  static void deleting(object::Value& object) { object["metadata"]["deletionTimestamp"] = "2025-12-31T23:59:30Z"; }
  static void untracked(object::Value& pod) { pod["metadata"].erase("finalizers"); }
  static void ready(object::Value& pod) {
    testing::set_members(pod["status"], R"({"conditions": [{"type": "Ready", "status": "True"}]})");
  }

  Known known() const {
    Known k{object::Document::freeze(job), {}, backoff, now};
    for (const object::Value& each : pods) k.pods.push_back(object::Document::freeze(each));
    return k;
  }
  Plan plan() const { return make_plan(known()); }
  /// `+` or `+INDEX` for each pod that is made, `-NAME` for each that is removed; `wait Ns` when the plan looks again.
  std::string actions() const {
    const Plan p = plan();
    std::string text;
    const auto add = [&text](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
    for (const auto& index : p.create) add(index ? fmt::format("+{}", *index) : "+");
    for (const object::Document& each : p.remove) add("-" + std::string(object::name_of(each.root())));
    if (p.look_again_ns) add(fmt::format("wait {}s", *p.look_again_ns / object::kSecondNs));
    return text;
  }
  /// Type and reason of the verdict.
  std::string verdict() const {
    const Plan p = plan();
    return p.verdict ? p.verdict->type + " " + p.verdict->reason : "";
  }

  Tracking tracking(bool writes_fail = false) const {
    const Known k = known();
    const Plan p = make_plan(k);
    int64_t removed_ready = 0;
    for (const object::Document& each : p.remove)
      removed_ready += each["status"]["conditions"].at(0)["status"].as_string() == "True";
    return track(k, p, {.failed = writes_fail, .removed_ready = removed_ready});
  }
  /// A whole round in which every write succeeds: the job has its new status, and what is listed loses its finalizer.
  std::vector<std::string> round() {
    Tracking first = tracking();
    backoff = plan().backoff;
    std::set<std::string> tracked;
    for (object::Value& each : pods) {
      for (const object::Document& listed : first.untrack)
        if (object::uid_of(listed.root()) == object::uid_of(each)) untracked(each);
      if (is_tracked(each)) tracked.emplace(object::uid_of(each));
    }
    Conclusion last = conclude(std::move(first.job), first.ending, tracked, now);
    job = std::move(last.job);
    std::vector<std::string> events;
    for (const auto* list : {&first.events, &last.events})
      for (const Event& event : *list) events.push_back(event.reason + ": " + event.message);
    return events;
  }
  std::string conditions() const {
    std::string text;
    for (const object::View condition : object::View(job)["status"]["conditions"].items())
      text += (text.empty() ? "" : " ") + condition["type"].str() +
              (condition["status"].as_string() == "True" ? "" : "=" + condition["status"].str());
    return text;
  }
  int64_t count(object::Key name) const { return object::View(job)["status"][name].as_int(); }
};

}  // namespace proa::controllers::job

#include "controllers/job/plan.h"

#include <algorithm>

#include "controllers/job/ends.h"
#include "controllers/job/failure_policy.h"
#include "controllers/job/job_pods.h"
#include "controllers/job/verdict.h"
#include "controllers/workload/deletion_rank.h"
#include "controllers/workload/ownership.h"
#include "controllers/workload/pods.h"
#include "object/meta.h"
#include "object/selector.h"

namespace proa::controllers::job {
namespace {

using object::Document;
using object::View;

std::vector<Document> active_of(const std::vector<Document>& pods) {
  std::vector<Document> active;
  std::ranges::copy_if(pods, std::back_inserter(active), [](const Document& pod) { return is_pod_active(pod.root()); });
  return active;
}

std::set<int64_t> indexes_of(const std::vector<Document>& pods) {
  std::set<int64_t> indexes;
  for (const Document& pod : pods)
    if (const auto index = completion_index(pod.root())) indexes.insert(*index);
  return indexes;
}

bool has_index_limit(View job) { return job["spec"]["backoffLimitPerIndex"].is_int(); }

/// The index is not tried again.
bool gives_up_index(View job, View pod) {
  if (!has_failed(pod, job)) return false;
  const FailureMatch match = match_failure_policy(job, pod);
  return match.fails_index || (match.counts && counted_failures(pod) >= job["spec"]["backoffLimitPerIndex"].as_int());
}

/// The newest failed pod of each index that is neither done nor given up nor tried right now.
std::map<int64_t, Document> heirs_of(View job, const Plan& plan, const std::vector<Document>& active) {
  const std::set<int64_t> running = indexes_of(active);
  std::map<int64_t, Document> heirs;
  for (const Document& pod : plan.pods) {
    if (!counts(job, pod.root()) || !has_failed(pod.root(), job)) continue;
    const int64_t index = *completion_index(pod.root());
    if (plan.done.has(index) || plan.failed->has(index) || running.contains(index)) continue;
    const auto [at, is_first] = heirs.try_emplace(index, pod);
    const View heir = at->second.root();
    if (!is_first && all_failures(heir) <= all_failures(pod.root()) && finish_time(heir) <= finish_time(pod.root()))
      at->second = pod;
  }
  return heirs;
}

/// What is done and given up, and what follows from that.
void look_at_indexes(View job, const std::vector<Document>& active, Plan& plan) {
  const int64_t completions = job["spec"]["completions"].as_int();
  std::set<int64_t> done, failed;
  for (const Document& pod : plan.pods) {
    if (!counts(job, pod.root())) continue;
    const int64_t index = *completion_index(pod.root());
    if (pod["status"]["phase"].as_string() == "Succeeded") done.insert(index);
    if (has_index_limit(job) && gives_up_index(job, pod.root())) failed.insert(index);
  }
  plan.done_before = Indexes::parse(job["status"]["completedIndexes"].as_string(), completions);
  plan.done = plan.done_before.merged(Indexes(done));
  plan.succeeded = plan.done.count();
  if (has_index_limit(job)) {
    plan.failed = Indexes::parse(job["status"]["failedIndexes"].as_string(), completions).merged(Indexes(failed));
    if (!plan.verdict) plan.verdict = index_failure_verdict(job, plan.done, *plan.failed);
    plan.heirs = heirs_of(job, plan, active);
  }
  if (!plan.verdict) plan.verdict = success_policy_verdict(job, plan.done);
}

/// At least so many; of an indexed job also those that double an index, or have none that is wanted.
std::vector<Document> surplus_of(View job, const std::vector<Document>& active, size_t at_least, object::TimeNs now) {
  std::vector<Document> ranked = ranked_for_deletion(active, {}, now);
  if (!is_indexed(job)) {
    ranked.resize(std::min(at_least, ranked.size()));
    return ranked;
  }
  std::vector<Document> surplus, rest;
  std::set<int64_t> kept;
  for (auto pod = ranked.rbegin(); pod != ranked.rend(); ++pod) {  // the one that is given up last keeps its index
    const auto index = completion_index(pod->root());
    const bool keeps = index && *index < job["spec"]["completions"].as_int() && kept.insert(*index).second;
    (keeps ? rest : surplus).push_back(*pod);
  }
  for (; surplus.size() < at_least && !rest.empty(); rest.pop_back()) surplus.push_back(rest.back());
  return surplus;
}

int64_t wanted_active(View job, const Plan& plan) {
  const View completions = job["spec"]["completions"];
  const int64_t parallelism = job["spec"]["parallelism"].as_int(1);
  if (!completions.is_int()) return plan.succeeded > 0 ? plan.active : parallelism;
  return std::clamp<int64_t>(completions.as_int() - plan.succeeded, 0, parallelism);
}

/// The lowest indexes that need a pod. Where each has a back-off of its own: those whose time has come.
std::vector<int64_t> indexes_to_create(const Known& known, const std::vector<Document>& active, size_t most,
                                       Plan& plan) {
  const View job = known.job.root();
  std::set<int64_t> taken = indexes_of(active);
  if (replaces_only_failed(job))
    for (const Document& pod : plan.pods)
      if (const auto index = completion_index(pod.root()); index && is_pod_terminating(pod.root()))
        taken.insert(*index);
  const Indexes settled = plan.done.merged(Indexes(taken)).merged(plan.failed.value_or(Indexes()));
  const std::vector<int64_t> pending = settled.missing(job["spec"]["completions"].as_int(), most);
  std::vector<int64_t> due;
  std::optional<int64_t> first;
  for (const int64_t index : pending) {
    const auto heir = plan.heirs.find(index);
    const int64_t wait =
        heir == plan.heirs.end()
            ? 0
            : remaining_ns({all_failures(heir->second.root()) + 1, finish_time(heir->second.root())}, known.now);
    if (wait == 0)
      due.push_back(index);
    else
      first = std::min(first.value_or(wait), wait);
  }
  if (due.empty()) plan.look_again_ns = first;
  return due;
}

void plan_creation(const Known& known, const std::vector<Document>& active, size_t count, Plan& plan) {
  const View job = known.job.root();
  if (!has_index_limit(job))
    if (const int64_t wait = remaining_ns(plan.backoff, known.now); wait > 0) {
      plan.look_again_ns = wait;
      return;
    }
  count = std::min(count, kMostPods);
  if (!is_indexed(job)) return plan.create.resize(count);
  for (const int64_t index : indexes_to_create(known, active, count, plan)) plan.create.emplace_back(index);
}

/// How many pods should run. Either makes pods or removes some; removing comes first.
void plan_pods(const Known& known, const std::vector<Document>& active, Plan& plan) {
  const View job = known.job.root();
  plan.managed = true;
  plan.untrack_removed = true;
  if (is_suspended(job)) {
    plan.remove = active;
    return;
  }
  const int64_t wanted = wanted_active(job, plan);
  plan.remove = surplus_of(job, active, static_cast<size_t>(std::max<int64_t>(0, plan.active - wanted)), known.now);
  if (plan.remove.size() > kMostPods) plan.remove.resize(kMostPods);
  const int64_t missing = wanted - plan.active - (replaces_only_failed(job) ? plan.terminating : 0);
  if (plan.remove.empty() && missing > 0) plan_creation(known, active, static_cast<size_t>(missing), plan);
}

/// The job's pods, and how they stand.
std::vector<Document> count_pods(const Known& known, Plan& plan) {
  const View job = known.job.root();
  Claims claims = claim(job, object::LabelSelector::from_object(job["spec"]["selector"]), known.pods);
  plan.adopt = std::move(claims.adopt);
  plan.release = std::move(claims.release);
  plan.pods = std::move(claims.owned);
  if (is_indexed(job))
    std::ranges::stable_sort(plan.pods, {}, [](const Document& p) { return completion_index(p.root()).value_or(-1); });
  std::vector<Document> active = active_of(plan.pods);
  plan.active = static_cast<int64_t>(active.size());
  plan.ready = std::ranges::count_if(active, [](const Document& pod) { return is_pod_ready(pod.root()); });
  plan.terminating =
      std::ranges::count_if(plan.pods, [](const Document& pod) { return is_pod_terminating(pod.root()); });
  return active;
}

}  // namespace

Plan make_plan(const Known& known) {
  const View job = known.job.root();
  Plan plan;
  const std::vector<Document> active = count_pods(known, plan);
  const Uncounted uncounted(job);
  const NewEnds ends = new_ends(job, plan.pods, uncounted);
  plan.succeeded =
      job["status"]["succeeded"].as_int() + static_cast<int64_t>(ends.succeeded.size() + uncounted.succeeded.size());
  const int64_t failed =
      job["status"]["failed"].as_int() + static_cast<int64_t>(uncounted.failed.size()) +
      std::ranges::count_if(ends.failed, [&](const Document& p) { return match_failure_policy(job, p.root()).counts; });
  plan.backoff = next_backoff(known.backoff, ends.succeeded, ends.failed);
  plan.verdict = standing_verdict(job, plan.pods);
  if (!plan.verdict) plan.verdict = limit_verdict(job, plan.pods, failed, known.now);
  if (is_indexed(job)) look_at_indexes(job, active, plan);
  if (plan.verdict)
    plan.remove = active;
  else if (!object::is_deleting(job))
    plan_pods(known, active, plan);
  if (const auto left = deadline_ns(job, known.now); left && !plan.verdict)
    plan.look_again_ns = std::min(plan.look_again_ns.value_or(*left), *left);
  return plan;
}

}  // namespace proa::controllers::job

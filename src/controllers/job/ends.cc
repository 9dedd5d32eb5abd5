#include "controllers/job/ends.h"

#include "controllers/job/job_pods.h"
#include "object/meta.h"

namespace proa::controllers::job {

using object::Document;
using object::View;

Uncounted::Uncounted(View job) {
  const View listed = job["status"]["uncountedTerminatedPods"];
  for (const View uid : listed["succeeded"].items()) succeeded.insert(uid.str());
  for (const View uid : listed["failed"].items()) failed.insert(uid.str());
}

bool counts(View job, View pod) {
  if (!is_tracked(pod)) return false;
  if (!is_indexed(job)) return true;
  const auto index = completion_index(pod);
  return index && *index < job["spec"]["completions"].as_int();
}

NewEnds new_ends(View job, const std::vector<Document>& pods, const Uncounted& uncounted) {
  NewEnds ends;
  for (const Document& pod : pods) {
    if (!counts(job, pod.root())) continue;
    const std::string_view uid = object::uid_of(pod.root());
    if (pod["status"]["phase"].as_string() == "Succeeded" && !uncounted.succeeded.contains(uid))
      ends.succeeded.push_back(pod);
    if (has_failed(pod.root(), job) && !uncounted.failed.contains(uid)) ends.failed.push_back(pod);
  }
  return ends;
}

}  // namespace proa::controllers::job

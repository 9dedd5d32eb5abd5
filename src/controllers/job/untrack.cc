#include "controllers/job/untrack.h"

#include <memory>
#include <utility>

#include "controllers/job/job_pods.h"
#include "object/meta.h"

namespace proa::controllers::job {

using object::Document;

void untrack(client::Client& client, const std::vector<Document>& pods, std::function<void(const Document&)> wrote,
             std::move_only_function<void(const Untracked&)> done) {
  struct Work {
    std::function<void(const Document&)> wrote;
    std::move_only_function<void(const Untracked&)> done;
    size_t pending;
    Untracked untracked;
  };
  if (pods.empty()) return done({});
  auto work = std::make_shared<Work>(Work{std::move(wrote), std::move(done), pods.size(), {}});
  for (const Document& pod : pods)
    client.patch(client::resources::kPods, object::namespace_of(pod.root()), object::name_of(pod.root()),
                 client::PatchType::kStrategicMerge, untracking_patch(), "",
                 [work, uid = std::string(object::uid_of(pod.root()))](const Result<Document>& written) {
                   if (written) work->wrote(*written);
                   if (written || written.error().is("NotFound"))
                     work->untracked.uids.insert(uid);
                   else if (!work->untracked.failure)
                     work->untracked.failure = written.error();
                   if (--work->pending == 0) work->done(work->untracked);
                 });
}

}  // namespace proa::controllers::job

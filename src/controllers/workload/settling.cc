#include "controllers/workload/settling.h"

#include <memory>
#include <utility>

#include "controllers/workload/claiming.h"
#include "object/meta.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::View;
namespace resources = client::resources;

struct Job {
  client::Client& client;
  Settling what;
  std::function<void(const client::Resource&, const Document&)> wrote;
  std::move_only_function<void(Result<bool>)> done;

  bool changes_owners() const {
    return !what.adopt.empty() || !what.release.empty() || !what.history.adopt.empty() || !what.history.release.empty();
  }
};
using JobPtr = std::shared_ptr<Job>;

void raise_collision_count(const JobPtr& job, const Status& why) {
  const View owner = job->what.owner.root();
  object::Value changed = owner.to_value();
  changed["status"].set("collisionCount", owner["status"]["collisionCount"].as_int() + 1);
  job->client.update(job->what.owners, object::namespace_of(owner), object::name_of(owner), std::move(changed),
                     "status", [job, why](const Result<Document>&) { job->done(Error(why)); });
}

void name_is_taken(const JobPtr& job, const Status& why) {
  const View owner = job->what.owner.root();
  job->client.get(resources::kControllerRevisions, object::namespace_of(owner), job->what.history.name,
                  [job, why](const Result<Document>& existing) {
                    // Ours already: the cache is behind, and shows it soon.
                    if (!existing || is_revision_of(job->what.owner.root(), existing->root()))
                      return job->done(Error(why));
                    raise_collision_count(job, why);
                  });
}

void write_revision(const JobPtr& job) {
  write_all(
      job->client, std::move(job->what.history.writes),
      [job](const Change&, const Document& revision) { job->wrote(resources::kControllerRevisions, revision); },
      [job](const Result<void>& written) {
        if (written) return job->done(true);
        if (written.error().is("AlreadyExists")) return name_is_taken(job, written.error());
        job->done(Error(written.error()));
      });
}

void claim(const JobPtr& job, const client::Resource& of, const std::vector<Document>& adopt,
           const std::vector<Document>& release, std::function<void()> then) {
  claim_through(
      job->client, {job->what.owners, of, job->what.owner, adopt, release},
      [job, of](const Document& written) { job->wrote(of, written); },
      [job, then = std::move(then)](const Result<void>& settled) {
        if (!settled) return job->done(Error(settled.error()));
        then();
      });
}

}  // namespace

void settle(client::Client& client, Settling what, std::function<void(const client::Resource&, const Document&)> wrote,
            std::move_only_function<void(Result<bool>)> done) {
  auto job = std::make_shared<Job>(Job{client, std::move(what), std::move(wrote), std::move(done)});
  claim(job, resources::kPods, job->what.adopt, job->what.release, [job] {
    const History& history = job->what.history;
    claim(job, resources::kControllerRevisions, history.adopt, history.release, [job] {
      if (job->changes_owners()) return job->done(false);
      write_revision(job);
    });
  });
}

}  // namespace proa::controllers

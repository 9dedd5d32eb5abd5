#include "controllers/workload/write_list.h"

#include <memory>
#include <utility>

#include "object/meta.h"

namespace proa::controllers {
namespace {

using object::Document;

struct Writing {
  client::Client& client;
  std::vector<Change> changes;
  std::function<void(const Change&, const Document&)> wrote;
  std::move_only_function<void(Result<void>)> done;
  size_t next = 0;
};

void write_next(const std::shared_ptr<Writing>& writing);

void answered(const std::shared_ptr<Writing>& writing, const Result<Document>& result) {
  const Change& change = writing->changes[writing->next];
  if (!result && !(change.what == Change::What::kRemove && result.error().is("NotFound")))
    return writing->done(Error(result.error()));
  if (result) writing->wrote(change, *result);
  ++writing->next;
  write_next(writing);
}

void write_next(const std::shared_ptr<Writing>& writing) {
  if (writing->next == writing->changes.size()) return writing->done({});
  Change& c = writing->changes[writing->next];
  client::Client& client = writing->client;
  auto done = [writing](Result<Document> result) { answered(writing, result); };
  switch (c.what) {
    case Change::What::kCreate: return client.create(c.resource, c.ns, c.name, std::move(c.object), "", done);
    case Change::What::kUpdate: return client.update(c.resource, c.ns, c.name, std::move(c.object), "", done);
    case Change::What::kUpdateStatus:
      return client.update(c.resource, c.ns, c.name, std::move(c.object), "status", done);
    case Change::What::kRemove: return client.remove(c.resource, c.ns, c.name, c.options, done);
  }
}

}  // namespace

void write_all(client::Client& client, std::vector<Change> changes,
               std::function<void(const Change&, const Document&)> wrote,
               std::move_only_function<void(Result<void>)> done) {
  if (changes.empty()) return done({});
  write_next(std::make_shared<Writing>(Writing{client, std::move(changes), std::move(wrote), std::move(done), 0}));
}

std::vector<Change> ending_of(const Document& pod, std::optional<object::Value> marked, int64_t grace_period_seconds) {
  const client::Resource& pods = client::resources::kPods;
  const std::string ns(object::namespace_of(pod.root())), name(object::name_of(pod.root()));
  client::DeleteOptions options;
  options.uid = object::uid_of(pod.root());
  options.grace_period_seconds = grace_period_seconds;
  std::vector<Change> changes;
  if (marked) changes.push_back({Change::What::kUpdateStatus, pods, ns, name, std::move(*marked)});
  changes.push_back({Change::What::kRemove, pods, ns, name, {}, std::move(options)});
  return changes;
}

}  // namespace proa::controllers

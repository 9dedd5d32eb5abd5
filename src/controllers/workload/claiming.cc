#include "controllers/workload/claiming.h"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "controllers/workload/ownership.h"
#include "object/meta.h"

namespace proa::controllers {
namespace {

using object::Document;
using object::View;

struct Claiming {
  client::Client& client;
  ClaimOrder order;
  std::function<void(const Document&)> wrote;
  std::move_only_function<void(Result<void>)> done;
  size_t pending = 0;
  std::optional<Status> failure;
};
using ClaimingPtr = std::shared_ptr<Claiming>;

void answered(const ClaimingPtr& claiming, Result<Document> written) {
  if (written)
    claiming->wrote(*written);
  else if (!written.error().is("NotFound") && !claiming->failure)
    claiming->failure = written.error();
  if (--claiming->pending > 0) return;
  if (claiming->failure) return claiming->done(Error(*claiming->failure));
  claiming->done({});
}

void write_all(const ClaimingPtr& claiming) {
  const ClaimOrder& order = claiming->order;
  const View owner = order.owner.root();
  const auto write = [&](const Document& object, object::Value changed) {
    claiming->client.update(order.dependents, object::namespace_of(object.root()), object::name_of(object.root()),
                            std::move(changed), "",
                            [claiming](Result<Document> written) { answered(claiming, std::move(written)); });
  };
  claiming->pending = order.adopt.size() + order.release.size();
  for (const Document& object : order.adopt) write(object, adopted(object.root(), owner, order.finalizer));
  for (const Document& object : order.release)
    write(object, released(object.root(), object::uid_of(owner), order.finalizer));
}

void check_owner(const ClaimingPtr& claiming, const Result<Document>& now) {
  if (!now) return claiming->done(Error(now.error()));
  const View owner = claiming->order.owner.root();
  if (object::uid_of(now->root()) != object::uid_of(owner))
    return claiming->done(Error(
        base::internal_error(fmt::format("original {} {} is gone: got uid {}, wanted {}", owner["kind"].as_string(),
                                         object::key_of(owner), object::uid_of(now->root()), object::uid_of(owner)))));
  if (object::is_deleting(now->root()))
    return claiming->done(
        Error(base::internal_error(fmt::format("{} has just been deleted at {}", object::key_of(owner),
                                               (*now)["metadata"]["deletionTimestamp"].as_string()))));
  write_all(claiming);
}

}  // namespace

void claim_through(client::Client& client, ClaimOrder order, std::function<void(const Document&)> wrote,
                   std::move_only_function<void(Result<void>)> done) {
  if (order.adopt.empty() && order.release.empty()) return done({});
  auto claiming =
      std::make_shared<Claiming>(Claiming{client, std::move(order), std::move(wrote), std::move(done), 0, {}});
  if (claiming->order.adopt.empty()) return write_all(claiming);
  const View owner = claiming->order.owner.root();
  client.get(claiming->order.owners, object::namespace_of(owner), object::name_of(owner),
             [claiming](Result<Document> now) { check_owner(claiming, now); });
}

}  // namespace proa::controllers

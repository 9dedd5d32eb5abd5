#include "node/volumes/volumes.h"

namespace proa::node {

namespace {

struct Fetch : std::enable_shared_from_this<Fetch> {
  Fetch(client::Client& c, std::string ns, std::vector<Reference> list, std::function<void(Result<References>)> d)
      : client(c), space(std::move(ns)), wanted(std::move(list)), done(std::move(d)) {}

  client::Client& client;
  std::string space;
  std::vector<Reference> wanted;
  std::function<void(Result<References>)> done;
  References found;
  size_t open = 0;

  void start() {
    open = wanted.size();
    if (open == 0) return done(std::move(found));
    for (const Reference& each : wanted) {
      const bool secret = each.kind == Reference::Kind::kSecret;
      client.get(secret ? client::resources::kSecrets : client::resources::kConfigMaps, space, each.name,
                 [self = shared_from_this(), secret, name = each.name](Result<object::Document> got) {
                   self->arrived(secret, name, std::move(got));
                 });
    }
  }

  void arrived(bool secret, const std::string& name, Result<object::Document> got) {
    if (!done) return;
    if (got) {
      (secret ? found.secrets : found.config_maps)[name] = std::move(*got);
    } else if (!got.error().is("NotFound")) {
      return std::exchange(done, nullptr)(Error(std::move(got.error())));
    }
    if (--open == 0) std::exchange(done, nullptr)(std::move(found));
  }
};

}  // namespace

void fetch_references(client::Client& client, const std::string& ns, std::vector<Reference> wanted,
                      std::function<void(Result<References>)> done) {
  std::make_shared<Fetch>(client, ns, std::move(wanted), std::move(done))->start();
}

}  // namespace proa::node

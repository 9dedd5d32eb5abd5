#include "api/api.h"

#include "api/bootstrap.h"
#include "api/chain.h"
#include "api/gates.h"
#include "api/in_process_client.h"

namespace proa::api {
namespace {

class Server : public Api {
 public:
  Server(const Options& options, store::Store& store, runtime::Clock& clock, runtime::Random& random,
         const auth::TokenIssuer* tokens)
      : core_(options, store, clock, random, tokens), gates_(core_) {}
  // Writes that are on their way to the disk still call back into the core.
  ~Server() override { core_.store.flush(); }

  void handle(http::RequestPtr request, http::ResponseWriterPtr response) override {
    api::handle(core_, gates_, std::move(request), std::move(response));
  }

  void bootstrap(std::function<void(Result<void>)> done) override { api::bootstrap(core_, std::move(done)); }

  std::unique_ptr<client::Client> in_process_client(runtime::Executor& executor, auth::User user,
                                                    std::string field_manager) override {
    return make_in_process_client(core_, executor, std::move(user), std::move(field_manager));
  }

  void set_pod_streams(client::PodStreams* streams) override { core_.streams = streams; }
  void set_ready(bool ready) override { core_.ready = ready; }
  schema::Registry& registry() override { return core_.registry; }

 private:
  Core core_;
  Gates gates_;
};

}  // namespace

Result<std::unique_ptr<Api>> Api::make(const Options& options, store::Store& store, runtime::Clock& clock,
                                       runtime::Random& random, const auth::TokenIssuer* tokens) {
  return std::make_unique<Server>(options, store, clock, random, tokens);
}

}  // namespace proa::api

// client::Client over the verbs directly: no HTTP, no encoding; a watch hands out the store's own documents.
#pragma once

#include <memory>

#include "api/core.h"
#include "client/client.h"
#include "runtime/executor.h"

namespace proa::api {

/// `core` and `executor` outlive it. Acts as `user`; nothing is authorized anew: who holds it is trusted.
std::unique_ptr<client::Client> make_in_process_client(Core& core, runtime::Executor& executor, auth::User user,
                                                       std::string field_manager);

}  // namespace proa::api

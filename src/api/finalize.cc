// namespaces/NAME/finalize: replaces spec.finalizers, which lets a namespace go once they are empty.
#include "api/http_verbs.h"
#include "api/subresources.h"
#include "api/write.h"

namespace proa::api {

using object::Value;
using object::View;

void finalize(Core& core, Target target, CallPtr call, Value object, StoredDone done) {
  Change change = [target, wanted = std::move(object)](View old) -> Result<Value> {
    const std::string_view version = View(wanted)["metadata"]["resourceVersion"].as_string();
    if (!version.empty() && version != old["metadata"]["resourceVersion"].as_string())
      return Error(base::modified_conflict(target.resource(), target.name));
    Value out = old.to_value();
    Value finalizers = View(wanted)["spec"]["finalizers"].to_value();
    if (View(finalizers).empty())
      out["spec"].erase("finalizers");
    else
      out["spec"].set("finalizers", std::move(finalizers));
    return out;
  };
  apply_change(core, std::move(target), std::move(call), std::move(change), {}, std::move(done));
}

void serve_finalize(const ExchangePtr& exchange) {
  if (exchange->route.verb != "update")
    return exchange->fail({.code = 405,
                           .reason = "MethodNotAllowed",
                           .message = "the server does not allow this method on the requested resource"});
  if (auto ok = read_write_options(*exchange, "UpdateOptions"); !ok) return exchange->fail(ok.error());
  auto object = read_body_object(*exchange);
  if (!object) return exchange->fail(object.error());
  if (auto ok = check_names(exchange->target, *object); !ok) return exchange->fail(ok.error());
  finalize(exchange->core, exchange->target, exchange->call, std::move(*object), [exchange](Result<Stored> result) {
    if (!result) return exchange->fail(result.error());
    exchange->send_object(200, *result);
  });
}

}  // namespace proa::api

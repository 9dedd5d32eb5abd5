// kubectl create token.
#include <unistd.h>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/create/made.h"
#include "cli/kubectl/text.h"
#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

constexpr int64_t kSecond = 1'000'000'000;

struct TokenFlags {
  std::vector<std::string> audiences;
  int64_t duration = 0;  // ns
  std::string kind, name, uid;

  void add_to(FlagSet& flags) {
    flags.array("audience", 0, &audiences);
    flags.duration("duration", 0, &duration);
    flags.text("bound-object-kind", 0, &kind);
    flags.text("bound-object-name", 0, &name);
    flags.text("bound-object-uid", 0, &uid);
  }
  Try<void> check() const;
  Value request() const;
};

Try<void> TokenFlags::check() const {
  if (duration < 0) return fail("--duration must be greater than or equal to 0");
  if (duration % kSecond != 0) return fail("--duration cannot be expressed in units less than seconds");
  for (const std::string& audience : audiences)
    if (audience.empty()) return fail("--audience must not be an empty string");
  if (kind.empty()) {
    if (!name.empty()) return fail("--bound-object-name can only be set if --bound-object-kind is provided");
    if (!uid.empty()) return fail("--bound-object-uid can only be set if --bound-object-kind is provided");
    return {};
  }
  if (kind != "Pod" && kind != "Secret" && kind != "Node")
    return fail("supported --bound-object-kind values are Node, Pod, Secret");
  if (name.empty()) return fail("--bound-object-name is required if --bound-object-kind is provided");
  return {};
}

Value TokenFlags::request() const {
  Value spec = Value::object({{"audiences", audiences.empty() ? Value() : words(audiences)}});
  if (duration > 0) spec["expirationSeconds"] = duration / kSecond;
  if (!kind.empty()) {
    spec["boundObjectRef"] = Value::object({{"kind", kind}, {"apiVersion", "v1"}, {"name", name}});
    if (!uid.empty()) spec["boundObjectRef"]["uid"] = uid;
  }
  return Value::object(
      {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", std::move(spec)}});
}

}  // namespace

Try<void> create_token(Session& session) {
  PrintFlags print;
  print.typed = true;
  TokenFlags token;
  FlagSet flags = session.flags();
  print.add_to(flags);
  token.add_to(flags);
  auto name = begin_named(session, flags);
  if (!name) return Failed(name.error());
  if (auto ok = session.access(); !ok) return Failed(ok.error());
  if (auto ok = token.check(); !ok) return ok;
  auto accounts = session.mapper().of_kind("v1", "ServiceAccount");
  if (!accounts) return Failed(accounts.error());
  auto answer = session.api().send({.method = "POST",
                                    .path = accounts->path(session.name_space(), *name, "token"),
                                    .body = object::to_json(token.request())});
  if (!answer) return fail(fmt::format("failed to create token: {}", answer.error().message()));
  const std::string text = View(*answer)["status"]["token"].str();
  if (text.empty()) return fail("failed to create token: no token in server response");
  if (print.given()) {
    auto shown = ResultPrinter(print, "none").print(*answer, "created");
    if (!shown) return Failed(shown.error());
    session.out(*shown);
    return {};
  }
  session.out(isatty(STDOUT_FILENO) != 0 ? text + "\n" : text);
  return {};
}

}  // namespace proa::cli::kubectl

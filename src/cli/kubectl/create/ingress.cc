// kubectl create ingress.
#include <algorithm>
#include <regex>
#include <set>

#include <fmt/format.h>

#include "cli/kubectl/commands.h"
#include "cli/kubectl/create/made.h"
#include "cli/kubectl/text.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

/// `name:port`
Value backend_of(const std::string& text) {
  const auto parts = split(text, ":");
  const auto number = parse_go_int(parts[1], 32);
  Value port = number ? Value::object({{"number", *number}}) : Value::object({{"name", parts[1]}});
  return Value::object({{"service", Value::object({{"name", parts[0]}, {"port", std::move(port)}})}});
}

/// `path=service:port`; a path that ends in a star is a prefix.
Value path_of(const std::string& text) {
  const auto parts = split(text, "=");
  std::string path = "/" + parts[0];
  const bool is_prefix = path.ends_with('*');
  if (is_prefix) path.pop_back();
  return Value::object(
      {{"path", path}, {"pathType", is_prefix ? "Prefix" : "Exact"}, {"backend", backend_of(parts[1])}});
}

/// Rules of one host are one.
Value rules_of(const std::vector<std::string>& texts) {
  Value rules = Value::array();
  for (const std::string& text : texts) {
    const std::string plain = split(text, ",")[0];
    const size_t slash = plain.find('/');
    const std::string host = plain.substr(0, slash);
    auto at = std::ranges::find_if(rules.items(),
                                   [&host](const Value& rule) { return View(rule)["host"].as_string() == host; });
    if (at == rules.items().end()) {
      Value rule = Value::object();
      if (!host.empty()) rule["host"] = host;
      rules.push_back(std::move(rule));
      at = rules.items().end() - 1;
    }
    (*at)["http"]["paths"].push_back(path_of(plain.substr(slash + 1)));
  }
  return rules;
}

/// `,tls` and `,tls=secret`: hosts that share a secret share an entry; each host is told once.
Value tls_of(const std::vector<std::string>& texts) {
  Value entries = Value::array();
  std::set<std::string> told;
  for (const std::string& text : texts) {
    const auto parts = split(text, ",");
    const std::string host = text.substr(0, text.find('/'));
    if (parts.size() != 2 || !told.insert(host).second) continue;
    const auto words = split(parts[1], "=");
    const std::string secret = words.size() > 1 ? words[1] : "";
    const auto at = std::ranges::find_if(
        entries.items(), [&secret](const Value& entry) { return View(entry)["secretName"].as_string() == secret; });
    if (at != entries.items().end()) {
      (*at)["hosts"].push_back(host);
      continue;
    }
    Value entry = Value::object();
    if (!host.empty()) entry["hosts"].push_back(host);
    if (!secret.empty()) entry["secretName"] = secret;
    if (!entry.members().empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

struct IngressFlags {
  std::string class_name, backend;
  std::vector<std::string> rules, annotations;
  Try<void> check() const;
};

Try<void> IngressFlags::check() const {
  static const std::regex kRule(R"(^[\w*.\-]*/.*=[\w\-]+:[\w\-]+)");
  if (backend.empty() && rules.empty())
    return fail(
        "not enough information provided: every ingress has to either specify a default-backend (which catches all "
        "traffic) or a list of rules (which catch specific paths)");
  for (const std::string& rule : rules)
    if (!std::regex_search(rule, kRule))
      return fail(
          fmt::format("rule {} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]", rule));
  for (const std::string& annotation : annotations)
    if (annotation.find('=') == std::string::npos)
      return fail(fmt::format("annotation {} is invalid and should be in format key=[value]", annotation));
  if (!backend.empty() && split(backend, ":").size() != 2)
    return fail("default-backend should be in format servicename:serviceport");
  return {};
}

}  // namespace

Try<void> create_ingress(Session& session) {
  CreateOptions o;
  IngressFlags given;
  FlagSet flags = session.flags();
  flags.text("class", 0, &given.class_name);
  flags.array("rule", 0, &given.rules);
  flags.text("default-backend", 0, &given.backend);
  flags.array("annotation", 0, &given.annotations);
  if (auto ok = begin_create(session, o, flags); !ok) return ok;
  if (auto ok = given.check(); !ok) return ok;
  Value ingress = new_object(session, o, "networking.k8s.io/v1", "Ingress");
  for (const std::string& annotation : given.annotations) {
    const size_t equals = annotation.find('=');
    ingress["metadata"]["annotations"].set(object::Key(std::string_view(annotation).substr(0, equals)),
                                           annotation.substr(equals + 1));
  }
  Value& spec = ingress["spec"] = Value::object();
  if (!given.class_name.empty()) spec["ingressClassName"] = given.class_name;
  if (!given.backend.empty()) spec["defaultBackend"] = backend_of(given.backend);
  if (Value tls = tls_of(given.rules); !tls.items().empty()) spec["tls"] = std::move(tls);
  if (Value rules = rules_of(given.rules); !rules.items().empty()) spec["rules"] = std::move(rules);
  ingress["status"] = Value::object({{"loadBalancer", Value::object()}});
  return finish_create(session, o, std::move(ingress), "ingress:");
}

}  // namespace proa::cli::kubectl

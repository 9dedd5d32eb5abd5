#include "node/env.h"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/base64.h"
#include "object/go_text.h"
#include "object/meta.h"
#include "object/quantity.h"

namespace proa::node {

using object::Key;
using object::Quantity;
using object::View;

namespace {

void note(std::vector<Reference>& out, Reference::Kind kind, View ref) {
  const Reference reference{kind, ref["name"].str(), ref["optional"].as_bool()};
  const auto same = std::ranges::find_if(
      out, [&](const Reference& each) { return each.kind == reference.kind && each.name == reference.name; });
  if (same == out.end()) return out.push_back(reference);
  same->optional = same->optional && reference.optional;
}

std::string upper_name(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

void add_service(View service, std::map<std::string, std::string>& out) {
  const std::string prefix = upper_name(object::name_of(service));
  const std::string ip = service["spec"]["clusterIP"].str();
  bool first = true;
  for (View port : service["spec"]["ports"].items()) {
    const int64_t number = port["port"].as_int();
    const std::string protocol = port["protocol"].exists() ? port["protocol"].str() : "TCP";
    std::string lower = protocol;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const bool v6 = ip.find(':') != std::string::npos;
    const std::string address = fmt::format(fmt::runtime(v6 ? "{}://[{}]:{}" : "{}://{}:{}"), lower, ip, number);
    if (first) {
      out[prefix + "_SERVICE_HOST"] = ip;
      out[prefix + "_SERVICE_PORT"] = std::to_string(number);
      out[prefix + "_PORT"] = address;
      first = false;
    }
    if (const std::string_view name = port["name"].as_string(); !name.empty())
      out[prefix + "_SERVICE_PORT_" + upper_name(name)] = std::to_string(number);
    const std::string each = fmt::format("{}_PORT_{}_{}", prefix, number, upper_name(protocol));
    out[each] = address;
    out[each + "_PROTO"] = lower;
    out[each + "_PORT"] = std::to_string(number);
    out[each + "_ADDR"] = ip;
  }
}

/// The text in `path['key']`; nullopt when the path has no subscript.
std::optional<std::string> subscript(std::string_view path, std::string_view list) {
  if (!path.starts_with(list) || !path.substr(list.size()).starts_with("['") || !path.ends_with("']"))
    return std::nullopt;
  return std::string(path.substr(list.size() + 2, path.size() - list.size() - 4));
}

/// metadata.labels as lines of key="value", sorted, for files.
std::string format_map(View map) {
  std::map<std::string, std::string> sorted;
  for (auto [name, value] : map.members()) sorted[std::string(name)] = value.str();
  std::string out;
  for (const auto& [name, value] : sorted)
    out += fmt::format("{}{}={}", out.empty() ? "" : "\n", name, object::go_quoted(value));
  return out;
}

/// envFrom and env as they are worked through, in order.
struct EnvMaker {
  View pod, container;
  const EnvFacts& facts;
  std::map<std::string, std::string> services;
  std::map<std::string, std::string> values;  // for expansion: own variables before those of Services

  std::string space() const { return std::string(object::namespace_of(pod)); }

  Status missing(std::string_view resource, const std::string& name) const {
    return base::not_found({"", std::string(resource)}, name);
  }

  /// nullptr (with no error) when it is optional and not there.
  Result<const object::Document*> object_of(View ref, bool secret) const {
    const auto& all = secret ? facts.references.secrets : facts.references.config_maps;
    const std::string name = ref["name"].str();
    if (const auto at = all.find(name); at != all.end()) return &at->second;
    if (ref["optional"].as_bool()) return nullptr;
    return Error(missing(secret ? "secret" : "configmap", name));
  }

  Result<void> take_all(View from) {
    const bool secret = from["secretRef"].exists();
    const auto object = object_of(secret ? from["secretRef"] : from["configMapRef"], secret);
    if (!object) return Error(object.error());
    if (*object == nullptr) return {};
    const std::string prefix = from["prefix"].str();
    for (auto [key, value] : (**object)["data"].members())
      values[prefix + std::string(key)] = secret ? secret_bytes(value) : value.str();
    return {};
  }

  /// nullopt: optional, and not there.
  Result<std::optional<std::string>> key_of(View ref, bool secret) const {
    const auto object = object_of(ref, secret);
    if (!object) return Error(object.error());
    if (*object == nullptr) return std::nullopt;
    const std::string key = ref["key"].str();
    const View value = (**object)["data"][Key(key)];
    if (value.exists()) return secret ? secret_bytes(value) : value.str();
    if (ref["optional"].as_bool()) return std::nullopt;
    return Error(base::bad_request(fmt::format("couldn't find key {} in {} {}/{}", key, secret ? "Secret" : "ConfigMap",
                                               space(), ref["name"].as_string())));
  }

  Result<std::optional<std::string>> value_of(View variable) const {
    if (const std::string_view text = variable["value"].as_string(); !text.empty()) {
      std::map<std::string, std::string> known = services;
      for (const auto& [name, value] : values) known[name] = value;
      return expand(text, known);
    }
    const View from = variable["valueFrom"];
    if (from["configMapKeyRef"].exists()) return key_of(from["configMapKeyRef"], false);
    if (from["secretKeyRef"].exists()) return key_of(from["secretKeyRef"], true);
    Result<std::string> value = std::string();
    if (from["fieldRef"].exists())
      value = field_value(pod, from["fieldRef"]["fieldPath"].as_string(), facts.pod_ip, facts.host_ip);
    if (from["resourceFieldRef"].exists()) value = resource_value(pod, container, from["resourceFieldRef"], facts);
    if (!value) return Error(value.error());
    return std::move(*value);
  }
};

}  // namespace

std::vector<Reference> env_references(View container) {
  std::vector<Reference> out;
  for (View from : container["envFrom"].items()) {
    if (from["configMapRef"].exists()) note(out, Reference::Kind::kConfigMap, from["configMapRef"]);
    if (from["secretRef"].exists()) note(out, Reference::Kind::kSecret, from["secretRef"]);
  }
  for (View variable : container["env"].items()) {
    const View from = variable["valueFrom"];
    if (from["configMapKeyRef"].exists()) note(out, Reference::Kind::kConfigMap, from["configMapKeyRef"]);
    if (from["secretKeyRef"].exists()) note(out, Reference::Kind::kSecret, from["secretKeyRef"]);
  }
  return out;
}

Result<Env> make_env(View pod, View container, const EnvFacts& facts) {
  EnvMaker maker{pod, container, facts, {}, {}};
  maker.services =
      service_env(facts.services, object::namespace_of(pod), pod["spec"]["enableServiceLinks"].as_bool(true));
  for (View from : container["envFrom"].items())
    if (auto taken = maker.take_all(from); !taken) return Error(taken.error());
  Env own;
  for (View variable : container["env"].items()) {
    auto value = maker.value_of(variable);
    if (!value) return Error(value.error());
    if (!*value) continue;
    maker.values[variable["name"].str()] = **value;
    own.emplace_back(variable["name"].str(), **value);
  }
  std::map<std::string, std::string> all = maker.services;
  for (const auto& [name, value] : maker.values) all[name] = value;
  Env out;
  for (auto& [name, value] : own) {
    const auto at = all.find(name);
    if (at == all.end()) continue;  // named twice: the last one counts, and is written once
    out.emplace_back(name, at->second);
    all.erase(at);
  }
  for (auto& [name, value] : all) out.emplace_back(name, value);
  return out;
}

std::map<std::string, std::string> service_env(const std::vector<object::Document>& services, std::string_view ns,
                                               bool links) {
  std::map<std::string, View> seen;  // by name: a Service of the pod's own namespace hides the API's
  for (const object::Document& service : services) {
    const std::string_view ip = service["spec"]["clusterIP"].as_string();
    if (ip.empty() || ip == "None") continue;
    const std::string name(object::name_of(service.root()));
    if (object::namespace_of(service.root()) == "default" && name == "kubernetes")
      seen.try_emplace(name, service.root());
    else if (links && object::namespace_of(service.root()) == ns)
      seen[name] = service.root();
  }
  std::map<std::string, std::string> out;
  for (const auto& [name, service] : seen) add_service(service, out);
  return out;
}

namespace {

/// `value_of` gives the text for the name in `$(NAME)`.
std::string expand_by(std::string_view text, const std::function<std::string(const std::string&)>& value_of) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$' || i + 1 == text.size()) {
      out += text[i];
    } else if (text[i + 1] == '$') {
      out += '$';
      ++i;
    } else if (const size_t end = text[i + 1] == '(' ? text.find(')', i) : text.npos; end != text.npos) {
      out += value_of(std::string(text.substr(i + 2, end - i - 2)));
      i = end;
    } else {
      out += '$';
    }
  }
  return out;
}

}  // namespace

std::string expand(std::string_view text, const std::map<std::string, std::string>& values) {
  return expand_by(text, [&](const std::string& name) {
    const auto at = values.find(name);
    return at == values.end() ? "$(" + name + ")" : at->second;
  });
}

Result<std::string> expand_path(std::string_view text, const Env& env) {
  const std::map<std::string, std::string> values(env.begin(), env.end());
  std::set<std::string> missing;
  std::string out = expand_by(text, [&](const std::string& name) {
    const auto at = values.find(name);
    if (at != values.end() && !at->second.empty()) return at->second;
    missing.insert(name);
    return std::string();
  });
  if (missing.empty()) return out;
  return Error(base::bad_request(fmt::format("missing value for {}", fmt::join(missing, ", "))));
}

std::vector<std::string> expand_all(View list, const Env& env) {
  const std::map<std::string, std::string> values(env.begin(), env.end());
  std::vector<std::string> out;
  for (View each : list.items()) out.push_back(expand(each.as_string(), values));
  return out;
}

Result<std::string> field_value(View pod, std::string_view path, const std::string& pod_ip,
                                const std::string& host_ip) {
  if (const auto key = subscript(path, "metadata.labels")) return pod["metadata"]["labels"][Key(*key)].str();
  if (const auto key = subscript(path, "metadata.annotations")) return pod["metadata"]["annotations"][Key(*key)].str();
  if (path == "metadata.labels") return format_map(pod["metadata"]["labels"]);
  if (path == "metadata.annotations") return format_map(pod["metadata"]["annotations"]);
  for (const char* name : {"name", "namespace", "uid"})
    if (path == std::string("metadata.") + name) return pod["metadata"][Key(std::string_view(name))].str();
  if (path == "spec.nodeName") return pod["spec"]["nodeName"].str();
  if (path == "spec.serviceAccountName") return pod["spec"]["serviceAccountName"].str();
  if (path == "status.podIP" || path == "status.podIPs") return pod_ip;
  if (path == "status.hostIP" || path == "status.hostIPs") return host_ip;
  return Error(base::bad_request(fmt::format("unsupported fieldPath: {}", path)));
}

namespace {

Result<View> measured_container(View pod, View container, std::string_view name) {
  if (name.empty()) return container;
  for (const char* list : {"containers", "initContainers"})
    for (View each : pod["spec"][Key(std::string_view(list))].items())
      if (each["name"].as_string() == name) return each;
  return Error(base::bad_request(fmt::format("container {} not found", name)));
}

/// What a container that names no limit may use: the pod's limit, else the node's amount.
Quantity limit_otherwise(View pod, std::string_view name, const EnvFacts& facts) {
  if (const auto whole = Quantity::parse(pod["spec"]["resources"]["limits"][Key(name)].as_string("0"));
      whole && !whole->is_zero())
    return *whole;
  if (name == "cpu") return Quantity::of_milli(facts.node_milli_cpu);
  return Quantity::of(name == "memory" ? facts.node_memory : 0);
}

}  // namespace

Result<std::string> resource_value(View pod, View container, View selector, const EnvFacts& facts) {
  const auto from = measured_container(pod, container, selector["containerName"].as_string());
  if (!from) return Error(from.error());
  const std::string resource = selector["resource"].str();
  const size_t dot = resource.find('.');
  const std::string what = resource.substr(0, dot), name = dot == std::string::npos ? "" : resource.substr(dot + 1);
  const bool known = name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
  if (!known || (what != "limits" && what != "requests"))
    return Error(base::bad_request(fmt::format("unsupported container resource : {}", resource)));
  const bool cpu = name == "cpu";
  auto quantity = Quantity::parse((*from)["resources"][Key(what)][Key(name)].as_string("0"));
  if (!quantity) return Error(quantity.error());
  if (what == "limits" && quantity->is_zero()) quantity = limit_otherwise(pod, name, facts);
  Quantity divisor = Quantity::of(1);
  if (const View given = selector["divisor"]; given.is_string())
    if (const auto parsed = Quantity::parse(given.as_string()); parsed && !parsed->is_zero()) divisor = *parsed;
  const int64_t amount = cpu ? quantity->milli_value() : quantity->value();
  const int64_t unit = cpu ? divisor.milli_value() : divisor.value();
  return std::to_string((amount + unit - 1) / unit);
}

// What is not base64 never gets past the API.
std::string secret_bytes(View value) { return base::base64_decode(value.as_string()).value_or(""); }

}  // namespace proa::node

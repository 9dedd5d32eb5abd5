// Endpoints and EndpointSlices: addresses that may be served, and ports.
// Source: k8s.io/kubernetes pkg/apis/core/validation and pkg/apis/discovery/validation.
#include <array>
#include <string>

#include "api/kinds/kinds.h"
#include "api/kinds/rows.h"
#include "api/kinds/validation.h"
#include "schema/addresses.h"
#include "schema/formats.h"

namespace proa::api::kinds {
namespace {

using object::View;
using schema::ErrorList;
using schema::Path;

constexpr size_t kMostAddresses = 100;

/// Addresses that no Service may lead to.
void special_address(std::string_view text, const Path& path, ErrorList& errors) {
  for (const auto& why : schema::special_ip_errors(text)) errors.invalid(path, text, why);
}

void subset_address(View address, const Path& path, ErrorList& errors) {
  const std::string_view ip = address["ip"].as_string();
  for (const std::string& why : schema::ip_errors(ip)) errors.invalid(path.child("ip"), ip, why);
  if (const View host = address["hostname"]; !host.as_string().empty())
    validation::dns1123_label(host.as_string(), path.child("hostname"), errors);
  special_address(ip, path.child("ip"), errors);
}

void subset_port(View port, bool named, const Path& path, ErrorList& errors) {
  const std::string_view name = port["name"].as_string();
  if (named && name.empty())
    errors.required(path.child("name"), "");
  else if (!name.empty())
    validation::dns1123_label(name, path.child("name"), errors);
  for (const std::string& why : schema::port_number_errors(port["port"].as_int()))
    errors.invalid_number(path.child("port"), port["port"].as_int(), why);
  const std::string_view protocol = port["protocol"].as_string();
  if (protocol != "TCP" && protocol != "UDP" && protocol != "SCTP")
    errors.not_supported(path.child("protocol"), protocol, {"SCTP", "TCP", "UDP"});
}

void validate_endpoints(View object, ErrorList& errors) {
  const Path subsets("subsets");
  size_t i = 0;
  for (const View subset : object["subsets"].items()) {
    const Path path = subsets.index(i++);
    if (subset["addresses"].empty() && subset["notReadyAddresses"].empty())
      errors.required(path, "must specify `addresses` or `notReadyAddresses`");
    for (const char* list : {"addresses", "notReadyAddresses"}) {
      const Path at = path.child(list);
      size_t j = 0;
      for (const View address : subset[std::string_view(list)].items()) subset_address(address, at.index(j++), errors);
    }
    const Path ports = path.child("ports");
    size_t j = 0;
    for (const View port : subset["ports"].items())
      subset_port(port, subset["ports"].size() > 1, ports.index(j++), errors);
  }
}

void slice_addresses(View addresses, std::string_view type, const Path& path, ErrorList& errors) {
  if (addresses.empty()) errors.required(path, "must contain at least 1 address");
  if (addresses.size() > kMostAddresses) errors.too_many(path, addresses.size(), kMostAddresses);
  size_t i = 0;
  for (const View address : addresses.items()) {
    const std::string_view text = address.as_string();
    const Path at = path.index(i++);
    if (type == "FQDN") {
      for (const std::string& why : schema::dns1123_subdomain_errors(text)) errors.invalid(at, text, why);
      continue;
    }
    if (const auto wrong = schema::ip_errors(text); !wrong.empty()) {
      for (const std::string& why : wrong) errors.invalid(at, text, why);
      continue;
    }
    const bool v6 = text.find(':') != std::string_view::npos;
    if (type == "IPv4" && v6) errors.invalid(path, text, "must be an IPv4 address");
    if (type == "IPv6" && !v6) errors.invalid(path, text, "must be an IPv6 address");
    special_address(text, at, errors);
  }
}

void validate_slice(View slice, ErrorList& errors) {
  const Path endpoints("endpoints");
  const std::string_view type = slice["addressType"].as_string();
  if (type != "IPv4" && type != "IPv6" && type != "FQDN") return;  // told by the schema
  size_t i = 0;
  for (const View endpoint : slice["endpoints"].items()) {
    const Path path = endpoints.index(i++);
    slice_addresses(endpoint["addresses"], type, path.child("addresses"), errors);
  }
}

/// Labels count as content: they say whose slice it is.
void prepare_slice_update(object::Value& slice, View old, const WriteContext& context) {
  generic_prepare_for_update(slice, old, context);
  const View now = slice;
  const View labels = now["metadata"]["labels"], were = old["metadata"]["labels"];
  if (!(labels.empty() && were.empty()) && !(labels == were))
    slice["metadata"].set("generation", old["metadata"]["generation"].as_int() + 1);
}

void validate_slice_update(View slice, View old, ErrorList& errors) {
  validation::immutable(slice["addressType"], old["addressType"], Path("addressType"), errors);
}

}  // namespace

KindBehaviour endpoints() {
  KindBehaviour behaviour;
  behaviour.row = rows::endpoints;
  behaviour.allow_create_on_update = true;
  behaviour.validate = validate_endpoints;
  return behaviour;
}

KindBehaviour endpoint_slice() {
  KindBehaviour behaviour;
  behaviour.row = rows::endpoint_slice;
  behaviour.prepare_for_update = prepare_slice_update;
  behaviour.validate = validate_slice;
  behaviour.warnings = [](View slice, View, std::vector<std::string>& out) {
    if (slice["addressType"].as_string() == "FQDN") out.emplace_back("spec.addressType: FQDN endpoints are deprecated");
  };
  behaviour.validate_update = validate_slice_update;
  return behaviour;
}

}  // namespace proa::api::kinds

// ConfigMap, Secret, Namespace, ServiceAccount.
#include "base/base64.h"
#include "cli/kubectl/describe/describe.h"
#include "object/meta.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;
using object::View;

void begin(DescribeWriter& w, View object) {
  w.print(0, "Name:\t{}\n", object::name_of(object));
  if (!object::namespace_of(object).empty()) w.print(0, "Namespace:\t{}\n", object::namespace_of(object));
  describe_labels(w, "Labels", object::labels_of(object));
  describe_annotations(w, "Annotations", object::annotations_of(object));
}

}  // namespace

void describe_config_map(DescribeWriter& w, const DescribeContext& c) {
  const View map = c.info.object;
  begin(w, map);
  w.write(0, "\nData\n====\n");
  for (const auto& [name, value] : by_name(map["data"])) {
    w.print(0, "{}:\n----\n", name);
    w.print(0, "{}\n\n", value.as_string());
  }
  w.write(0, "\nBinaryData\n====\n");
  for (const auto& [name, value] : by_name(map["binaryData"])) {
    const auto bytes = base::base64_decode(value.as_string());
    w.print(0, "{}: {} bytes\n", name, bytes ? bytes->size() : 0);
  }
  w.write(0, "\n");
  describe_own_events(w, c);
}

void describe_secret(DescribeWriter& w, const DescribeContext& c) {
  const View secret = c.info.object;
  begin(w, secret);
  w.print(0, "\nType:\t{}\n", secret["type"].as_string());
  w.write(0, "\nData\n====\n");
  const bool token = secret["type"].as_string() == "kubernetes.io/service-account-token";
  for (const auto& [name, value] : by_name(secret["data"])) {
    const auto bytes = base::base64_decode(value.as_string());
    if (token && name == "token")
      w.print(0, "{}:\t{}\n", name, bytes.value_or(""));
    else
      w.print(0, "{}:\t{} bytes\n", name, bytes ? bytes->size() : 0);
  }
}

void describe_namespace(DescribeWriter& w, const DescribeContext& c) {
  const View ns = c.info.object;
  begin(w, ns);
  w.print(0, "Status:\t{}\n", ns["status"]["phase"].as_string());
  const View conditions = ns["status"]["conditions"];
  if (!conditions.empty()) {
    w.write(0, "Conditions:\n");
    w.write(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage\n");
    w.write(1, "----\t------\t------------------\t------\t-------\n");
  }
  for (View one : conditions.items())
    w.print(1, "{}\t{}\t{}\t{}\t{}\n", one["type"].as_string(), one["status"].as_string(),
            long_time(one["lastTransitionTime"]), one["reason"].as_string(), one["message"].as_string());
  const Value quotas = items_of(c.session, "resourcequotas", c.info.name);
  w.write(0, "\n");
  if (View(quotas).empty()) {
    w.write(0, "No resource quota.\n");
  } else {
    w.write(0, "Resource Quotas\n");
    for (View quota : View(quotas).items()) {
      w.print(1, "Name:\t{}\n", object::name_of(quota));
      w.write(1, "Resource\tUsed\tHard\n");
      w.write(1, "--------\t---\t---\n");
      for (const auto& [name, hard] : by_name(quota["status"]["hard"]))
        w.print(1, "{}\t{}\t{}\n", name, quota["status"]["used"][name].as_string(), hard.as_string());
    }
  }
  const Value limits = items_of(c.session, "limitranges", c.info.name);
  w.write(0, "\n");
  if (View(limits).empty()) return w.write(0, "No LimitRange resource.\n");
  w.write(0, "Resource Limits\n Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n");
  w.write(0, " ----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n");
  for (View range : View(limits).items())
    for (View item : range["spec"]["limits"].items()) {
      Value names = Value::object();
      for (const std::string_view part : {"min", "max", "default", "defaultRequest", "maxLimitRequestRatio"})
        for (auto [name, amount] : item[part].members()) names.set(name, true);
      const auto cell = [&](std::string_view part, std::string_view name) {
        const View amount = item[part][name];
        return amount.exists() ? amount.str() : std::string("-");
      };
      for (const auto& [name, unused] : by_name(names))
        w.print(0, " {}\t{}\t{}\t{}\t{}\t{}\t{}\n", item["type"].as_string(), name, cell("min", name),
                cell("max", name), cell("defaultRequest", name), cell("default", name),
                cell("maxLimitRequestRatio", name));
    }
}

void describe_service_account(DescribeWriter& w, const DescribeContext& c) {
  const View account = c.info.object;
  begin(w, account);
  Value existing = Value::object();
  const Value secrets = items_of(c.session, "secrets", c.info.name_space);
  Value tokens = Value::array();
  for (View secret : View(secrets).items()) {
    existing.set(object::name_of(secret), true);
    const View annotations = object::annotations_of(secret);
    if (secret["type"].as_string() == "kubernetes.io/service-account-token" &&
        annotations["kubernetes.io/service-account.name"].as_string() == c.info.name)
      tokens.push_back(Value::object({{"name", object::name_of(secret)}}));
  }
  const auto names = [&](std::string_view title, View list) {
    if (list.empty()) return w.print(0, "{}:\t<none>\n", title);
    bool first = true;
    for (View item : list.items()) {
      const auto name = item["name"].as_string();
      const bool missing = !View(existing)[name].exists();
      w.print(0, "{}\t{}{}\n", std::exchange(first, false) ? std::string(title) + ":" : "", name,
              missing ? " (not found)" : "");
    }
  };
  names("Image pull secrets", account["imagePullSecrets"]);
  names("Mountable secrets", account["secrets"]);
  names("Tokens", tokens);
  describe_own_events(w, c);
}

}  // namespace proa::cli::kubectl

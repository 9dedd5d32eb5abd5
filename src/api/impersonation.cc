#include "api/impersonation.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "http/text.h"
#include "object/label_syntax.h"
#include "schema/field_error.h"

namespace proa::api {
namespace {

constexpr std::string_view kExtra = "impersonate-extra-";
constexpr std::string_view kKnown = "system:authenticated", kUnknown = "system:unauthenticated";

struct Account {
  std::string_view ns, name;
};

/// Of `system:serviceaccount:NAMESPACE:NAME`; anything that only begins like it is a user.
std::optional<Account> account_of(std::string_view user) {
  static constexpr std::string_view kPrefix = "system:serviceaccount:";
  if (!user.starts_with(kPrefix)) return std::nullopt;
  user.remove_prefix(kPrefix.size());
  const size_t colon = user.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const Account account{user.substr(0, colon), user.substr(colon + 1)};
  if (!object::dns1123_label_errors(account.ns).empty()) return std::nullopt;
  if (!object::dns1123_subdomain_errors(account.name).empty()) return std::nullopt;
  return account;
}

auth::Attributes part(std::string group, std::string resource, std::string name) {
  auth::Attributes out;
  out.verb = "impersonate";
  out.group = std::move(group);
  out.version = "v1";
  out.resource = std::move(resource);
  out.name = std::move(name);
  return out;
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::vector<std::string> quoted;
  for (const std::string& text : texts) quoted.push_back(schema::go_quote(text));
  return fmt::format("[]string{{{}}}", fmt::join(quoted, ", "));
}

/// As Go shows the whole of it, since upstream does.
std::string shown(const auth::User& user) {
  std::map<std::string, std::string> extra;
  for (const auto& [key, values] : user.extra) extra[schema::go_quote(key)] = quoted_list(values);
  std::vector<std::string> pairs;
  for (const auto& [key, values] : extra) pairs.push_back(key + ":" + values);
  return fmt::format("&user.DefaultInfo{{Name:{}, UID:{}, Groups:{}, Extra:map[string][]string{}}}",
                     schema::go_quote(user.name), schema::go_quote(user.uid),
                     user.groups.empty() ? "[]string(nil)" : quoted_list(user.groups),
                     pairs.empty() ? "(nil)" : fmt::format("{{{}}}", fmt::join(pairs, ", ")));
}

void add_extra(auth::User& user, std::string key, const std::string& value) {
  const auto at = std::ranges::find(user.extra, key, [](const auto& pair) { return pair.first; });
  if (at != user.extra.end()) return at->second.push_back(value);
  user.extra.push_back({std::move(key), {value}});
}

}  // namespace

Result<std::optional<auth::User>> wanted_user(const http::Headers& headers) {
  auth::User wanted;
  bool any = false;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with("impersonate-")) continue;
    if (name == "impersonate-user" && wanted.name.empty()) wanted.name = value;
    if (name == "impersonate-uid" && wanted.uid.empty()) wanted.uid = value;
    if (name == "impersonate-group") wanted.groups.push_back(value);
    if (name.starts_with(kExtra)) add_extra(wanted, http::percent_decode(name.substr(kExtra.size()), false), value);
    any = any || !wanted.uid.empty() || !wanted.groups.empty() || !wanted.extra.empty();
  }
  if (!wanted.name.empty()) return wanted;
  if (!any) return std::nullopt;
  return Error(base::bad_request(fmt::format("requested {} without impersonating a user name", shown(wanted))));
}

std::vector<auth::Attributes> parts_of(const auth::User& wanted) {
  static constexpr const char* kAuthentication = "authentication.k8s.io";
  std::vector<auth::Attributes> out;
  if (const auto account = account_of(wanted.name)) {
    out.push_back(part("", "serviceaccounts", std::string(account->name)));
    out.back().ns = account->ns;
  } else {
    out.push_back(part("", "users", wanted.name));
  }
  if (!wanted.uid.empty()) out.push_back(part(kAuthentication, "uids", wanted.uid));
  for (const std::string& group : wanted.groups) out.push_back(part("", "groups", group));
  for (const auto& [key, values] : wanted.extra)
    for (const std::string& value : values) {
      out.push_back(part(kAuthentication, "userextras", value));
      out.back().subresource = key;
    }
  return out;
}

void add_groups(auth::User& wanted) {
  if (const auto account = account_of(wanted.name); account && wanted.groups.empty())
    wanted.groups = {"system:serviceaccounts", "system:serviceaccounts:" + std::string(account->ns)};
  const bool anonymous = wanted.name == "system:anonymous";
  if (!anonymous && wanted.in_group(kUnknown)) return;
  const std::string_view kind = anonymous ? kUnknown : kKnown;
  if (!wanted.in_group(kind)) wanted.groups.emplace_back(kind);
}

}  // namespace proa::api

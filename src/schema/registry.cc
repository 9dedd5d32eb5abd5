#include "schema/registry.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <tuple>

#include "fmt/format.h"

namespace proa::schema {
namespace {

using table::kNone;

constexpr std::array<std::string_view, 8> kVerbNames = {"create", "delete", "deletecollection", "get",
                                                        "list",   "patch",  "update",           "watch"};

std::vector<std::string> strings(const table::Table& t, table::Run run) {
  std::vector<std::string> out;
  for (const table::Str s : t.string_list.subspan(run.first, run.count)) out.emplace_back(t.text(s));
  return out;
}

Type type_at(const table::Table& t, uint32_t index) { return index == kNone ? Type() : Type(&t, index); }

Subresource subresource_from(const table::Table& t, const table::SubresourceRec& rec) {
  return {.name = std::string(t.text(rec.name)),
          .group = std::string(t.text(rec.group)),
          .version = std::string(t.text(rec.version)),
          .kind = std::string(t.text(rec.kind)),
          .verbs = rec.verbs,
          .type = type_at(t, rec.type),
          .request_type = type_at(t, rec.request_type)};
}

Column column_from(const table::Table& t, const table::ColumnRec& rec) {
  return {.name = std::string(t.text(rec.name)),
          .type = std::string(t.text(rec.type)),
          .format = std::string(t.text(rec.format)),
          .path = std::string(t.text(rec.path)),
          .description = std::string(t.text(rec.doc)),
          .priority = static_cast<int>(rec.priority)};
}

KindInfo kind_from(const table::Table& t, const table::KindRec& rec) {
  KindInfo kind;
  kind.group = t.text(rec.group);
  kind.version = t.text(rec.version);
  kind.kind = t.text(rec.kind);
  kind.list_kind = t.text(rec.list_kind);
  kind.plural = t.text(rec.plural);
  kind.singular = t.text(rec.singular);
  kind.short_names = strings(t, rec.short_names);
  kind.categories = strings(t, rec.categories);
  kind.namespaced = (rec.flags & 1) != 0;
  kind.verbs = rec.verbs;
  kind.type = type_at(t, rec.type);
  kind.list_type = type_at(t, rec.list_type);
  for (const auto& s : t.subresources.subspan(rec.subresources.first, rec.subresources.count)) {
    kind.subresources.push_back(subresource_from(t, s));
  }
  for (const auto& c : t.columns.subspan(rec.columns.first, rec.columns.count)) {
    kind.columns.push_back(column_from(t, c));
  }
  const GroupVersion storage = parse_api_version(t.text(rec.storage));
  kind.storage_group = storage.group;
  kind.storage_version = storage.version;
  kind.group_priority = static_cast<int>(rec.group_priority);
  kind.version_priority = static_cast<int>(rec.version_priority);
  return kind;
}

/// Discovery order: groups and versions by priority, kinds by plural.
bool before(const KindRef& a, const KindRef& b) {
  return std::tuple(-a->group_priority, std::string_view(a->group), -a->version_priority, std::string_view(a->version),
                    std::string_view(a->plural)) < std::tuple(-b->group_priority, std::string_view(b->group),
                                                              -b->version_priority, std::string_view(b->version),
                                                              std::string_view(b->plural));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

bool is_called(const KindInfo& kind, std::string_view name) {
  return kind.plural == name || kind.singular == name ||
         std::find(kind.short_names.begin(), kind.short_names.end(), name) != kind.short_names.end();
}

}  // namespace

std::vector<std::string_view> verb_names(uint32_t verbs) {
  std::vector<std::string_view> names;
  for (size_t i = 0; i < kVerbNames.size(); ++i) {
    if ((verbs >> i) & 1) names.push_back(kVerbNames[i]);
  }
  return names;
}

std::string api_version_of(std::string_view group, std::string_view version) {
  return group.empty() ? std::string(version) : fmt::format("{}/{}", group, version);
}

GroupVersion parse_api_version(std::string_view api_version) {
  const size_t slash = api_version.find('/');
  if (slash == std::string_view::npos || api_version.find('/', slash + 1) != std::string_view::npos) {
    return {"", std::string(api_version)};
  }
  return {std::string(api_version.substr(0, slash)), std::string(api_version.substr(slash + 1))};
}

const Subresource* KindInfo::subresource(std::string_view wanted) const {
  for (const Subresource& s : subresources) {
    if (s.name == wanted) return &s;
  }
  return nullptr;
}

Registry::Registry() {
  const table::Table& t = table::builtin();
  kinds_.reserve(t.kinds.size());
  for (const table::KindRec& rec : t.kinds) kinds_.push_back(std::make_shared<const KindInfo>(kind_from(t, rec)));
  std::sort(kinds_.begin(), kinds_.end(), before);
}

KindRef Registry::find_resource(std::string_view group, std::string_view version, std::string_view plural) const {
  const std::shared_lock lock(mutex_);
  for (const KindRef& k : kinds_) {
    if (k->plural == plural && k->version == version && k->group == group) return k;
  }
  return nullptr;
}

KindRef Registry::find_kind(std::string_view group, std::string_view version, std::string_view kind) const {
  const std::shared_lock lock(mutex_);
  for (const KindRef& k : kinds_) {
    if (k->kind == kind && k->version == version && k->group == group) return k;
  }
  return nullptr;
}

KindRef Registry::find_kind(std::string_view api_version, std::string_view kind) const {
  const GroupVersion gv = parse_api_version(api_version);
  return find_kind(gv.group, gv.version, kind);
}

KindRef Registry::find_by_any_name(std::string_view typed) const {
  const std::string name = lower(typed);
  const std::shared_lock lock(mutex_);
  for (const KindRef& k : kinds_) {
    if (is_called(*k, name)) return k;
  }
  const size_t dot = name.find('.');
  if (dot == std::string::npos) return nullptr;
  const std::string_view resource = std::string_view(name).substr(0, dot),
                         rest = std::string_view(name).substr(dot + 1);
  for (const KindRef& k : kinds_) {
    const bool fits = rest == k->group || rest == k->version + "." + k->group;
    if (fits && is_called(*k, resource)) return k;
  }
  return nullptr;
}

std::vector<KindRef> Registry::category(std::string_view name) const {
  std::vector<KindRef> out;
  const std::shared_lock lock(mutex_);
  for (const KindRef& k : kinds_) {
    if (std::find(k->categories.begin(), k->categories.end(), name) == k->categories.end()) continue;
    const bool seen = std::any_of(out.begin(), out.end(), [&](const KindRef& other) {
      return other->group == k->group && other->plural == k->plural;
    });
    if (!seen) out.push_back(k);
  }
  return out;
}

std::vector<GroupInfo> Registry::groups() const {
  std::vector<GroupInfo> out;
  const std::shared_lock lock(mutex_);
  for (const KindRef& k : kinds_) {
    if (out.empty() || out.back().group != k->group) out.push_back({k->group, {}});
    auto& versions = out.back().versions;
    if (versions.empty() || versions.back() != k->version) versions.push_back(k->version);
  }
  return out;
}

std::vector<KindRef> Registry::kinds(std::string_view group, std::string_view version) const {
  std::vector<KindRef> out;
  const std::shared_lock lock(mutex_);
  std::copy_if(kinds_.begin(), kinds_.end(), std::back_inserter(out),
               [&](const KindRef& k) { return k->group == group && k->version == version; });
  return out;
}

std::vector<KindRef> Registry::all() const {
  const std::shared_lock lock(mutex_);
  return kinds_;
}

bool Registry::has_group_version(std::string_view group, std::string_view version) const {
  const std::shared_lock lock(mutex_);
  return std::any_of(kinds_.begin(), kinds_.end(),
                     [&](const KindRef& k) { return k->group == group && k->version == version; });
}

Result<void> Registry::add(KindInfo kind) {
  const std::unique_lock lock(mutex_);
  const auto same = std::find_if(kinds_.begin(), kinds_.end(), [&](const KindRef& k) {
    return k->group == kind.group && k->version == kind.version && k->plural == kind.plural;
  });
  if (same != kinds_.end()) {
    if (!(*same)->custom) return Error(base::already_exists({kind.group, kind.plural}, kind.kind));
    kinds_.erase(same);
  }
  kind.custom = true;
  auto added = std::make_shared<const KindInfo>(std::move(kind));
  kinds_.insert(std::upper_bound(kinds_.begin(), kinds_.end(), added, before), added);
  ++generation_;
  return {};
}

void Registry::remove(std::string_view group, std::string_view plural) {
  const std::unique_lock lock(mutex_);
  const auto gone =
      std::erase_if(kinds_, [&](const KindRef& k) { return k->custom && k->group == group && k->plural == plural; });
  if (gone != 0) ++generation_;
}

uint64_t Registry::generation() const {
  const std::shared_lock lock(mutex_);
  return generation_;
}

}  // namespace proa::schema

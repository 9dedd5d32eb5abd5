#include "api/fields/manager_list.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace proa::api::fields {
namespace {

using object::Value;
using object::View;

bool same_id(const ManagerId& a, const ManagerId& b) {
  return a.manager == b.manager && a.operation == b.operation && a.subresource == b.subresource &&
         (a.operation == "Apply" || a.api_version == b.api_version);
}

int64_t seconds(const ManagerEntry& entry) { return object::parse_time(entry.time).value_or(0) / object::kSecondNs; }

bool is_reset(const Value& sent) {
  if (!sent.is_array()) return false;
  return sent.items().empty() ||
         (sent.items().size() == 1 && (View(sent.items()[0]).empty() || sent.items()[0].is_null()));
}

bool well_formed(View list) {
  for (const View entry : list.items()) {
    const std::string_view operation = entry["operation"].as_string();
    if (operation != "Update" && operation != "Apply") return false;
    if (entry["apiVersion"].as_string().empty() || entry["fieldsType"].as_string() != "FieldsV1") return false;
  }
  return true;
}

}  // namespace

void ManagerList::add(View entry) {
  ManagerEntry& added = entries_.emplace_back();
  added.id = {entry["manager"].as_string(), entry["operation"].as_string(), entry["apiVersion"].str(),
              entry["subresource"].as_string()};
  added.source = entry;
  added.raw = entry["fieldsV1"].as_raw();
  added.time = entry["time"].str();
}

FieldSet& ManagerList::set_of(ManagerEntry& entry) {
  if (!entry.parsed) {
    entry.set = parse_fields_v1(entry.raw, arena_);
    entry.parsed = true;
  }
  return entry.set;
}

ManagerEntry* ManagerList::find(const ManagerId& id) {
  const auto at = std::ranges::find_if(entries_, [&](const ManagerEntry& entry) { return same_id(entry.id, id); });
  return at == entries_.end() ? nullptr : &*at;
}

void ManagerList::lose(const FieldSet& fields) {
  if (fields.empty()) return;
  for (ManagerEntry& entry : entries_) {
    if (!intersects(set_of(entry), fields)) continue;
    subtract(entry.set, fields);
    entry.touched = true;
  }
}

void ManagerList::gain(const ManagerId& id, const FieldSet& fields, object::TimeNs now) {
  ManagerEntry* entry = find(id);
  if (entry == nullptr) {
    entry = &entries_.emplace_back();
    entry->id = id;
    entry->parsed = true;
  }
  unite(set_of(*entry), fields);
  entry->touched = true;
  // Upstream's scale handler keeps no time.
  entry->time = id.subresource == "scale" ? std::string() : object::format_time(now);
}

void ManagerList::assign(const ManagerId& id, FieldSet fields, object::TimeNs now) {
  ManagerEntry* entry = find(id);
  if (entry == nullptr) entry = &entries_.emplace_back();
  entry->id = id;
  entry->set = std::move(fields);
  entry->parsed = entry->touched = true;
  entry->time = object::format_time(now);
}

void ManagerList::cap(size_t most) {
  std::vector<ManagerEntry*> updaters;
  for (ManagerEntry& entry : entries_)
    if (!entry.applied() && !(entry.touched && entry.set.empty())) updaters.push_back(&entry);
  if (updaters.size() <= most) return;
  std::ranges::stable_sort(updaters, {}, [](const ManagerEntry* e) { return std::tuple(seconds(*e), e->id.manager); });
  size_t left = updaters.size();
  std::map<std::string, ManagerEntry*> bucket;  // by version; the first of a version becomes its bucket
  for (size_t i = 0; i < updaters.size() && left > most; ++i) {
    ManagerEntry& entry = *updaters[i];
    auto [at, first] = bucket.try_emplace(entry.id.api_version, &entry);
    if (first) continue;
    ManagerEntry& into = *at->second;
    unite(set_of(into), set_of(entry));
    into.id.manager = "ancient-changes";
    into.id.subresource = {};
    into.touched = true;
    into.time = entry.time;
    entry.set.clear();
    entry.touched = true;
    --left;
  }
}

Value ManagerList::encode() {
  std::erase_if(entries_, [](const ManagerEntry& entry) { return entry.touched && entry.set.empty(); });
  if (entries_.empty()) return {};
  std::ranges::stable_sort(entries_, {}, [](const ManagerEntry& e) {
    return std::tuple(e.id.operation, seconds(e), e.id.manager, std::string_view(e.id.api_version), e.id.subresource);
  });
  Value list = Value::array();
  for (ManagerEntry& entry : entries_) {
    if (!entry.touched) {
      list.push_back(entry.source.to_value());
      continue;
    }
    Value out = Value::object();
    out.set("manager", entry.id.manager);
    out.set("operation", entry.id.operation);
    out.set("apiVersion", entry.id.api_version);
    if (!entry.time.empty()) out.set("time", entry.time);
    out.set("fieldsType", "FieldsV1");
    out.set("fieldsV1", Value::raw(to_fields_v1(entry.set)));
    if (!entry.id.subresource.empty()) out.set("subresource", entry.id.subresource);
    list.push_back(std::move(out));
  }
  return list;
}

Value take_managed_fields(Value& object) {
  Value* metadata = object.find("metadata");
  if (metadata == nullptr) return {};
  Value* list = metadata->find("managedFields");
  if (list == nullptr) return {};
  Value taken = std::move(*list);
  metadata->erase("managedFields");
  return taken;
}

void put_managed_fields(Value& object, Value list) {
  if (!list.is_null()) object["metadata"].set("managedFields", std::move(list));
}

ManagerList base_managers(const Value& sent, View live, bool subresource, TextArena& arena) {
  ManagerList managers(arena);
  if (!subresource && is_reset(sent)) return managers;
  const bool use_sent = !subresource && sent.is_array() && well_formed(sent);
  View list = use_sent ? View(sent) : live["metadata"]["managedFields"];
  if (!well_formed(list)) return managers;
  for (const View entry : list.items()) managers.add(entry);
  return managers;
}

void reset_fields(FieldSet& set, const schema::KindInfo& kind, std::string_view subresource) {
  if (kind.subresource("status") == nullptr) return;
  const std::string_view reset = subresource.empty() ? "status" : subresource == "status" ? "spec" : "";
  if (!reset.empty()) std::erase_if(set, [&](const Node& node) { return node.element.text == reset; });
}

void strip_meta(FieldSet& set) {
  static constexpr std::array<std::string_view, 8> kNobodys{
      "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "resourceVersion"};
  for (Node& node : set) {
    if (node.element.text == "apiVersion" || node.element.text == "kind") node.member = false;
    if (node.element.text != "metadata") continue;
    node.member = false;
    std::erase_if(node.children,
                  [](const Node& child) { return std::ranges::find(kNobodys, child.element.text) != kNobodys.end(); });
  }
  std::erase_if(set, [](const Node& node) { return !node.member && node.children.empty(); });
}

}  // namespace proa::api::fields

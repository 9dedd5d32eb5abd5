#include "client/fake_client.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "client/alive.h"
#include "object/meta.h"
#include "object/selector.h"
#include "object/time.h"

namespace proa::client {

using object::Document;
using object::Value;
using object::View;

namespace {

std::string id_of(const Resource& resource) { return fmt::format("{}/{}", resource.group, resource.name); }

base::GroupResource group_resource(const Resource& resource) {
  return {std::string(resource.group), std::string(resource.name)};
}

/// Of a strategic merge patch: takes items out of a list of strings.
void delete_from_list(Value& object, std::string_view list, View gone) {
  Value kept = Value::array();
  for (const View item : View(object)[object::Key(list)].items()) {
    bool stays = true;
    for (const View each : gone.items()) stays &= !(each == item);
    if (stays) kept.push_back(item.to_value());
  }
  object.set(object::Key(list), std::move(kept));
}

void merge(Value& into, const Value& patch) {
  constexpr std::string_view kDeleteFromList = "$deleteFromPrimitiveList/";
  if (!patch.is_object()) {
    into = patch;
    return;
  }
  if (!into.is_object()) into = Value::object();
  for (const auto& member : patch.members()) {
    const object::Key key(member.name.text(), member.name.hash());
    const std::string_view name = member.name.text();
    if (member.value.is_null())
      into.erase(key);
    else if (name.starts_with(kDeleteFromList))
      delete_from_list(into, name.substr(kDeleteFromList.size()), member.value);
    else
      merge(into[key], member.value);
  }
}

bool matches(const ListOptions& options, View object) {
  if (!options.label_selector.empty()) {
    const auto selector = object::LabelSelector::parse(options.label_selector);
    if (!selector || !selector->matches(object::labels_of(object))) return false;
  }
  if (options.field_selector.empty()) return true;
  const auto selector = object::FieldSelector::parse(options.field_selector);
  return selector && selector->matches([&](std::string_view field) {
    View at = object;
    while (!field.empty()) {
      const size_t dot = field.find('.');
      at = at[field.substr(0, dot)];
      field = dot == field.npos ? std::string_view() : field.substr(dot + 1);
    }
    return at.str();
  });
}

}  // namespace

class FakeClient::Subscription : public Watch {
 public:
  Subscription(FakeClient& client, std::string resource, std::string ns, int64_t from, ListOptions options,
               std::function<void(const WatchEvent&)> event)
      : client_(client),
        resource_(std::move(resource)),
        ns_(std::move(ns)),
        from_(from),
        options_(std::move(options)),
        event_(std::move(event)) {
    client_.watches_.push_back(this);
    wake();
  }
  ~Subscription() override { std::erase(client_.watches_, this); }

  void wake() {
    client_.executor_.post(alive_.guard([this] { deliver(); }));
  }
  void fail(int code) {
    broken_ = code;
    wake();
  }

 private:
  // One event a task: the callback may destroy this.
  void deliver() {
    if (broken_ != 0) {
      WatchEvent over{WatchEvent::Type::kError, {}, 0, base::expired("too old resource version")};
      over.error.code = std::exchange(broken_, 0);
      const auto event = event_;
      return event(over);
    }
    if (client_.held_) return;
    for (; next_ < client_.log_.size(); ++next_) {
      const Change& change = client_.log_[next_];
      if (change.resource != resource_ || change.event.resource_version <= from_) continue;
      if (!ns_.empty() && object::namespace_of(change.event.object.root()) != ns_) continue;
      if (!matches(options_, change.event.object.root())) continue;
      ++next_;
      wake();
      const WatchEvent now = change.event;
      const auto event = event_;
      return event(now);
    }
  }

  FakeClient& client_;
  std::string resource_, ns_;
  int64_t from_;
  ListOptions options_;
  std::function<void(const WatchEvent&)> event_;
  size_t next_ = 0;
  int broken_ = 0;
  Alive alive_;
};

template <class T>
void FakeClient::answer(Done<T> done, Result<T> result) {
  executor_.post([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

std::optional<Status> FakeClient::refused(std::string_view verb, const Resource& resource, std::string_view name) {
  return refuse ? refuse(verb, resource, name) : std::nullopt;
}

void FakeClient::note(std::string_view verb, const Resource& resource, std::string_view subresource,
                      std::string_view ns, std::string_view name) {
  writes.push_back(fmt::format("{} {}{}{} {}{}{}", verb, resource.name, subresource.empty() ? "" : "/", subresource, ns,
                               ns.empty() ? "" : "/", name));
}

void FakeClient::wake() {
  for (Subscription* watch : watches_) watch->wake();
}

void FakeClient::break_watches(int code) {
  for (Subscription* watch : watches_) watch->fail(code);
}

void FakeClient::hold_watches(bool held) {
  held_ = held;
  if (!held) wake();
}

Document FakeClient::store(const Resource& resource, Value object, WatchEvent::Type type) {
  object["metadata"]["resourceVersion"] = std::to_string(++revision_);
  const Document frozen = Document::freeze(object);
  const auto key =
      std::pair(std::string(object::namespace_of(frozen.root())), std::string(object::name_of(frozen.root())));
  Objects& objects = objects_[id_of(resource)];
  if (type == WatchEvent::Type::kDeleted)
    objects.erase(key);
  else
    objects.insert_or_assign(key, frozen);
  log_.push_back({id_of(resource), {type, frozen, revision_, {}}});
  wake();
  return frozen;
}

Document FakeClient::put(const Resource& resource, Value object) {
  Value& meta = object["metadata"];
  if (!meta.find("uid")) meta["uid"] = fmt::format("uid-{}", next_uid_++);
  if (!meta.find("creationTimestamp")) meta["creationTimestamp"] = object::format_time(executor_.clock().wall());
  if (!meta.find("generation")) meta["generation"] = 1;
  if (!object.find("kind")) object["kind"] = resource.kind;
  if (!object.find("apiVersion")) object["apiVersion"] = resource.api_version();
  const View view(object);
  const bool known = static_cast<bool>(find(resource, object::namespace_of(view), object::name_of(view)));
  return store(resource, std::move(object), known ? WatchEvent::Type::kModified : WatchEvent::Type::kAdded);
}

Document FakeClient::edit(const Resource& resource, std::string_view ns, std::string_view name,
                          const std::function<void(Value&)>& change) {
  Value object = find(resource, ns, name).root().to_value();
  change(object);
  return store(resource, std::move(object), WatchEvent::Type::kModified);
}

void FakeClient::erase(const Resource& resource, std::string_view ns, std::string_view name) {
  if (const Document known = find(resource, ns, name))
    store(resource, known.root().to_value(), WatchEvent::Type::kDeleted);
}

Document FakeClient::find(const Resource& resource, std::string_view ns, std::string_view name) const {
  const auto objects = objects_.find(id_of(resource));
  if (objects == objects_.end()) return {};
  const auto at = objects->second.find(std::pair(std::string(ns), std::string(name)));
  return at == objects->second.end() ? Document() : at->second;
}

std::vector<Document> FakeClient::all(const Resource& resource, std::string_view ns) const {
  std::vector<Document> found;
  const auto objects = objects_.find(id_of(resource));
  if (objects == objects_.end()) return found;
  for (const auto& [key, object] : objects->second)
    if (ns.empty() || key.first == ns) found.push_back(object);
  return found;
}

void FakeClient::get(const Resource& resource, std::string_view ns, std::string_view name, Done<Document> done) {
  if (auto why = refused("get", resource, name)) return answer<Document>(std::move(done), Error(*why));
  const Document found = find(resource, ns, name);
  if (!found) return answer<Document>(std::move(done), Error(base::not_found(group_resource(resource), name)));
  answer<Document>(std::move(done), found);
}

void FakeClient::list(const Resource& resource, std::string_view ns, const ListOptions& options, Done<List> done) {
  if (auto why = refused("list", resource, "")) return answer<List>(std::move(done), Error(*why));
  List found;
  found.resource_version = revision_;
  for (const Document& object : all(resource, ns))
    if (matches(options, object.root())) found.items.push_back(object);
  answer<List>(std::move(done), std::move(found));
}

Result<Document> FakeClient::do_create(const Resource& resource, std::string_view ns, Value object) {
  Value& meta = object["metadata"];
  if (!ns.empty()) meta["namespace"] = ns;
  if (View(meta)["name"].as_string().empty())
    meta["name"] = fmt::format("{}{:05}", View(meta)["generateName"].as_string(), next_suffix_++);
  const std::string name = View(meta)["name"].str();
  if (find(resource, ns, name)) return Error(base::already_exists(group_resource(resource), name));
  meta.erase("uid");
  const Document made = put(resource, std::move(object));
  note("create", resource, "", ns, name);
  return made;
}

Result<Document> FakeClient::do_bind(std::string_view ns, std::string_view name, const Value& binding) {
  const Document pod = find(resources::kPods, ns, name);
  if (!pod) return Error(base::not_found(group_resource(resources::kPods), name));
  const std::string node = View(binding)["target"]["name"].str();
  if (pod["spec"]["nodeName"].exists())
    return Error(base::conflict(
        group_resource(resources::kPods), name,
        fmt::format("pod {} is already assigned to node \"{}\"", name, pod["spec"]["nodeName"].as_string())));
  note("create", resources::kPods, "binding", ns, name);
  return edit(resources::kPods, ns, name, [&](Value& value) {
    value["spec"]["nodeName"] = node;
    value["status"]["conditions"] =
        Value::array({Value::object({{"type", "PodScheduled"},
                                     {"status", "True"},
                                     {"lastTransitionTime", object::format_time(executor_.clock().wall())}})});
  });
}

void FakeClient::create(const Resource& resource, std::string_view ns, std::string_view name, Value object,
                        std::string_view subresource, Done<Document> done) {
  if (auto why = refused("create", resource, name)) return answer<Document>(std::move(done), Error(*why));
  answer<Document>(std::move(done),
                   subresource == "binding" ? do_bind(ns, name, object) : do_create(resource, ns, std::move(object)));
}

Result<Document> FakeClient::do_update(const Resource& resource, std::string_view ns, std::string_view name,
                                       Value object, std::string_view subresource) {
  const Document known = find(resource, ns, name);
  if (!known) return Error(base::not_found(group_resource(resource), name));
  const View asked(object);
  const auto version = asked["metadata"]["resourceVersion"].as_string();
  if (!version.empty() && version != known["metadata"]["resourceVersion"].as_string())
    return Error(base::modified_conflict(group_resource(resource), name));
  if (subresource == "status") {
    if (known.root().has("spec")) object.set("spec", known["spec"].to_value());
  } else if (known.root().has("status") && resource != resources::kEvents) {
    object.set("status", known["status"].to_value());
  }
  for (const auto* field : {"uid", "creationTimestamp", "generation", "deletionTimestamp"})
    if (known["metadata"].has(std::string_view(field)))
      object["metadata"].set(std::string_view(field), known["metadata"][std::string_view(field)].to_value());
  if (!(View(object)["spec"] == known["spec"]))
    object["metadata"]["generation"] = object::generation_of(known.root()) + 1;
  object["metadata"].set("resourceVersion", version.empty() ? known["metadata"]["resourceVersion"].to_value()
                                                            : View(object)["metadata"]["resourceVersion"].to_value());
  if (View(object) == known.root()) return known;
  note("update", resource, subresource, ns, name);
  const bool last = object::is_deleting(known.root()) && View(object)["metadata"]["finalizers"].empty() &&
                    !known["metadata"]["finalizers"].empty();
  return store(resource, std::move(object), last ? WatchEvent::Type::kDeleted : WatchEvent::Type::kModified);
}

void FakeClient::update(const Resource& resource, std::string_view ns, std::string_view name, Value object,
                        std::string_view subresource, Done<Document> done) {
  if (auto why = refused("update", resource, name)) return answer<Document>(std::move(done), Error(*why));
  answer<Document>(std::move(done), do_update(resource, ns, name, std::move(object), subresource));
}

void FakeClient::patch(const Resource& resource, std::string_view ns, std::string_view name, PatchType, Value patch,
                       std::string_view subresource, Done<Document> done) {
  if (auto why = refused("patch", resource, name)) return answer<Document>(std::move(done), Error(*why));
  const Document known = find(resource, ns, name);
  if (!known) return answer<Document>(std::move(done), Error(base::not_found(group_resource(resource), name)));
  Value object = known.root().to_value();
  merge(object, patch);
  answer<Document>(std::move(done), do_update(resource, ns, name, std::move(object), subresource));
}

Result<Document> FakeClient::do_remove(const Resource& resource, std::string_view ns, std::string_view name,
                                       const DeleteOptions& options) {
  const Document known = find(resource, ns, name);
  if (!known) return Error(base::not_found(group_resource(resource), name));
  if (!options.uid.empty() && options.uid != object::uid_of(known.root()))
    return Error(base::conflict(group_resource(resource), name, "the UID in the precondition does not match"));
  Value object = known.root().to_value();
  Value& meta = object["metadata"];
  if (options.propagation_policy == "Foreground" && !object::is_deleting(known.root()))
    meta["finalizers"].push_back("foregroundDeletion");
  if (options.propagation_policy == "Orphan" && !object::is_deleting(known.root()))
    meta["finalizers"].push_back("orphan");
  const bool graceful =
      resource == resources::kPods && known["spec"]["nodeName"].exists() && options.grace_period_seconds != 0;
  note("delete", resource, "", ns, name);
  if (!graceful && View(meta)["finalizers"].empty())
    return store(resource, std::move(object), WatchEvent::Type::kDeleted);
  if (object::is_deleting(known.root())) return known;
  meta["deletionTimestamp"] = object::format_time(executor_.clock().wall());
  meta["deletionGracePeriodSeconds"] = graceful ? 30 : 0;
  return store(resource, std::move(object), WatchEvent::Type::kModified);
}

void FakeClient::remove(const Resource& resource, std::string_view ns, std::string_view name,
                        const DeleteOptions& options, Done<Document> done) {
  if (auto why = refused("delete", resource, name)) return answer<Document>(std::move(done), Error(*why));
  answer<Document>(std::move(done), do_remove(resource, ns, name, options));
}

std::unique_ptr<Watch> FakeClient::watch(const Resource& resource, std::string_view ns, int64_t from,
                                         const ListOptions& options, std::function<void(const WatchEvent&)> event) {
  auto made = std::make_unique<Subscription>(*this, id_of(resource), std::string(ns), from, options, std::move(event));
  if (auto why = refused("watch", resource, "")) made->fail(why->code);
  return made;
}

}  // namespace proa::client

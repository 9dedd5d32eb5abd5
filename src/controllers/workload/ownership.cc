#include "controllers/workload/ownership.h"

#include <string>

#include "object/meta.h"

namespace proa::controllers {

using object::Document;
using object::Value;
using object::View;

Value controller_reference(View owner) {
  return Value::object({{"apiVersion", owner["apiVersion"].as_string()},
                        {"kind", owner["kind"].as_string()},
                        {"name", object::name_of(owner)},
                        {"uid", object::uid_of(owner)},
                        {"controller", true},
                        {"blockOwnerDeletion", true}});
}

Value adopted(View object, View owner, std::string_view finalizer) {
  Value changed = object.to_value();
  Value& metadata = changed["metadata"];
  metadata["ownerReferences"].push_back(controller_reference(owner));
  if (!finalizer.empty() && !object::has_finalizer(object, finalizer)) metadata["finalizers"].push_back(finalizer);
  return changed;
}

Value released(View object, std::string_view owner_uid, std::string_view finalizer) {
  Value changed = object.to_value();
  const auto keep = [&](object::Key list, const auto& is_kept) {
    Value kept = Value::array();
    for (const View item : object["metadata"][list].items())
      if (is_kept(item)) kept.push_back(item.to_value());
    changed["metadata"].erase(list);
    if (!View(kept).empty()) changed["metadata"].set(list, std::move(kept));
  };
  keep("ownerReferences", [&](View reference) { return reference["uid"].as_string() != owner_uid; });
  keep("finalizers", [&](View each) { return each.as_string() != finalizer; });
  return changed;
}

Claims claim(View owner, const object::LabelSelector& selector, const std::vector<Document>& candidates) {
  Claims claims;
  for (const Document& candidate : candidates) {
    const View object = candidate.root();
    const View controller = object::controller_of(object);
    const bool matches = selector.matches(object::labels_of(object));
    if (controller.exists()) {
      if (controller["uid"].as_string() != object::uid_of(owner)) continue;
      if (matches)
        claims.owned.push_back(candidate);
      else if (!object::is_deleting(owner))
        claims.release.push_back(candidate);
    } else if (matches && !object::is_deleting(owner) && !object::is_deleting(object)) {
      claims.adopt.push_back(candidate);
    }
  }
  return claims;
}

Value pod_from_template(View pod_template, View owner) {
  // A name too long for a label is cut by the API server's generateName; upstream drops the dash only when the
  // prefix is no valid name, which a valid owner's name never is.
  Value meta =
      Value::object({{"generateName", object::name_of(owner).size() > 252 ? std::string(object::name_of(owner))
                                                                          : std::string(object::name_of(owner)) + "-"},
                     {"namespace", object::namespace_of(owner)}});
  const View from = pod_template["metadata"];
  if (from.has("labels")) meta.set("labels", from["labels"].to_value());
  if (from.has("annotations")) meta.set("annotations", from["annotations"].to_value());
  if (from.has("finalizers")) meta.set("finalizers", from["finalizers"].to_value());
  meta["ownerReferences"].push_back(controller_reference(owner));
  return Value::object({{"apiVersion", "v1"},
                        {"kind", "Pod"},
                        {"metadata", std::move(meta)},
                        {"spec", pod_template["spec"].to_value()}});
}

}  // namespace proa::controllers

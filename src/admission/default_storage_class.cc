#include "admission/plugins.h"
#include "object/meta.h"

namespace proa::admission {

using object::View;

void use_default_storage_class(object::Value& claim, const Attributes& attributes) {
  if (View(claim)["spec"]["storageClassName"].exists()) return;
  if (object::annotations_of(claim).has("volume.beta.kubernetes.io/storage-class")) return;
  object::Document newest;
  attributes.world.scan("storage.k8s.io", "storageclasses", "", [&](const object::Document& one) {
    const View annotations = object::annotations_of(one.root());
    if (annotations["storageclass.kubernetes.io/is-default-class"].as_string() != "true") return true;
    if (!newest ||
        one["metadata"]["creationTimestamp"].as_string() > newest["metadata"]["creationTimestamp"].as_string())
      newest = one;
    return true;
  });
  if (newest) claim["spec"].set("storageClassName", object::name_of(newest.root()));
}

}  // namespace proa::admission

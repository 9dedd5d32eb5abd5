// metadata.managedFields: who set which field last. Every write goes through update_managed_fields().
// Source of the rules: k8s.io/apimachinery util/managedfields, and structured-merge-diff's Updater.
#pragma once

#include <string_view>

#include "object/time.h"
#include "object/value.h"
#include "object/view.h"
#include "schema/registry.h"

namespace proa::api::fields {

struct Writer {
  std::string_view manager;
  std::string_view subresource;  // "", "status", "scale"
  object::TimeNs now = 0;
};

/// Sets `object`'s metadata.managedFields after an ordinary write (operation Update). `live` is the object as it
/// was, absent on create. What the client sent as managedFields is taken as the base only where upstream does
/// (not through a subresource; an empty list resets). Any thread.
void update_managed_fields(object::Value& object, object::View live, const schema::KindInfo& kind,
                           const Writer& writer);

/// Two lists that differ in nothing but times: the write changed nothing.
bool same_but_times(object::View a, object::View b);

}  // namespace proa::api::fields

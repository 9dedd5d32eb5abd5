#include "schema/type.h"

#include <algorithm>
#include <unordered_map>

namespace proa::schema {

using table::FieldRec;

Field Type::field(object::Key name) const {
  const auto order = table_->index.subspan(rec_->by_hash, rec_->fields.count);
  const FieldRec* fields = &table_->fields[rec_->fields.first];
  auto at = std::lower_bound(order.begin(), order.end(), name.hash,
                             [&](uint16_t i, uint32_t hash) { return fields[i].hash < hash; });
  for (; at != order.end() && fields[*at].hash == name.hash; ++at) {
    if (table_->text(fields[*at].name) == name.text) return Field(table_, &fields[*at]);
  }
  return {};
}

Field Type::field_by_number(uint32_t number) const {
  const auto order = table_->index.subspan(rec_->by_number, rec_->fields.count);
  const FieldRec* fields = &table_->fields[rec_->fields.first];
  const auto at = std::lower_bound(order.begin(), order.end(), number, [&](uint16_t i, uint32_t wanted) {
    return fields[i].via == 0 && fields[i].number < wanted;
  });
  if (at == order.end() || fields[*at].via != 0 || fields[*at].number != number || number == 0) return {};
  return Field(table_, &fields[*at]);
}

Type builtin_type(std::string_view model) {
  using Index = std::unordered_map<std::string_view, uint32_t>;
  static const Index index = [] {
    const table::Table& t = table::builtin();
    Index made(t.types.size());
    for (uint32_t i = 0; i < t.types.size(); ++i) made.emplace(t.text(t.types[i].model), i);
    return made;
  }();
  const auto found = index.find(model);
  return found == index.end() ? Type() : Type(&table::builtin(), found->second);
}

}  // namespace proa::schema

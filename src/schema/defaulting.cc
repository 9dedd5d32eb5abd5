#include "schema/defaulting.h"

#include <cassert>
#include <vector>

#include "object/json.h"
#include "object/quantity.h"
#include "schema/defaulting_rules.h"
#include "schema/draft.h"
#include "schema/zero.h"

namespace proa::schema {

using object::Value;
using object::View;

namespace {

/// A default as the table tells it, with what is worth doing once done.
struct Prepared {
  std::string_view path, when;
  Value value;
  DefaultingRule rule = nullptr;
};

std::vector<Prepared> prepare(const table::Table& t) {
  std::vector<Prepared> out;
  out.reserve(t.defaults.size());
  for (const table::DefaultRec& rec : t.defaults) {
    Prepared p{t.text(rec.path), t.text(rec.when), {}, nullptr};
    if (rec.rule.size != 0) {
      p.rule = find_defaulting_rule(t.text(rec.rule));
      assert(p.rule != nullptr);
    } else {
      auto parsed = object::parse_json(t.text(rec.value));
      assert(parsed.has_value());
      p.value = std::move(*parsed);
    }
    out.push_back(std::move(p));
  }
  return out;
}

const Prepared& prepared(const table::Table* t, size_t index) {
  static const std::vector<Prepared> builtin = prepare(table::builtin());
  assert(t == &table::builtin());
  (void)t;
  return builtin[index];
}

/// `m`, `!m`, `m=x`, `m!=x` about a dotted path.
bool holds(View object, std::string_view when) {
  if (when.empty()) return true;
  const size_t equals = when.find('=');
  if (equals == std::string_view::npos) {
    const bool wanted = !when.starts_with('!');
    const View at = view_path(object, wanted ? when : when.substr(1));
    return wanted == (at.exists() && !at.is_null() && !(at.is_string() && at.as_string().empty()));
  }
  const bool negated = equals > 0 && when[equals - 1] == '!';
  const View at = view_path(object, when.substr(0, negated ? equals - 1 : equals));
  return negated != (at.as_string() == when.substr(equals + 1));
}

/// Sets `value` at `path` where Go's zero stands, if what holds the member is there.
void fill(Value& object, Type type, std::string_view path, const Value& value) {
  Value* at = &object;
  for (size_t dot; (dot = path.find('.')) != std::string_view::npos; path.remove_prefix(dot + 1)) {
    const Field f = type.field(path.substr(0, dot));
    at = at->find(f.key());
    if (at == nullptr || !at->is_object()) return;
    type = f.type();
  }
  const Field f = type.field(path);
  const Value* member = at->find(f.key());
  if (member != nullptr && !is_zero(*member, f)) return;
  // Decoded as input would be, so that its own members are as complete.
  Value filled = value;
  if (filled.is_object() && f.scalar() == Scalar::kMessage && f.shape() == Shape::kSingle &&
      f.type().form() == Form::kStruct) {
    [[maybe_unused]] const auto done = decode(filled, f.type());
    assert(done.has_value());
  }
  set_in_order(*at, type, f, std::move(filled));
}

/// Upstream keeps resources in thousandths at the finest, rounding up.
void round_to_milli(Value& resources) {
  for (auto& [name, quantity] : resources.members()) {
    if (!quantity.is_string() || quantity.string().empty()) continue;
    const char last = quantity.string().back();
    if (last != 'n' && last != 'u') continue;
    if (const auto parsed = object::Quantity::parse(quantity.string())) {
      quantity = object::Quantity::of_milli(parsed->milli_value()).to_string();
    }
  }
}

void walk(Value& object, Type type, object::TimeNs now);

void walk_field(Value& value, Field f, object::TimeNs now) {
  if (f.is_list() && value.is_array()) {
    for (Value& item : value.items()) walk(item, f.type(), now);
  } else if (f.is_map() && value.is_object()) {
    for (auto& [name, entry] : value.members()) walk(entry, f.type(), now);
  } else if (f.shape() == Shape::kSingle) {
    walk(value, f.type(), now);
  }
}

void walk(Value& object, Type type, object::TimeNs now) {
  if (!object.is_object() || !type.has_defaults_below()) return;
  const table::Run run = type.rec().defaults;
  for (uint32_t i = run.first; i < run.first + run.count; ++i) {
    const Prepared& p = prepared(type.table(), i);
    if (!holds(object, p.when)) continue;
    if (p.rule != nullptr) {
      p.rule(object, type, now);
    } else {
      fill(object, type, p.path, p.value);
    }
  }
  for (auto& [name, member] : object.members()) {
    const Field f = type.field(object::Key(name.text(), name.hash()));
    if (!f || f.scalar() != Scalar::kMessage) continue;
    if (f.is_map() && f.type().form() == Form::kQuantity) {
      if (member.is_object()) round_to_milli(member);
    } else if (f.type().has_defaults_below()) {
      walk_field(member, f, now);
    }
  }
}

}  // namespace

void apply_defaults(Value& object, Type type, object::TimeNs now) { walk(object, type, now); }

}  // namespace proa::schema

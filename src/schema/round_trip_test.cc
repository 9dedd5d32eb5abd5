// Every kind that the schema knows, with random members: reading is idempotent, and nothing is lost on the way through
// protobuf, YAML and a frozen document.
#include <gtest/gtest.h>

#include "object/document.h"
#include "object/json.h"
#include "object/yaml.h"
#include "schema/decode.h"
#include "schema/defaulting.h"
#include "schema/protobuf.h"
#include "schema/random_object.h"
#include "schema/registry.h"

namespace proa::schema {
namespace {

using object::to_json;
using object::Value;
using object::View;

constexpr uint64_t kSeeds = 8;

/// Calls `check` with decoded objects of every kind: sparse ones first, full ones last.
template <class Check>
void for_every_kind(Check check) {
  for (const KindRef& kind : Registry().all()) {
    for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
      SCOPED_TRACE(kind->api_version() + " " + kind->kind + ", seed " + std::to_string(seed));
      Value value = RandomObject(seed).of(kind->type, 7, 2 + static_cast<unsigned>(seed));
      DecodeReport report;
      const auto done = decode(value, kind->type, &report);
      ASSERT_TRUE(done) << done.error().message;
      ASSERT_EQ(report.unknown, std::vector<std::string>());
      check(*kind, value);
    }
  }
}

/// StatefulSet's claim templates have a kind and a version, which protobuf has no place for, in upstream's either.
void drop_type_of_claims(Value& value) {
  Value* spec = value.find("spec");
  Value* claims = spec != nullptr && spec->is_object() ? spec->find("volumeClaimTemplates") : nullptr;
  if (claims == nullptr || !claims->is_array()) return;
  for (Value& claim : claims->items()) {
    claim.erase("kind");
    claim.erase("apiVersion");
  }
}

TEST(RoundTrip, reading_what_was_read_changes_nothing) {
  for_every_kind([](const KindInfo& kind, Value& value) {
    Value again = object::parse_json(to_json(value)).value();
    ASSERT_TRUE(decode(again, kind.type));
    ASSERT_EQ(to_json(again), to_json(value));
  });
}

TEST(RoundTrip, protobuf_keeps_everything) {
  for_every_kind([](const KindInfo& kind, Value& value) {
    drop_type_of_claims(value);
    value.set("kind", kind.kind);
    value.set("apiVersion", kind.api_version());
    ASSERT_TRUE(decode(value, kind.type));
    std::string bytes;
    encode_envelope(value, kind.type, bytes);
    const auto envelope = open_envelope(bytes);
    ASSERT_TRUE(envelope);
    const auto back = decode_envelope(*envelope, kind.type);
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(to_json(*back), to_json(value));
  });
}

TEST(RoundTrip, protobuf_that_is_cut_anywhere_is_refused_or_read_but_never_more) {
  for_every_kind([](const KindInfo& kind, Value& value) {
    std::string bytes;
    encode_protobuf(value, kind.type, bytes);
    const std::string whole = to_json(value);
    for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 16) {
      const auto back = decode_protobuf(std::string_view(bytes).substr(0, size), kind.type);
      const size_t read = back ? to_json(*back).size() : 0;
      ASSERT_LE(read, whole.size());
    }
  });
}

TEST(RoundTrip, yaml_keeps_everything) {
  for_every_kind([](const KindInfo& kind, Value& value) {
    std::string text;
    object::write_yaml(value, text);
    auto back = object::parse_yaml(text);
    ASSERT_TRUE(back) << back.error().message << "\n" << text;
    ASSERT_TRUE(decode(*back, kind.type));
    ASSERT_EQ(to_json(*back), to_json(value));
  });
}

TEST(RoundTrip, a_frozen_document_reads_as_the_value_did) {
  for_every_kind([](const KindInfo&, Value& value) {
    const object::Document document = object::Document::freeze(value);
    ASSERT_TRUE(document.root() == View(value));
    ASSERT_EQ(to_json(document.root()), to_json(value));
  });
}

TEST(RoundTrip, defaults_are_filled_in_once_and_can_be_read_again) {
  for_every_kind([](const KindInfo& kind, Value& value) {
    apply_defaults(value, kind.type);
    const std::string once = to_json(value);
    apply_defaults(value, kind.type);
    ASSERT_EQ(to_json(value), once);
    Value again = object::parse_json(once).value();
    ASSERT_TRUE(decode(again, kind.type));
    ASSERT_EQ(to_json(again), once);
  });
}

}  // namespace
}  // namespace proa::schema

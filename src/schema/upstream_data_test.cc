// Upstream keeps a fully populated object of every kind as JSON and as protobuf. Both must come out of our table as
// they went in, to the byte: field order, numbers, wire types, inlined messages and special JSON forms, all at once.
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "object/json.h"
#include "schema/decode.h"
#include "schema/protobuf.h"

namespace proa::schema {
namespace {

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void check(const std::filesystem::path& path, object::Value value, const KindInfo& kind) {
  SCOPED_TRACE(path.filename().string());
  const std::string json = object::to_json(value);
  DecodeReport report;
  const auto done = decode(value, kind.type, &report);
  ASSERT_TRUE(done.has_value()) << done.error().message;
  EXPECT_EQ(report.unknown, std::vector<std::string>());
  EXPECT_EQ(object::to_json(value), json);

  const std::string wanted = content(std::filesystem::path(path).replace_extension(".pb"));
  std::string bytes;
  encode_envelope(value, kind.type, bytes);
  EXPECT_TRUE(bytes == wanted) << "protobuf differs";
  const auto envelope = open_envelope(wanted);
  ASSERT_TRUE(envelope.has_value());
  const auto back = decode_envelope(*envelope, kind.type);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(object::to_json(*back), json);
}

TEST(UpstreamData, comes_out_as_it_went_in) {
  const Registry registry;
  int seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PROA_UPSTREAM_DATA)) {
    if (entry.path().extension() != ".json") continue;
    auto value = object::parse_json(content(entry.path()));
    ASSERT_TRUE(value.has_value()) << entry.path();
    const object::View view(*value);
    const KindRef kind = registry.find_kind(view["apiVersion"].as_string(), view["kind"].as_string());
    if (!kind) continue;
    check(entry.path(), std::move(*value), *kind);
    ++seen;
  }
  EXPECT_GE(seen, 60);
}

}  // namespace
}  // namespace proa::schema

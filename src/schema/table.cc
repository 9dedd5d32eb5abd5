#include "schema/table.h"

#include <cstdlib>

// The table is linked in as it lies on disk, page-aligned so that the kernel maps what is read and no more.
asm(".pushsection .rodata.proa_schema, \"a\"\n"
    ".balign 4096\n"
    "proa_schema_table:\n"
    ".incbin \"" PROA_SCHEMA_TABLE
    "\"\n"
    ".popsection\n");
extern "C" const char proa_schema_table[];

namespace proa::schema::table {
namespace {

static_assert(sizeof(TypeRec) == 76 && sizeof(FieldRec) == 104 && sizeof(InlineRec) == 16);
static_assert(sizeof(DefaultRec) == 32 && sizeof(RuleRec) == 56 && sizeof(ColumnRec) == 44);
static_assert(sizeof(SubresourceRec) == 48 && sizeof(KindRec) == 112 && sizeof(Header) == 96);

template <class Record>
std::span<const Record> section(const Section& s) {
  return {reinterpret_cast<const Record*>(proa_schema_table + s.offset), s.count};
}

Table open() {
  const auto& header = *reinterpret_cast<const Header*>(proa_schema_table);
  if (header.magic != kMagic) std::abort();  // the build is broken
  Table t;
  t.strings = {proa_schema_table + header.strings.offset, header.strings.count};
  t.types = section<TypeRec>(header.types);
  t.fields = section<FieldRec>(header.fields);
  t.inlines = section<InlineRec>(header.inlines);
  t.defaults = section<DefaultRec>(header.defaults);
  t.rules = section<RuleRec>(header.rules);
  t.columns = section<ColumnRec>(header.columns);
  t.subresources = section<SubresourceRec>(header.subresources);
  t.kinds = section<KindRec>(header.kinds);
  t.string_list = section<Str>(header.string_list);
  t.index = section<uint16_t>(header.index);
  return t;
}

}  // namespace

const Table& builtin() {
  static const Table table = open();
  return table;
}

}  // namespace proa::schema::table

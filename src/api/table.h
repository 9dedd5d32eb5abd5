// Tables: what `kubectl get` prints, as meta.k8s.io/v1 Table. Columns come from the schema, cells from the kind's
// row function or the columns' paths. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "api/kinds/kind_behaviour.h"
#include "object/view.h"
#include "schema/registry.h"

namespace proa::api {

enum class IncludeObject : uint8_t { kMetadata, kNone, kObject };

struct TableContext {
  const schema::KindInfo& kind;  // as asked for
  const KindBehaviour& behaviour;
  object::TimeNs now = 0;
  IncludeObject include = IncludeObject::kMetadata;
};

/// `[{"name":"Name","type":"string",...},...]`
void write_table_columns(const TableContext& context, std::string& out);
/// `{"cells":[...],"object":{...}}`
void write_table_row(const TableContext& context, object::View object, std::string& out);
/// A whole Table of one object, `headers` false leaves columnDefinitions null (later events of a watch).
void write_table_of_one(const TableContext& context, object::View object, bool headers, std::string& out);

}  // namespace proa::api

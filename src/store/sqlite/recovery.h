// How rows become the state and its history again, at the start. See doc/store-format.md.
#pragma once

#include "store/log.h"
#include "store/sqlite/database.h"

namespace proa::store::sqlite {

/// Reads all rows: the state, and the events after the compacted revision. Whatever does not fit together is damage.
/// JSON is decoded on all cores; the rest happens on the calling thread.
Result<Recovered> recover(Database& database, Sealer* sealer);

/// No watch resumes, and no past is read, from before `floor`.
void cut_history(Recovered& found, Revision floor);

}  // namespace proa::store::sqlite

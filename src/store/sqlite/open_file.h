// The gate before SQLite: what lies at the path is looked at with plain reads, so that a foreign, newer or broken file
// is refused before anything could touch it. See doc/store-format.md.
#pragma once

#include "store/sqlite/database.h"

namespace proa::store::sqlite {

inline constexpr uint32_t kApplicationId = 0x50524f41;  // "PROA"
inline constexpr uint32_t kFormatVersion = 1;           // user_version

/// Revisions and places within a commit share a row's id.
inline constexpr int kPlaceBits = 12;

/// Tells one file from its copies: a number made of inode and birth time. Never 0.
int64_t file_identity(const std::string& path);

/// Opens the store's file, or makes it. Nothing is written to a file that is refused.
Result<Database> open_file(const std::string& path, const char* vfs);

}  // namespace proa::store::sqlite

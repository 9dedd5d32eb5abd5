#include "store/sqlite/recovery.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "object/json.h"
#include "store/sqlite/open_file.h"
#include "store/sqlite/rows.h"

namespace proa::store::sqlite {
namespace {

constexpr const char* kSelect =
    "SELECT id, created, previous, deleted, at, sealed, key, value, sum FROM version ORDER BY id";

/// So many rows are read and decoded before they are folded in.
constexpr size_t kChunk = 256;
constexpr unsigned kMaxThreads = 4;
constexpr size_t kWorthAThread = 64;

/// A row on its way to an entry.
struct Item {
  Revision revision = 0, created = 0, previous = 0;
  bool deleted = false;
  runtime::TimeNs at = 0;
  std::string key;
  std::string json;
  object::Document document;
  std::string wrong;  // why it cannot be decoded
};

void decode(Item& item) {
  if (item.deleted) return;
  auto value = object::parse_json(item.json);
  if (!value) {
    item.wrong = value.error().message;
  } else if (!object::View(*value)["metadata"]["resourceVersion"].is_string()) {
    item.wrong = "it has no resourceVersion";
  } else {
    item.document = object::Document::freeze(*value);
    item.document.set_resource_version(item.revision);
  }
  item.json = {};
}

void decode_all(std::vector<Item>& items) {
  const size_t wanted =
      std::min<size_t>(std::min(std::thread::hardware_concurrency(), kMaxThreads), items.size() / kWorthAThread);
  const size_t parts = std::max<size_t>(wanted, 1);
  const auto part = [&](size_t first) {
    for (size_t i = first; i < items.size(); i += parts) decode(items[i]);
  };
  std::vector<std::thread> helpers;
  for (size_t i = 1; i < parts; ++i) helpers.emplace_back(part, i);
  part(0);
  for (auto& helper : helpers) helper.join();
}

class Recovery {
 public:
  Recovery(Database& database, Sealer* sealer, Revision compacted)
      : database_(database), sealer_(sealer), compacted_(compacted) {
    found_.oldest = found_.head = compacted;
  }

  Result<void> read(Statement& rows) {
    int error = 0;
    std::vector<Item> chunk;
    while (rows.step(error)) {
      auto item = take(rows);
      if (!item) return Error(item.error());
      chunk.push_back(std::move(*item));
      if (chunk.size() < kChunk) continue;
      if (auto folded = fold(chunk); !folded) return folded;
      chunk.clear();
    }
    if (error != 0) return Error(database_.error(error));
    return fold(chunk);
  }

  Result<Recovered> finish(Revision reserved, Revision floor) {
    if (found_.head == compacted_ && compacted_ > reserved)
      return Error(database_.damaged("its newest rows are missing"));
    found_.head = std::max({found_.head, reserved, floor});
    cut_history(found_, floor);
    return std::move(found_);
  }

 private:
  /// Checks the row's bytes and opens what is sealed.
  Result<Item> take(const Statement& at) {
    const Row row{at.number(0), at.number(1), at.number(2), at.number(3),
                  at.number(4), at.number(5), at.text(6),   at.text(7)};
    Item item{.revision = row.id >> kPlaceBits,
              .created = row.created,
              .previous = row.previous,
              .deleted = row.deleted != 0,
              .at = row.at * runtime::kSecond,
              .key = std::string(row.key)};
    if (int64_t{checksum(row)} != at.number(8)) return Error(damaged(item, "its checksum is wrong"));
    if (row.sealed == 0) {
      item.json = row.value;
      return item;
    }
    if (sealer_ == nullptr)
      return Error(
          store_error(database_.path(), fmt::format("{} is encrypted, and there is no key to open it", item.key)));
    auto plain = sealer_->open(item.key, row.value);
    if (!plain)
      return Error(
          store_error(database_.path(), fmt::format("{} cannot be decrypted: {}", item.key, plain.error().message)));
    item.json = std::move(*plain);
    return item;
  }

  Result<void> fold(std::vector<Item>& items) {
    decode_all(items);
    for (auto& item : items)
      if (auto folded = fold(item); !folded) return folded;
    return {};
  }

  Result<void> fold(Item& item) {
    if (!item.wrong.empty()) return Error(damaged(item, item.wrong));
    EntryPtr before = found_.index.find(item.key);
    const bool is_past = item.revision > compacted_;
    // What the history before `compacted` replaced is gone; after it every link must hold.
    if (is_past && item.previous != (before ? before->revision : 0))
      return Error(damaged(item, fmt::format("revision {} is missing", item.previous)));
    if (item.deleted && !before) return Error(damaged(item, "what it deletes is missing"));
    if (item.deleted) {
      item.document = object::Document::freeze(before->document.root());
      item.document.set_resource_version(item.revision);
    }
    EntryPtr entry = std::make_shared<const Entry>(
        Entry{std::move(item.key), std::move(item.document), item.revision, item.created});
    found_.head = std::max(found_.head, item.revision);
    if (item.deleted) {
      found_.index.erase(entry->key);
    } else {
      found_.index.put(entry);
    }
    const EventType type = item.deleted ? EventType::kDelete : EventType::kPut;
    if (is_past)
      found_.history.push_back(
          {std::make_shared<const Event>(Event{type, std::move(entry), std::move(before), item.revision}), item.at});
    return {};
  }

  Status damaged(const Item& item, std::string_view how) const {
    return database_.damaged(fmt::format("{} at revision {}: {}", item.key, item.revision, how));
  }

  Database& database_;
  Sealer* sealer_;
  const Revision compacted_;
  Recovered found_;
};

}  // namespace

void cut_history(Recovered& found, Revision floor) {
  if (floor <= found.oldest) return;
  std::erase_if(found.history, [floor](const auto& past) { return past.event->revision <= floor; });
  found.oldest = floor;
}

Result<Recovered> recover(Database& database, Sealer* sealer) {
  const auto compacted = database.number("SELECT value FROM meta WHERE name = 'compacted'");
  if (!compacted) return Error(compacted.error());
  const auto reserved = database.number("SELECT value FROM meta WHERE name = 'reserved'");
  if (!reserved) return Error(reserved.error());
  const auto floor = database.number("SELECT value FROM meta WHERE name = 'floor'");
  if (!floor) return Error(floor.error());
  auto rows = database.prepare(kSelect);
  if (!rows) return Error(rows.error());
  Recovery recovery(database, sealer, *compacted);
  if (auto read = recovery.read(*rows); !read) return Error(read.error());
  return recovery.finish(*reserved, *floor);
}

}  // namespace proa::store::sqlite

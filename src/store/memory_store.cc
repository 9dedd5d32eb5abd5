#include "store/core.h"
#include "store/log.h"

namespace proa::store {

std::unique_ptr<Store> make_memory_store(const MemoryOptions& options) {
  Recovered nothing;
  nothing.head = nothing.oldest = options.first_revision;
  CoreOptions core;
  if (options.clock != nullptr) core.clock = options.clock;
  return std::make_unique<Core>(std::make_unique<MemoryLog>(), std::move(nothing), core);
}

Revision ahead_of_time(runtime::Clock& clock) {
  constexpr runtime::TimeNs kEpoch = 1'767'225'600 * runtime::kSecond;  // 2026-01-01
  constexpr Revision kPerSecond = 100'000;
  const runtime::TimeNs since = clock.wall() - kEpoch;
  return since > 0 ? since / runtime::kSecond * kPerSecond + 1 : 1;
}

}  // namespace proa::store

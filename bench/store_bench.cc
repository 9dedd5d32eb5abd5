// The store: durable commits by one and by many writers, restart, snapshot scans, watch fan-out.
//   STORE_BENCH_DIR=D   where the database lies (default: /tmp); an fsync costs what its disk makes of it
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "object/json.h"
#include "store/store.h"

namespace {

using namespace proa;  // NOLINT
using store::Committed;
using store::Store;
using store::Write;

object::Value pod(int number) {
  static const std::string text = [] {
    std::ostringstream out;
    out << std::ifstream(BENCH_DATA "/pod.json").rdbuf();
    return out.str();
  }();
  auto value = object::parse_json(text);
  object::Value made = value ? std::move(*value) : object::Value::object();
  made["metadata"]["name"] = "web-" + std::to_string(number);
  made["metadata"]["resourceVersion"] = "";
  return made;
}

std::string key(int number) { return "/core/pods/default/web-" + std::to_string(number); }

void commit(Store& store, std::vector<Write> writes) {
  std::promise<bool> done;
  store.commit(std::move(writes), [&](Result<Committed> result) { done.set_value(result.has_value()); });
  if (!done.get_future().get()) abort();
}

void fill(Store& store, int count) {
  for (int i = 0; i < count;) {
    std::vector<Write> writes;
    for (int n = 0; n < 500 && i < count; ++n, ++i)
      writes.push_back({.key = key(i), .document = object::Document::freeze(pod(i))});
    commit(store, std::move(writes));
  }
}

struct Disk {
  Disk() {
    const char* base = getenv("STORE_BENCH_DIR");
    std::string form = std::string(base != nullptr ? base : "/tmp") + "/proa-bench-XXXXXX";
    if (mkdtemp(form.data()) == nullptr) abort();
    folder = form;
  }
  ~Disk() { std::filesystem::remove_all(folder); }
  std::unique_ptr<Store> open() const {
    auto opened = store::open_sqlite_store({.path = folder + "/proa.db"});
    if (!opened) abort();
    return std::move(*opened);
  }
  std::string folder;
};

// Creates, each waiting for its own acknowledgement: threads 1 pays an fsync each, threads 32 share them.
void durable_commits(benchmark::State& state) {
  static std::unique_ptr<Disk> disk;
  static std::unique_ptr<Store> store;
  static std::atomic<int> next;
  if (state.thread_index() == 0) {
    disk = std::make_unique<Disk>();
    store = disk->open();
    next = 0;
  }
  const object::Value value = pod(0);
  for (auto _ : state) {
    std::vector<Write> writes;
    writes.push_back({.key = key(next++), .document = object::Document::freeze(value)});
    commit(*store, std::move(writes));
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    state.counters["commits/fsync"] =
        static_cast<double>(store->stats().commits) / static_cast<double>(store->stats().fsyncs);
    store.reset();
    disk.reset();
  }
}
BENCHMARK(durable_commits)->Threads(1)->Threads(32)->UseRealTime()->MeasureProcessCPUTime();

void commits_in_memory(benchmark::State& state) {
  const auto store = store::make_memory_store();
  const object::Value value = pod(0);
  int number = 0;
  for (auto _ : state) {
    std::vector<Write> writes;
    writes.push_back({.key = key(number++ % 10'000), .document = object::Document::freeze(value)});
    commit(*store, std::move(writes));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commits_in_memory);

void restart_with_10000_pods(benchmark::State& state) {
  const Disk disk;
  fill(*disk.open(), 10'000);
  for (auto _ : state) benchmark::DoNotOptimize(disk.open());
}
BENCHMARK(restart_with_10000_pods)->Unit(benchmark::kMillisecond)->UseRealTime();

void scan_10000(benchmark::State& state) {
  const auto store = store::make_memory_store();
  const size_t before = mallinfo2().uordblks;
  fill(*store, 10'000);
  state.counters["bytes/pod"] = static_cast<double>(mallinfo2().uordblks - before) / 10'000;
  state.counters["document"] = static_cast<double>(store->snapshot()->get(key(1))->document.bytes());
  for (auto _ : state) {
    size_t seen = 0;
    store->snapshot()->scan("/core/pods/", "", [&](const store::EntryPtr& entry) {
      seen += entry->key.size();
      return true;
    });
    benchmark::DoNotOptimize(seen);
  }
  state.SetItemsProcessed(state.iterations() * 10'000);
}
BENCHMARK(scan_10000)->Unit(benchmark::kMicrosecond);

void count_10000(benchmark::State& state) {
  const auto store = store::make_memory_store();
  fill(*store, 10'000);
  for (auto _ : state) benchmark::DoNotOptimize(store->snapshot()->count("/core/pods/default/"));
}
BENCHMARK(count_10000);

// One write, seen by every watcher: the cost of the store's part, per event handed out.
void watch_fan_out(benchmark::State& state) {
  const auto store = store::make_memory_store();
  std::vector<std::unique_ptr<store::Watch>> watches;
  int woken = 0;
  for (int64_t i = 0; i < state.range(0); ++i) {
    auto watch = store->watch("/core/pods/", 0, [&] { ++woken; });
    watches.push_back(std::move(*watch));
  }
  int64_t events = 0;
  const object::Value value = pod(1);
  for (auto _ : state) {
    std::vector<Write> writes;
    writes.push_back({.key = key(1), .document = object::Document::freeze(value)});
    commit(*store, std::move(writes));
    store::EventPtr event;
    for (auto& watch : watches)
      while (watch->next(event) == store::Watch::Next::kEvent) ++events;
  }
  state.SetItemsProcessed(events);
}
BENCHMARK(watch_fan_out)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

// Watchers of other things: what a write costs when nobody in particular is interested.
void watchers_elsewhere(benchmark::State& state) {
  const auto store = store::make_memory_store();
  std::vector<std::unique_ptr<store::Watch>> watches;
  for (int64_t i = 0; i < state.range(0); ++i) {
    auto watch = store->watch("/core/configmaps/ns-" + std::to_string(i) + "/", 0, [] {});
    watches.push_back(std::move(*watch));
  }
  const object::Value value = pod(1);
  for (auto _ : state) {
    std::vector<Write> writes;
    writes.push_back({.key = key(1), .document = object::Document::freeze(value)});
    commit(*store, std::move(writes));
  }
}
BENCHMARK(watchers_elsewhere)->Arg(0)->Arg(1000);

}  // namespace

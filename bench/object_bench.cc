// How fast objects are read, frozen, written and looked into, and how large a frozen one is.
#include <fstream>
#include <iterator>

#include <benchmark/benchmark.h>

#include "object/document.h"
#include "object/json.h"
#include "object/meta.h"
#include "object/selector.h"
#include "object/yaml.h"

namespace proa::object {
namespace {

/// A pod as a cluster has it: 6 KiB of JSON, 2 KiB of that managedFields.
const std::string& pod_json() {
  static const std::string text = [] {
    std::ifstream in(BENCH_DATA "/pod.json");
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  return text;
}

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(pod_json().size()));
}

void parse_pod(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_json(pod_json()));
  count_bytes(state);
}
BENCHMARK(parse_pod);

void freeze_pod(benchmark::State& state) {
  const Value pod = *parse_json(pod_json());
  for (auto _ : state) benchmark::DoNotOptimize(Document::freeze(pod));
  count_bytes(state);
  state.counters["json"] = static_cast<double>(pod_json().size());
  state.counters["block"] = static_cast<double>(Document::freeze(pod).bytes());
}
BENCHMARK(freeze_pod);

void thaw_pod(benchmark::State& state) {
  const Document pod = Document::freeze(*parse_json(pod_json()));
  for (auto _ : state) benchmark::DoNotOptimize(pod.root().to_value());
}
BENCHMARK(thaw_pod);

void write_pod_from_document(benchmark::State& state) {
  const Document pod = Document::freeze(*parse_json(pod_json()));
  std::string out;
  for (auto _ : state) {
    out.clear();
    write_json(pod.root(), out);
    benchmark::DoNotOptimize(out.data());
  }
  count_bytes(state);
}
BENCHMARK(write_pod_from_document);

void write_pod_as_yaml(benchmark::State& state) {
  const Document pod = Document::freeze(*parse_json(pod_json()));
  std::string out;
  for (auto _ : state) {
    out.clear();
    write_yaml(pod.root(), out);
    benchmark::DoNotOptimize(out.data());
  }
  count_bytes(state);
}
BENCHMARK(write_pod_as_yaml);

void parse_pod_as_yaml(benchmark::State& state) {
  std::string text;
  write_yaml(*parse_json(pod_json()), text);
  for (auto _ : state) benchmark::DoNotOptimize(parse_yaml(text));
  count_bytes(state);
}
BENCHMARK(parse_pod_as_yaml);

void look_up_three_levels(benchmark::State& state) {
  const Document pod = Document::freeze(*parse_json(pod_json()));
  for (auto _ : state) benchmark::DoNotOptimize(pod["status"]["containerStatuses"].at(0)["restartCount"].as_int());
}
BENCHMARK(look_up_three_levels);

void match_two_labels(benchmark::State& state) {
  const Document pod = Document::freeze(*parse_json(pod_json()));
  const LabelSelector selector = *LabelSelector::parse("app.kubernetes.io/name=web,tier=frontend");
  for (auto _ : state) benchmark::DoNotOptimize(selector.matches(labels_of(pod.root())));
}
BENCHMARK(match_two_labels);

}  // namespace
}  // namespace proa::object

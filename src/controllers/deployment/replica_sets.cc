#include "controllers/deployment/replica_sets.h"

#include <charconv>
#include <limits>
#include <utility>

#include "controllers/workload/pods.h"
#include "object/meta.h"

namespace proa::controllers::deployment {
namespace {

using object::Value;
using object::View;

std::optional<int64_t> parse_number(std::string_view text) {
  int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Number>
int64_t sum(const ReplicaSets& sets, Number number) {
  int64_t total = 0;
  for (const ReplicaSet* set : sets) total += number(*set);
  return total;
}

}  // namespace

ReplicaSet::ReplicaSet(object::Document document)
    : document_(std::move(document)),
      name_(object::name_of(document_.root())),
      created_(creation_time(document_.root())),
      replicas_(document_["spec"]["replicas"].as_int(1)) {}

ReplicaSet::ReplicaSet(std::string name, Value object)
    : draft_(std::move(object)), name_(std::move(name)), created_(std::numeric_limits<object::TimeNs>::max()) {}

bool ReplicaSet::deleting() const { return object::is_deleting(view()); }

std::string_view ReplicaSet::annotation(std::string_view name) const {
  const auto change = annotations_.find(name);
  return change != annotations_.end() ? std::string_view(change->second)
                                      : object::annotations_of(view())[name].as_string();
}

bool ReplicaSet::has_annotation(std::string_view name) const {
  return annotations_.contains(name) || object::annotations_of(view()).has(name);
}

bool ReplicaSet::annotate(std::string_view name, std::string_view value) {
  if (has_annotation(name) && annotation(name) == value) return false;
  annotations_.insert_or_assign(std::string(name), std::string(value));
  return true;
}

std::optional<int64_t> ReplicaSet::number(std::string_view name) const {
  const auto value = parse_number(annotation(name));
  return value && *value >= 0 && *value <= std::numeric_limits<int32_t>::max() ? value : std::nullopt;
}

std::optional<int64_t> ReplicaSet::revision() const {
  return has_annotation(kRevision) ? parse_number(annotation(kRevision)) : 0;
}

bool ReplicaSet::changed() const {
  return !exists() || !annotations_.empty() || replicas_ != document_["spec"]["replicas"].as_int(1) ||
         (min_ready_ && *min_ready_ != document_["spec"]["minReadySeconds"].as_int());
}

Value ReplicaSet::write() const {
  Value object = view().to_value();
  for (const auto& [name, value] : annotations_) object["metadata"]["annotations"][name] = value;
  object["spec"]["replicas"] = replicas_;
  if (min_ready_ && *min_ready_ != 0) object["spec"]["minReadySeconds"] = *min_ready_;
  if (min_ready_ && *min_ready_ == 0) object["spec"].erase("minReadySeconds");
  return object;
}

bool older(const ReplicaSet* a, const ReplicaSet* b) {
  return a->created() != b->created() ? a->created() < b->created() : a->name() < b->name();
}
bool larger_then_older(const ReplicaSet* a, const ReplicaSet* b) {
  return a->replicas() != b->replicas() ? a->replicas() > b->replicas() : older(a, b);
}
bool larger_then_newer(const ReplicaSet* a, const ReplicaSet* b) {
  return a->replicas() != b->replicas() ? a->replicas() > b->replicas() : older(b, a);
}
bool lower_revision(const ReplicaSet* a, const ReplicaSet* b) {
  const auto ra = a->revision(), rb = b->revision();
  return ra && rb && *ra != *rb ? *ra < *rb : older(a, b);
}

ReplicaSets active(const ReplicaSets& sets) {
  ReplicaSets found;
  for (ReplicaSet* set : sets)
    if (set->replicas() > 0) found.push_back(set);
  return found;
}

int64_t sum_replicas(const ReplicaSets& sets) {
  return sum(sets, [](const ReplicaSet& s) { return s.replicas(); });
}
int64_t sum_actual(const ReplicaSets& sets) {
  return sum(sets, [](const ReplicaSet& s) { return s.actual(); });
}
int64_t sum_ready(const ReplicaSets& sets) {
  return sum(sets, [](const ReplicaSet& s) { return s.ready(); });
}
int64_t sum_available(const ReplicaSets& sets) {
  return sum(sets, [](const ReplicaSet& s) { return s.available(); });
}

std::optional<int64_t> sum_terminating(const ReplicaSets& sets) {
  int64_t total = 0;
  for (const ReplicaSet* set : sets) {
    const View status = set->view()["status"];
    if (status["terminatingReplicas"].is_int())
      total += status["terminatingReplicas"].as_int();
    else if (status["observedGeneration"].as_int() != 0)
      return std::nullopt;
  }
  return total;
}

int64_t highest_revision(const ReplicaSets& sets) {
  int64_t highest = 0;
  for (const ReplicaSet* set : sets) highest = std::max(highest, set->revision().value_or(0));
  return highest;
}

}  // namespace proa::controllers::deployment

// The ReplicaSets of a Deployment as a plan edits them: read from the cache, changed in place, turned into one write
// each. Pure.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controllers/deployment/plan.h"
#include "object/document.h"

namespace proa::controllers::deployment {

class ReplicaSet {
 public:
  explicit ReplicaSet(object::Document document);
  /// One that is to be made.
  ReplicaSet(std::string name, object::Value object);

  const std::string& name() const { return name_; }
  object::View view() const { return draft_.is_null() ? document_.root() : object::View(draft_); }
  bool exists() const { return static_cast<bool>(document_); }

  int64_t replicas() const { return replicas_; }
  int64_t actual() const { return view()["status"]["replicas"].as_int(); }
  int64_t ready() const { return view()["status"]["readyReplicas"].as_int(); }
  int64_t available() const { return view()["status"]["availableReplicas"].as_int(); }
  bool deleting() const;
  object::TimeNs created() const { return created_; }

  std::string_view annotation(std::string_view name) const;
  bool has_annotation(std::string_view name) const;
  /// True when that changes it.
  bool annotate(std::string_view name, std::string_view value);
  void set_min_ready(int64_t seconds) { min_ready_ = seconds; }
  void set_replicas(int64_t replicas) { replicas_ = replicas; }
  /// A number of an annotation, as upstream takes it: not negative, 32 bits.
  std::optional<int64_t> number(std::string_view name) const;
  /// 0 when unset, nothing when it is no number.
  std::optional<int64_t> revision() const;

  bool changed() const;
  /// The object to write.
  object::Value write() const;

  /// Events to record once it is written.
  std::vector<Event> events;

 private:
  object::Document document_;
  object::Value draft_;
  std::string name_;
  object::TimeNs created_ = 0;
  int64_t replicas_ = 0;
  std::optional<int64_t> min_ready_;
  std::map<std::string, std::string, std::less<>> annotations_;  // changes
};

using ReplicaSets = std::vector<ReplicaSet*>;

bool older(const ReplicaSet* a, const ReplicaSet* b);  // by creation, then name
bool larger_then_older(const ReplicaSet* a, const ReplicaSet* b);
bool larger_then_newer(const ReplicaSet* a, const ReplicaSet* b);
bool lower_revision(const ReplicaSet* a, const ReplicaSet* b);

/// Those that have, or should have, pods.
ReplicaSets active(const ReplicaSets& sets);
int64_t sum_replicas(const ReplicaSets& sets);
int64_t sum_actual(const ReplicaSets& sets);
int64_t sum_ready(const ReplicaSets& sets);
int64_t sum_available(const ReplicaSets& sets);
/// Nothing as long as one of them doesn't tell.
std::optional<int64_t> sum_terminating(const ReplicaSets& sets);
int64_t highest_revision(const ReplicaSets& sets);

}  // namespace proa::controllers::deployment

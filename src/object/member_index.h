// Finds members while an object is read: looks through few, keeps an index of many, so that a hostile object of
// a hundred thousand members takes linear time.
#pragma once

#include <string_view>
#include <unordered_map>

#include "object/value.h"

namespace proa::object {

class MemberIndex {
 public:
  explicit MemberIndex(Value::Object& members) : members_(members) {}

  /// nullptr when there is none of that name yet.
  Value* find(Key name) {
    if (members_.size() < kMany) {
      for (Value::Member& member : members_) {
        if (member.name == name) return &member.value;
      }
      return nullptr;
    }
    if (index_.empty()) {
      for (size_t i = 0; i < members_.size(); ++i) index_.emplace(members_[i].name.text(), i);
    }
    const auto found = index_.find(name.text);
    return found == index_.end() ? nullptr : &members_[found->second].value;
  }

  /// REQUIRES: find(name) found nothing.
  Value& add(Key name) {
    members_.push_back({Name(name), Value()});
    // A Name's text stays where it is when the vector grows.
    if (!index_.empty()) index_.emplace(members_.back().name.text(), members_.size() - 1);
    return members_.back().value;
  }

 private:
  static constexpr size_t kMany = 24;
  Value::Object& members_;
  std::unordered_map<std::string_view, size_t> index_;
};

}  // namespace proa::object

// The text of `kubectl describe`: lines of tab-separated cells at some level of indentation, and the pieces that
// many kinds share. Source: k8s.io/kubectl pkg/describe (titles, order, forms).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "object/value.h"

namespace proa::cli::kubectl {

class DescribeWriter {
 public:
  /// `text` after two blanks for each level.
  void write(int level, std::string_view text) {
    text_.append(static_cast<size_t>(level) * 2, ' ');
    text_ += text;
  }
  template <class... Args>
  void print(int level, fmt::format_string<Args...> format, Args&&... args) {
    write(level, fmt::format(format, std::forward<Args>(args)...));
  }
  /// Lines so far are aligned by themselves; what follows starts anew.
  void section();
  /// As it stands, with tabs.
  const std::string& raw() const { return text_; }
  std::string aligned();

 private:
  std::string done_, text_;
};

/// `TITLE:` and `key=value` lines, sorted.
void describe_labels(DescribeWriter& w, std::string_view title, object::View labels);
void describe_labels_indented(DescribeWriter& w, std::string_view indent, std::string_view title,
                              std::string_view inner, object::View labels);
/// Without the one that apply keeps; long values are cut.
void describe_annotations(DescribeWriter& w, std::string_view title, object::View annotations);
void describe_tolerations(DescribeWriter& w, std::string_view title, object::View tolerations);
void describe_events(DescribeWriter& w, object::View events);
/// Type, status and reason.
void describe_conditions(DescribeWriter& w, object::View conditions);

/// `Sun, 28 Apr 2024 21:52:21 +0900`, local time.
std::string long_time(object::View time);
/// How long ago: `3m`; `<unknown>` when unset.
std::string ago(object::View time);
/// `Kind/name` of the controller; empty when there is none.
std::string controller_name(object::View object);
/// A bool as `True` or `False`.
inline const char* go_title_bool(bool value) { return value ? "True" : "False"; }
/// An IntOrString's text.
std::string int_or_string(object::View value);
/// Members by name.
std::vector<object::View::Member> by_name(object::View map);

}  // namespace proa::cli::kubectl

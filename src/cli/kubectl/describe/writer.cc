#include "cli/kubectl/describe/writer.h"

#include <algorithm>
#include <ctime>

#include "cli/kubectl/mutation.h"
#include "cli/kubectl/tab_writer.h"
#include "cli/kubectl/text.h"
#include "object/meta.h"
#include "object/time.h"
#include "runtime/clock.h"

namespace proa::cli::kubectl {

using object::View;
constexpr size_t kAnnotationWidth = 140;

void DescribeWriter::section() {
  done_ += kubectl::aligned(text_, kTextStyle);
  text_.clear();
}

std::string DescribeWriter::aligned() {
  section();
  return std::exchange(done_, {});
}

std::vector<View::Member> by_name(View map) {
  std::vector<View::Member> members;
  for (auto member : map.members()) members.push_back(member);
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return members;
}

void describe_labels_indented(DescribeWriter& w, std::string_view indent, std::string_view title,
                              std::string_view inner, View labels) {
  w.print(0, "{}{}:{}", indent, title, inner);
  if (labels.empty()) return w.write(0, "<none>\n");
  bool first = true;
  for (const auto& [name, value] : by_name(labels)) {
    if (!std::exchange(first, false)) w.print(0, "{}{}", indent, inner);
    w.print(0, "{}={}\n", name, value.as_string());
  }
}

void describe_labels(DescribeWriter& w, std::string_view title, View labels) {
  describe_labels_indented(w, "", title, "\t", labels);
}

void describe_annotations(DescribeWriter& w, std::string_view title, View annotations) {
  w.print(0, "{}:\t", title);
  bool first = true;
  for (const auto& [name, view] : by_name(annotations)) {
    if (name == kLastApplied) continue;
    if (!std::exchange(first, false)) w.write(0, "\t");
    std::string_view value = view.as_string();
    if (value.ends_with('\n')) value.remove_suffix(1);
    if (value.size() + name.size() + 2 <= kAnnotationWidth && value.find('\n') == std::string_view::npos) {
      w.print(0, "{}: {}\n", name, value);
      continue;
    }
    w.print(0, "{}:\n", name);
    for (const auto& line : split(value, "\n"))
      w.print(0, "\t  {}\n", line.size() > kAnnotationWidth - 2 ? line.substr(0, kAnnotationWidth - 2) + "..." : line);
  }
  if (first) w.write(0, "<none>\n");
}

void describe_tolerations(DescribeWriter& w, std::string_view title, View tolerations) {
  w.print(0, "{}:\t", title);
  if (tolerations.empty()) return w.write(0, "<none>\n");
  std::vector<View> sorted;
  for (View one : tolerations.items()) sorted.push_back(one);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](View a, View b) { return a["key"].as_string() < b["key"].as_string(); });
  for (size_t i = 0; i < sorted.size(); ++i) {
    const View one = sorted[i];
    const auto key = one["key"].as_string(), value = one["value"].as_string(), effect = one["effect"].as_string();
    std::string line = (i > 0 ? "\t" : "") + std::string(key);
    if (!value.empty()) line += "=" + std::string(value);
    if (!effect.empty()) line += ":" + std::string(effect);
    if (one["operator"].as_string() == "Exists" && value.empty())
      line += key.empty() && effect.empty() ? "op=Exists" : " op=Exists";
    if (one["tolerationSeconds"].is_int()) line += fmt::format(" for {}s", one["tolerationSeconds"].as_int());
    w.write(0, line + "\n");
  }
}

namespace {

std::string event_age(View event) {
  const View first = object::time_of(event["eventTime"]) ? event["eventTime"] : event["firstTimestamp"];
  const std::string since = ago(first);
  if (event["series"].is_object())
    return fmt::format("{} (x{} over {})", ago(event["series"]["lastObservedTime"]), event["series"]["count"].as_int(),
                       since);
  if (event["count"].as_int() > 1)
    return fmt::format("{} (x{} over {})", ago(event["lastTimestamp"]), event["count"].as_int(), since);
  return since;
}

}  // namespace

void describe_events(DescribeWriter& w, View events) {
  if (events.empty()) return w.write(0, "Events:\t<none>\n");
  w.section();
  std::vector<View> sorted;
  for (View event : events.items()) sorted.push_back(event);
  std::stable_sort(sorted.begin(), sorted.end(), [](View a, View b) {
    return object::time_of(a["lastTimestamp"]).value_or(0) < object::time_of(b["lastTimestamp"]).value_or(0);
  });
  w.write(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage\n");
  w.write(1, "----\t------\t----\t----\t-------\n");
  for (View event : sorted) {
    auto source = event["source"]["component"].as_string();
    if (source.empty()) source = event["reportingComponent"].as_string();
    w.print(1, "{}\t{}\t{}\t{}\t{}\n", event["type"].as_string(), event["reason"].as_string(), event_age(event), source,
            trim(event["message"].as_string()));
  }
}

void describe_conditions(DescribeWriter& w, View conditions) {
  if (conditions.empty()) return;
  w.write(0, "Conditions:\n  Type\tStatus\tReason\n");
  w.write(1, "----\t------\t------\n");
  for (View c : conditions.items())
    w.print(1, "{} \t{}\t{}\n", c["type"].as_string(), c["status"].as_string(), c["reason"].as_string());
}

std::string long_time(View time) {
  const auto ns = object::time_of(time);
  if (!ns) return "Mon, 01 Jan 0001 00:00:00 +0000";
  const int64_t offset = runtime::utc_offset_seconds(*ns);
  const time_t shifted = static_cast<time_t>(*ns / object::kSecondNs + offset);
  std::tm fields{};
  gmtime_r(&shifted, &fields);
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S", &fields);
  const int64_t minutes = std::abs(offset) / 60;
  return fmt::format("{} {}{:02}{:02}", text, offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string ago(View time) {
  const auto ns = object::time_of(time);
  return ns ? object::human_duration(runtime::system_clock().wall() - *ns) : "<unknown>";
}

std::string controller_name(View object) {
  const View owner = object::controller_of(object);
  return owner.exists() ? owner["kind"].str() + "/" + owner["name"].str() : "";
}

std::string int_or_string(View value) { return value.is_string() ? value.str() : std::to_string(value.as_int()); }

}  // namespace proa::cli::kubectl

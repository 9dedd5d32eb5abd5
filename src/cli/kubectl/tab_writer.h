// Lines of tab-separated cells, aligned in columns as Go's text/tabwriter does: a column is a run of lines that have
// a cell there; the last cell of a line belongs to no column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace proa::cli::kubectl {

struct TabStyle {
  size_t min_width, padding;
  bool remember_widths = false;  // columns never become narrower: for watches
};
/// Tables of `get`, and texts of `describe`.
inline constexpr TabStyle kTableStyle{6, 3, true};
inline constexpr TabStyle kTextStyle{0, 2, false};

class TabWriter {
 public:
  explicit TabWriter(TabStyle style) : style_(style) {}
  void write(std::string_view text) { text_ += text; }
  /// What was written since the last time, aligned.
  std::string flush();
  void forget_widths() { widest_.clear(); }

 private:
  struct Line {
    std::vector<std::string_view> cells;
  };
  void format(const std::vector<Line>& lines, size_t first, size_t last, std::vector<size_t>& widths, std::string& out);
  void emit(const std::vector<Line>& lines, size_t first, size_t last, const std::vector<size_t>& widths,
            std::string& out) const;

  TabStyle style_;
  std::string text_;
  std::vector<size_t> widest_;
};

/// All at once.
std::string aligned(std::string_view text, TabStyle style);

}  // namespace proa::cli::kubectl

#include "cli/kubectl/tab_writer.h"

#include <algorithm>
#include <utility>

namespace proa::cli::kubectl {
namespace {

size_t runes(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

void TabWriter::emit(const std::vector<Line>& lines, size_t first, size_t last, const std::vector<size_t>& widths,
                     std::string& out) const {
  for (size_t i = first; i < last; ++i) {
    const auto& cells = lines[i].cells;
    for (size_t column = 0; column < cells.size(); ++column) {
      out += cells[column];
      if (column < widths.size() && widths[column] > runes(cells[column]))
        out.append(widths[column] - runes(cells[column]), ' ');
    }
    if (i + 1 < lines.size()) out += '\n';
  }
}

void TabWriter::format(const std::vector<Line>& lines, size_t first, size_t last, std::vector<size_t>& widths,
                       std::string& out) {
  const size_t column = widths.size();
  for (size_t at = first; at < last; ++at) {
    if (column + 1 >= lines[at].cells.size()) continue;
    emit(lines, first, at, widths, out);
    first = at;
    size_t width = style_.min_width;
    for (; at < last && column + 1 < lines[at].cells.size(); ++at)
      width = std::max(width, runes(lines[at].cells[column]) + style_.padding);
    if (style_.remember_widths) {
      if (widest_.size() <= column) widest_.resize(column + 1, 0);
      width = widest_[column] = std::max(width, widest_[column]);
    }
    // A column of empty cells has no width of its own.
    widths.push_back(width);
    format(lines, first, at, widths, out);
    widths.pop_back();
    first = at;
    --at;
  }
  emit(lines, first, last, widths, out);
}

std::string TabWriter::flush() {
  const std::string text = std::exchange(text_, {});
  std::vector<Line> lines(1);
  size_t from = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const bool end = i == text.size();
    if (!end && text[i] != '\t' && text[i] != '\n' && text[i] != '\f') continue;
    lines.back().cells.push_back(std::string_view(text).substr(from, i - from));
    from = i + 1;
    if (!end && text[i] != '\t') lines.emplace_back();
  }
  std::string out;
  std::vector<size_t> widths;
  // A line with a single cell ends every column above it, which keeps blocks apart.
  format(lines, 0, lines.size(), widths, out);
  return out;
}

std::string aligned(std::string_view text, TabStyle style) {
  TabWriter writer(style);
  writer.write(text);
  return writer.flush();
}

}  // namespace proa::cli::kubectl

#include "http/output.h"

#include <algorithm>

namespace proa::http {
namespace {

// Below this a copy costs less than a segment of its own, and bursts of small pieces become one record.
constexpr size_t kCopyBelow = 2048;

}  // namespace

void Output::add(std::string_view bytes) {
  if (bytes.empty()) return;
  if (segments_.empty() || segments_.back().shared) segments_.emplace_back();
  Segment& last = segments_.back();
  last.own += bytes;
  last.length += bytes.size();
  size_ += bytes.size();
}

void Output::add(const SharedBytes& bytes, size_t offset, size_t length) {
  if (length < kCopyBelow) return add(std::string_view(*bytes).substr(offset, length));
  segments_.push_back({.own = {}, .shared = bytes, .offset = offset, .length = length});
  size_ += length;
}

std::string_view Output::front() const { return segments_.empty() ? std::string_view() : segments_.front().view(); }

void Output::consume(size_t count) {
  Segment& first = segments_.front();
  first.offset += count;
  first.length -= count;
  size_ -= count;
  if (first.length == 0) segments_.pop_front();
}

void PieceQueue::push(SharedBytes piece) {
  if (!piece || piece->empty()) return;
  size_ += piece->size();
  pieces_.push_back(std::move(piece));
}

void PieceQueue::move_to(Output& out, size_t count) {
  size_ -= count;
  while (count > 0) {
    SharedBytes& first = pieces_[first_];
    const size_t here = std::min(count, first->size() - offset_);
    out.add(first, offset_, here);
    offset_ += here;
    count -= here;
    if (offset_ < first->size()) continue;
    first.reset();
    offset_ = 0;
    ++first_;
  }
  if (first_ == pieces_.size()) clear();
}

void PieceQueue::clear() {
  if (pieces_.capacity() > 64) std::vector<SharedBytes>().swap(pieces_);
  pieces_.clear();
  first_ = offset_ = size_ = 0;
}

}  // namespace proa::http

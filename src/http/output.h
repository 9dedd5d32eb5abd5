// Plain bytes on their way to the peer: small ones copied, large ones kept by pointer until they are encrypted.
// I/O thread only.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "http/http.h"

namespace proa::http {

/// A run of bytes in order, partly owned, partly shared.
class Output {
 public:
  /// Copies.
  void add(std::string_view bytes);
  /// Keeps the pointer where that is cheaper than a copy.
  void add(const SharedBytes& bytes, size_t offset, size_t length);
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// The first run of contiguous bytes; empty when nothing is left.
  std::string_view front() const;
  /// REQUIRES: count <= front().size()
  void consume(size_t count);

 private:
  struct Segment {
    std::string own;
    SharedBytes shared;
    size_t offset = 0, length = 0;
    std::string_view view() const { return std::string_view(shared ? *shared : own).substr(offset, length); }
  };
  std::deque<Segment> segments_;
  size_t size_ = 0;
};

/// What a handler has written and the peer has not taken: pieces by pointer.
class PieceQueue {
 public:
  void push(SharedBytes piece);
  size_t size() const { return size_; }
  /// Moves the first `count` bytes. REQUIRES: count <= size().
  void move_to(Output& out, size_t count);
  void clear();

 private:
  std::vector<SharedBytes> pieces_;  // a vector: an idle stream holds no memory
  size_t first_ = 0;
  size_t offset_ = 0;  // into the first piece
  size_t size_ = 0;
};

}  // namespace proa::http

// A file layer for SQLite that fails on demand, for tests: the n-th write or sync once, or every write as a full disk
// does. Stands before the machine's own; any thread.
#pragma once

#include <atomic>
#include <cstring>

#include <sqlite3.h>

namespace proa::store::sqlite {

class FaultyVfs {
 public:
  static constexpr const char* kName = "proa-faulty";

  FaultyVfs() {
    real() = sqlite3_vfs_find(nullptr);
    vfs_ = *real();
    vfs_.zName = kName;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real()->szOsFile;
    vfs_.xOpen = open;
    sqlite3_vfs_register(&vfs_, 0);
    full() = false;
    countdown() = 0;
    operations() = 0;
  }
  ~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

  /// The n-th write, sync or truncate from now fails, once. 0: none.
  static void fail_nth(int64_t n) { countdown() = n; }
  /// Writes fail for lack of room, until told otherwise.
  static void set_full(bool is_full) { full() = is_full; }
  static int64_t operations_so_far() { return operations(); }

 private:
  struct File {
    sqlite3_file base;
    sqlite3_io_methods methods;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static sqlite3_vfs*& real() {
    static sqlite3_vfs* vfs = nullptr;
    return vfs;
  }
  static std::atomic<int64_t>& countdown() {
    static std::atomic<int64_t> left = 0;
    return left;
  }
  static std::atomic<int64_t>& operations() {
    static std::atomic<int64_t> count = 0;
    return count;
  }
  static std::atomic<bool>& full() {
    static std::atomic<bool> is_full = false;
    return is_full;
  }
  static bool fails() {
    ++operations();
    return countdown() > 0 && --countdown() == 0;
  }
  static File* file(sqlite3_file* f) { return reinterpret_cast<File*>(f); }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out) {
    File* me = file(f);
    const int code = real()->xOpen(real(), name, me->real(), flags, out);
    me->base.pMethods = nullptr;
    if (me->real()->pMethods == nullptr) return code;
    me->methods = *me->real()->pMethods;
    me->methods.iVersion = 2;  // without memory mapping
    auto& m = me->methods;
    m.xClose = [](sqlite3_file* x) { return file(x)->real()->pMethods->xClose(file(x)->real()); };
    m.xRead = [](sqlite3_file* x, void* to, int n, sqlite3_int64 at) {
      return file(x)->real()->pMethods->xRead(file(x)->real(), to, n, at);
    };
    m.xWrite = [](sqlite3_file* x, const void* from, int n, sqlite3_int64 at) {
      if (full()) return SQLITE_FULL;
      if (fails()) return SQLITE_IOERR_WRITE;
      return file(x)->real()->pMethods->xWrite(file(x)->real(), from, n, at);
    };
    m.xTruncate = [](sqlite3_file* x, sqlite3_int64 size) {
      if (fails()) return SQLITE_IOERR_TRUNCATE;
      return file(x)->real()->pMethods->xTruncate(file(x)->real(), size);
    };
    m.xSync = [](sqlite3_file* x, int how) {
      if (fails()) return SQLITE_IOERR_FSYNC;
      return file(x)->real()->pMethods->xSync(file(x)->real(), how);
    };
    m.xFileSize = [](sqlite3_file* x, sqlite3_int64* size) {
      return file(x)->real()->pMethods->xFileSize(file(x)->real(), size);
    };
    m.xLock = [](sqlite3_file* x, int how) { return file(x)->real()->pMethods->xLock(file(x)->real(), how); };
    m.xUnlock = [](sqlite3_file* x, int how) { return file(x)->real()->pMethods->xUnlock(file(x)->real(), how); };
    m.xCheckReservedLock = [](sqlite3_file* x, int* held) {
      return file(x)->real()->pMethods->xCheckReservedLock(file(x)->real(), held);
    };
    m.xFileControl = [](sqlite3_file* x, int op, void* with) {
      return file(x)->real()->pMethods->xFileControl(file(x)->real(), op, with);
    };
    m.xSectorSize = [](sqlite3_file* x) { return file(x)->real()->pMethods->xSectorSize(file(x)->real()); };
    m.xDeviceCharacteristics = [](sqlite3_file* x) {
      return file(x)->real()->pMethods->xDeviceCharacteristics(file(x)->real());
    };
    m.xShmMap = [](sqlite3_file* x, int page, int size, int extend, void volatile** at) {
      return file(x)->real()->pMethods->xShmMap(file(x)->real(), page, size, extend, at);
    };
    m.xShmLock = [](sqlite3_file* x, int offset, int n, int flags_) {
      return file(x)->real()->pMethods->xShmLock(file(x)->real(), offset, n, flags_);
    };
    m.xShmBarrier = [](sqlite3_file* x) { file(x)->real()->pMethods->xShmBarrier(file(x)->real()); };
    m.xShmUnmap = [](sqlite3_file* x, int remove) {
      return file(x)->real()->pMethods->xShmUnmap(file(x)->real(), remove);
    };
    me->base.pMethods = &me->methods;
    return code;
  }

  sqlite3_vfs vfs_;
};

}  // namespace proa::store::sqlite

/* Process 1 of every pod: it holds the pod's namespaces, reaps what is left to it, and ends on SIGTERM or
 * SIGINT. No libc, so that it is a few hundred bytes: each pod maps it. x86-64 and aarch64 Linux. */

enum { kSigInt = 2, kSigTerm = 15, kSigChld = 17, kSigBlock = 0, kNoHang = 1 };

#if defined(__x86_64__)
enum { kSigProcMask = 14, kWait4 = 61, kSigTimedWait = 128, kExitGroup = 231 };
static long system_call(long number, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
enum { kSigProcMask = 135, kWait4 = 260, kSigTimedWait = 137, kExitGroup = 94 };
static long system_call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
#error "pause.c knows x86-64 and aarch64"
#endif

void _start(void) {
  const unsigned long mask = 1ul << (kSigInt - 1) | 1ul << (kSigTerm - 1) | 1ul << (kSigChld - 1);
  system_call(kSigProcMask, kSigBlock, (long)&mask, 0, sizeof mask);
  for (;;) {
    const long signal = system_call(kSigTimedWait, (long)&mask, 0, 0, sizeof mask);
    if (signal == kSigInt || signal == kSigTerm) system_call(kExitGroup, 0, 0, 0, 0);
    if (signal == kSigChld)
      while (system_call(kWait4, -1, 0, kNoHang, 0) > 0) {
      }
  }
}

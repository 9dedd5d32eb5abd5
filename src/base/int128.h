// 128-bit integers, which g++ and clang have as an extension: for exact arithmetic on quantities and times.
#pragma once

namespace proa::base {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

}  // namespace proa::base

// Version of Proa, and of the Kubernetes whose API it speaks.
#pragma once

namespace proa {

inline constexpr const char* kVersion = "0.1.0";
inline constexpr const char* kKubernetesVersion = "v1.36.3";

}  // namespace proa

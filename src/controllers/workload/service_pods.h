// What the two controllers that tell where a Service's pods are have in common. Pure, but for TriggerTimes.
// Source: k8s.io/endpointslice (util, utils.go).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/informer.h"
#include "object/document.h"
#include "object/time.h"
#include "object/view.h"
#include "runtime/clock.h"

namespace proa::controllers {

/// Has this Service endpoints that follow its selector?
bool has_endpoints(object::View service);
bool has_cluster_ip(object::View service);
/// Pods of the Service's namespace that its selector matches.
std::vector<object::Document> pods_of_service(const client::Informer& pods, object::View service);
/// A pod with an address that has not finished; pods that terminate only when asked for.
bool belongs_in_endpoints(object::View pod, bool with_terminating);
/// The pod's own port behind a Service's port; nothing when it has none of that name.
std::optional<int64_t> target_port(object::View pod, object::View service_port);
/// The pod's addresses of that family.
std::vector<std::string> addresses_of(object::View pod, bool ipv6);
/// spec.hostname, when the pod's subdomain is this Service; else empty.
std::string_view hostname_for(object::View pod, object::View service);

/// Calls `wake(service)` for every Service that a pod's change concerns: those that select it, or did before.
void wake_services(const client::Informer& services, const object::Document& before, const object::Document& after,
                   const std::function<void(object::View service)>& wake);

/// Remembers when the pods of each Service last changed, for endpoints.kubernetes.io/last-change-trigger-time.
class TriggerTimes {
 public:
  /// The earliest change since the last call: of a pod's readiness or of the Service; 0: none.
  object::TimeNs next(object::View service, const std::vector<object::Document>& pods);
  void forget(std::string_view service_key);

 private:
  struct Seen {
    object::TimeNs service = 0;
    std::map<std::string, object::TimeNs, std::less<>> pods;
  };
  std::map<std::string, Seen, std::less<>> seen_;
};

/// Lets a Service with many pods wait a little between two looks at it, so that a rollout of a thousand pods is not a
/// thousand rounds over a thousand pods. The first change acts at once; few pods never wait noticeably.
class Pace {
 public:
  explicit Pace(runtime::DurationNs per_pod) : per_pod_(per_pod) {}
  /// How long to wait before the next round for that key; 0: go on.
  runtime::DurationNs wait(std::string_view key, runtime::TimeNs now) const;
  void worked(std::string_view key, size_t pods, runtime::TimeNs now);
  void forget(std::string_view key);

 private:
  static constexpr runtime::DurationNs kMost = runtime::kSecond / 2;
  runtime::DurationNs per_pod_;
  std::map<std::string, runtime::TimeNs, std::less<>> next_;  // monotonic
};

inline constexpr std::string_view kTriggerTime = "endpoints.kubernetes.io/last-change-trigger-time";
inline constexpr std::string_view kHeadless = "service.kubernetes.io/headless";

}  // namespace proa::controllers

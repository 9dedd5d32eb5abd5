#include "api/inaction.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace proa::api {
namespace {

struct GroupKind {
  std::string_view group, kind;
};

constexpr auto kIdle = std::to_array<GroupKind>({
    {"", "PersistentVolume"},
    {"", "PersistentVolumeClaim"},
    {"", "ResourceQuota"},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicy"},
    {"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration"},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"},
    {"apiextensions.k8s.io", "CustomResourceDefinition"},
    {"autoscaling", "HorizontalPodAutoscaler"},
    {"certificates.k8s.io", "CertificateSigningRequest"},
    {"policy", "PodDisruptionBudget"},
});

}  // namespace

std::string inaction_warning(const schema::KindInfo& kind) {
  const auto is = [&](const GroupKind& idle) { return idle.group == kind.group && idle.kind == kind.kind; };
  if (std::ranges::none_of(kIdle, is)) return {};
  return fmt::format("Proa only stores objects of kind {}: nothing acts on them yet", kind.kind);
}

}  // namespace proa::api

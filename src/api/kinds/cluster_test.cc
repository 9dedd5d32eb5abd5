// What nodes, namespaces, events, leases and endpoints are refused for, in upstream's words.
#include "api/api_testing.h"

namespace proa::api {
namespace {

struct Refusal {
  const char *what, *path, *body, *message;
};

class ClusterKindRefusals : public ApiTest, public testing::WithParamInterface<Refusal> {};

TEST_P(ClusterKindRefusals, say_why) {
  const Answer answer = ask("POST", GetParam().path, GetParam().body);
  EXPECT_EQ(answer.code, 422) << answer.text;
  EXPECT_EQ(answer.message(), GetParam().message);
}

constexpr const char* kEvents = "/api/v1/namespaces/default/events";
constexpr const char* kSlices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
constexpr const char* kLeases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

INSTANTIATE_TEST_SUITE_P(
    All, ClusterKindRefusals,
    testing::Values(
        Refusal{
            "event_elsewhere", kEvents, R"({"metadata":{"name":"e"},"involvedObject":{"namespace":"other"}})",
            R"(Event "e" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace)"},
        Refusal{
            "taint", "/api/v1/nodes", R"({"metadata":{"name":"n"},"spec":{"taints":[{"key":"a","effect":"Foo"}]}})",
            R"(Node "n" is invalid: metadata.taints[0].effect: Unsupported value: "Foo": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute")"},
        Refusal{
            "pod_range", "/api/v1/nodes", R"({"metadata":{"name":"n"},"spec":{"podCIDR":"x"}})",
            R"(Node "n" is invalid: spec.podCIDRs[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64))"},
        Refusal{
            "finalizer", "/api/v1/namespaces", R"({"metadata":{"name":"n"},"spec":{"finalizers":["foo"]}})",
            R"(Namespace "n" is invalid: spec.finalizers: Invalid value: "foo": name is neither a standard finalizer name nor is it fully qualified)"},
        Refusal{
            "lease", kLeases, R"({"metadata":{"name":"l"},"spec":{"leaseDurationSeconds":0,"leaseTransitions":-1}})",
            R"(Lease.coordination.k8s.io "l" is invalid: [spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0, spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0])"},
        Refusal{
            "slice_without_address", kSlices,
            R"({"metadata":{"name":"s"},"addressType":"IPv4","endpoints":[{"addresses":[]}]})",
            R"(EndpointSlice.discovery.k8s.io "s" is invalid: endpoints[0].addresses: Required value: must contain at least 1 address)"},
        Refusal{
            "loopback", "/api/v1/namespaces/default/endpoints",
            R"({"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"127.0.0.1"}],"ports":[{"port":1}]}]})",
            R"(Endpoints "e" is invalid: subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128))"}),
    [](const auto& refusal) { return std::string(refusal.param.what); });

using ClusterKinds = ApiTest;

TEST_F(ClusterKinds, a_node_s_range_is_told_twice_and_stays) {
  const Answer made = ask("POST", "/api/v1/nodes", R"({"metadata":{"name":"n"},"spec":{"podCIDR":"10.0.0.0/24"}})");
  EXPECT_EQ(made["spec"]["podCIDRs"].at(0).as_string(), "10.0.0.0/24");
  EXPECT_EQ(
      merge("/api/v1/nodes/n", R"({"spec":{"podCIDR":"10.0.1.0/24"}})").message(),
      R"(Node "n" is invalid: spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid)");
}

TEST_F(ClusterKinds, a_lease_is_not_overwritten_blindly) {
  ask("POST", kLeases, R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"a"}})");
  const Answer refused =
      ask("PUT", std::string(kLeases) + "/l", R"({"metadata":{"name":"l"},"spec":{"holderIdentity":"b"}})");
  EXPECT_EQ(
      refused.message(),
      R"(leases.coordination.k8s.io "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update)");
}

TEST_F(ClusterKinds, what_nothing_acts_on_is_made_with_a_warning) {
  constexpr const char* kQuotas = "/api/v1/namespaces/default/resourcequotas";
  EXPECT_EQ(ask("POST", kQuotas, R"({"metadata":{"name":"q"}})").warning,
            R"(299 - "Proa only stores objects of kind ResourceQuota: nothing acts on them yet")");
  EXPECT_EQ(ask("GET", kQuotas).warning, "");
  EXPECT_EQ(ask("POST", "/api/v1/namespaces/default/configmaps", R"({"metadata":{"name":"c"}})").warning, "");
}

TEST_F(ClusterKinds, endpoints_come_with_a_warning) {
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/default/endpoints").warning,
            R"(299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice")");
}

}  // namespace
}  // namespace proa::api

// What may not change of the objects of a kind, or only so, and in which words that is refused.
#include "api/api_testing.h"

namespace proa::api {
namespace {

struct Change {
  const char* what;
  std::string_view path, body;  // what is made first, under the name "o"
  std::string_view patch;       // a merge patch
  std::string_view message;     // empty: the change is taken
};

class Replacement : public ApiTest, public testing::WithParamInterface<Change> {};

TEST_P(Replacement, is_taken_or_refused_as_upstream_does) {
  const Change& change = GetParam();
  const Answer made = ask("POST", change.path, std::string(change.body));
  ASSERT_EQ(made.code, 201) << made.text;
  const Answer changed = merge(at(change.path, "o"), std::string(change.patch));
  EXPECT_EQ(changed.code, change.message.empty() ? 200 : 422) << changed.text;
  EXPECT_EQ(changed.message(), change.message);
}

constexpr std::string_view kSets = "/apis/apps/v1/namespaces/default/statefulsets";
constexpr std::string_view kDaemons = "/apis/apps/v1/namespaces/default/daemonsets";
constexpr std::string_view kJobs = "/apis/batch/v1/namespaces/default/jobs";
constexpr std::string_view kQuotas = "/api/v1/namespaces/default/resourcequotas";
constexpr std::string_view kClaims = "/api/v1/namespaces/default/persistentvolumeclaims";
constexpr std::string_view kVolumes = "/api/v1/persistentvolumes";
constexpr std::string_view kNodes = "/api/v1/nodes";
constexpr std::string_view kPriorities = "/apis/scheduling.k8s.io/v1/priorityclasses";
constexpr std::string_view kStorage = "/apis/storage.k8s.io/v1/storageclasses";
constexpr std::string_view kSlices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

constexpr std::string_view kSet =
    R"({"metadata":{"name":"o"},"spec":{"serviceName":"s","selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
constexpr std::string_view kDaemon =
    R"({"metadata":{"name":"o"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
constexpr std::string_view kSuspended =
    R"({"metadata":{"name":"o"},"spec":{"suspend":true,"completions":3,"parallelism":2,"completionMode":"Indexed","podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"operator":"In","values":[1]}}]},"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}})";
constexpr std::string_view kPlainJob =
    R"({"metadata":{"name":"o"},"spec":{"completions":3,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}})";
constexpr std::string_view kQuota = R"({"metadata":{"name":"o"},"spec":{"scopes":["NotTerminating","NotBestEffort"]}})";
constexpr std::string_view kClaim =
    R"({"metadata":{"name":"o"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"","resources":{"requests":{"storage":"1Gi"}}}})";
constexpr std::string_view kVolume =
    R"({"metadata":{"name":"o"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]}]}}}})";
constexpr std::string_view kFreeVolume =
    R"({"metadata":{"name":"o"},"spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/x"}}})";

constexpr std::string_view kSetFrozen =
    R"(StatefulSet.apps "o" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden)";
constexpr std::string_view kClaimFrozen =
    R"(PersistentVolumeClaim "o" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims)";

const Change kChanges[] = {
    {"set_service_is_not_looked_at_again", kSets, kSet, R"({"spec":{"serviceName":"Bad_"}})", kSetFrozen},
    {"set_claims_are_not_looked_at_again", kSets, kSet,
     R"({"spec":{"volumeClaimTemplates":[{"metadata":{"name":"v"}}]}})", kSetFrozen},
    {"set_replicas", kSets, kSet, R"({"spec":{"replicas":3,"minReadySeconds":2}})", ""},
    {"daemon_selector_comes_first", kDaemons, kDaemon, R"({"spec":{"selector":{"matchLabels":{"a":"c"}}}})",
     R"(DaemonSet.apps "o" is invalid: [spec.selector: Invalid value: {"matchLabels":{"a":"c"}}: field is immutable, spec.template.metadata.labels: Invalid value: {"a":"b"}: `selector` does not match template `labels`])"},
    {"daemon_text_that_is_no_percentage_counts_as_0", kDaemons, kDaemon,
     R"({"spec":{"updateStrategy":{"rollingUpdate":{"maxUnavailable":"x"}}}})",
     R"(DaemonSet.apps "o" is invalid: [spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: "x": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%'), spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0])"},
    {"job_completions_of_an_indexed_job_move_with_parallelism", kJobs, kSuspended,
     R"({"spec":{"completions":5,"parallelism":5}})", ""},
    {"job_completions_of_an_indexed_job_alone", kJobs, kSuspended, R"({"spec":{"completions":5}})",
     R"(Job.batch "o" is invalid: spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism)"},
    {"job_completions", kJobs, kPlainJob, R"({"spec":{"completions":5,"parallelism":5}})",
     R"(Job.batch "o" is invalid: spec.completions: Invalid value: 5: field is immutable)"},
    {"job_places_while_suspended", kJobs, kSuspended,
     R"({"spec":{"template":{"spec":{"nodeSelector":{"a":"b"},"tolerations":[{"operator":"Exists"}]}}}})", ""},
    {"job_resources_while_suspended", kJobs, kSuspended,
     R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"Always","resources":{"requests":{"cpu":"1"}}}]}}}})",
     ""},
    {"job_failure_policy", kJobs, kSuspended,
     R"({"spec":{"podFailurePolicy":{"rules":[{"action":"Ignore","onPodConditions":[{"type":"T","status":"True"}]}]}}})",
     R"(Job.batch "o" is invalid: spec.podFailurePolicy: Invalid value: {"Rules":[{"Action":"Ignore","OnExitCodes":null,"OnPodConditions":[{"Type":"T","Status":"True"}]}]}: field is immutable)"},
    {"job_failure_policy_with_exit_codes", kJobs, kSuspended,
     R"({"spec":{"podFailurePolicy":{"rules":[{"action":"FailJob","onExitCodes":{"operator":"In","values":[2]}}]}}})",
     R"(Job.batch "o" is invalid: spec.podFailurePolicy: Invalid value: {"Rules":[{"Action":"FailJob","OnExitCodes":{"ContainerName":null,"Operator":"In","Values":[2]},"OnPodConditions":null}]}: field is immutable)"},
    {"job_failure_policy_away", kJobs, kSuspended, R"({"spec":{"podFailurePolicy":null}})",
     R"(Job.batch "o" is invalid: spec.podFailurePolicy: Invalid value: null: field is immutable)"},
    {"quota_scopes", kQuotas, kQuota, R"({"spec":{"scopes":["BestEffort"]}})",
     R"(ResourceQuota "o" is invalid: spec.scopes: Invalid value: ["BestEffort"]: field is immutable)"},
    {"quota_scopes_away", kQuotas, kQuota, R"({"spec":{"scopes":null}})",
     R"(ResourceQuota "o" is invalid: spec.scopes: Invalid value: null: field is immutable)"},
    {"quota_scopes_in_another_order", kQuotas, kQuota, R"({"spec":{"scopes":["NotBestEffort","NotTerminating"]}})", ""},
    {"claim_size", kClaims, kClaim, R"({"spec":{"resources":{"requests":{"storage":"2Gi"}}}})", kClaimFrozen},
    {"claim_size_away", kClaims, kClaim, R"({"spec":{"resources":{"requests":null}}})",
     R"(PersistentVolumeClaim "o" is invalid: [spec.resources[storage]: Required value, spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims, spec.resources.requests.storage: Forbidden: field can not be less than status.capacity])"},
    {"volume_places", kVolumes, kVolume,
     R"({"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]}}}})",
     R"(PersistentVolume "o" is invalid: nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions":null,"MatchFields":[{"Key":"metadata.name","Operator":"In","Values":["n"]}]}]}}: field is immutable, except for updating from beta label to GA)"},
    {"volume_places_away", kVolumes, kVolume, R"({"spec":{"nodeAffinity":null}})",
     R"(PersistentVolume "o" is invalid: nodeAffinity: Invalid value: null: field is immutable, except for updating from beta label to GA)"},
    {"volume_places_once", kVolumes, kFreeVolume,
     R"({"spec":{"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"Exists"}]}]}}}})",
     ""},
    {"volume_source", kVolumes, kFreeVolume, R"({"spec":{"hostPath":{"path":"/y"}}})",
     R"(PersistentVolume "o" is invalid: spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation)"},
    {"volume_size", kVolumes, kFreeVolume, R"({"spec":{"capacity":{"storage":"2Gi"}}})", ""},
    {"node_ranges_outlive_the_member_that_told_one", kNodes,
     R"({"metadata":{"name":"o"},"spec":{"podCIDR":"10.0.0.0/24"}})", R"({"spec":{"podCIDR":null}})", ""},
    {"node_range", kNodes, R"({"metadata":{"name":"o"},"spec":{"podCIDRs":["10.0.0.0/24"]}})",
     R"({"spec":{"podCIDR":"10.0.1.0/24"}})",
     R"(Node "o" is invalid: spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid)"},
    {"priority_policy_is_not_looked_at_again", kPriorities, R"({"metadata":{"name":"o"},"value":5})",
     R"({"preemptionPolicy":"Bad"})",
     R"(PriorityClass.scheduling.k8s.io "o" is invalid: preemptionPolicy: Invalid value: "Bad": field is immutable)"},
    {"priority_value", kPriorities, R"({"metadata":{"name":"o"},"value":5})", R"({"value":6})",
     R"(PriorityClass.scheduling.k8s.io "o" is invalid: value: Forbidden: may not be changed in an update.)"},
    {"storage_provisioner", kStorage, R"({"metadata":{"name":"o"},"provisioner":"a.b/c"})",
     R"({"provisioner":"a.b/d"})",
     R"(StorageClass.storage.k8s.io "o" is invalid: provisioner: Invalid value: "a.b/d": field is immutable)"},
    {"storage_expansion", kStorage, R"({"metadata":{"name":"o"},"provisioner":"a.b/c"})",
     R"({"allowVolumeExpansion":true,"mountOptions":["ro"]})", ""},
    {"slice_family", kSlices, R"({"metadata":{"name":"o"},"addressType":"IPv4","endpoints":[]})",
     R"({"addressType":"IPv6"})",
     R"(EndpointSlice.discovery.k8s.io "o" is invalid: addressType: Invalid value: "IPv6": field is immutable)"},
    {"slice_addresses", kSlices, R"({"metadata":{"name":"o"},"addressType":"IPv6","endpoints":[]})",
     R"({"endpoints":[{"addresses":["1.2.3.4","x","::1"]}]})",
     R"(EndpointSlice.discovery.k8s.io "o" is invalid: [endpoints[0].addresses: Invalid value: "1.2.3.4": must be an IPv6 address, endpoints[0].addresses[1]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff), endpoints[0].addresses[2]: Invalid value: "::1": may not be in the loopback range (127.0.0.0/8, ::1/128)])"},
};

INSTANTIATE_TEST_SUITE_P(All, Replacement, testing::ValuesIn(kChanges),
                         [](const auto& change) { return std::string(change.param.what); });

using Replacements = ApiTest;

TEST_F(Replacements, a_budget_is_not_overwritten_blindly) {
  constexpr std::string_view kBudgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
  const std::string body = R"({"metadata":{"name":"b"},"spec":{"minAvailable":)";
  ask("POST", kBudgets, body + "1}}");
  EXPECT_EQ(
      ask("PUT", at(kBudgets, "b"), body + "-2}}").message(),
      R"(poddisruptionbudgets.policy "b" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update)");
  EXPECT_EQ(merge(at(kBudgets, "b"), R"({"spec":{"minAvailable":2}})").code, 200);
}

TEST_F(Replacements, of_two_ranges_that_differ_a_node_s_first_counts) {
  const Answer made =
      ask("POST", "/api/v1/nodes",
          R"({"metadata":{"name":"n"},"spec":{"podCIDR":"10.0.0.0/24","podCIDRs":["10.0.1.0/24","fd00::/64"]}})");
  EXPECT_EQ(made["spec"]["podCIDRs"].size(), 1u) << made.text;
  EXPECT_EQ(made["spec"]["podCIDRs"].at(0).str(), "10.0.0.0/24");
}

TEST_F(Replacements, jobs_leave_their_pods_and_say_so) {
  ask("POST", kJobs, std::string(kPlainJob));
  const std::string job = at(kJobs, "o");
  EXPECT_EQ(ask("DELETE", job + "?dryRun=All").warning,
            R"(299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to )"
            R"(remove them or set propagationPolicy=Orphan to suppress this warning")");
  EXPECT_EQ(ask("DELETE", job + "?dryRun=All&propagationPolicy=Background").warning, "");
  EXPECT_EQ(ask("DELETE", job, R"({"propagationPolicy":"Orphan","dryRun":["All"]})").warning, "");
  EXPECT_EQ(ask("DELETE", job)["metadata"]["finalizers"].at(0).str(), "orphan");
}

}  // namespace
}  // namespace proa::api

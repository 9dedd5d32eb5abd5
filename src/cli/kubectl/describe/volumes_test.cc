// kubectl describe, whole: volumes by their source, and what a description asks for besides its object.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

using DescribeCommandTest = ClusterTest;

/// The lines of `kubectl describe pod` below `Volumes:`.
std::string volumes_of(const std::string& out) {
  const size_t from = out.find("Volumes:\n");
  const size_t to = out.find("\nQoS Class:", from);
  return from == std::string::npos ? out : out.substr(from + 9, to - from - 8);
}

TEST_F(DescribeCommandTest, volumes_by_source) {
  struct Volume {
    const char *source, *text;
  };
  constexpr Volume kVolumes[] = {
      {"emptyDir: {sizeLimit: 1Gi, medium: Memory}",
       "  v:\n    Type:        EmptyDir (a temporary directory that shares a pod's lifetime)\n"
       "    Medium:      Memory\n    SizeLimit:   1Gi\n"},
      {"hostPath: {path: /x}",
       "  v:\n    Type:          HostPath (bare host directory volume)\n    Path:          /x\n"
       "    HostPathType:  <none>\n"},
      {"csi: {driver: d, volumeAttributes: {a: b, c: d}}",
       "  v:\n    Type:              CSI (a Container Storage Interface (CSI) volume source)\n"
       "    Driver:            d\n    FSType:            \n    ReadOnly:          false\n"
       "    VolumeAttributes:      a=b\n                           c=d\n"},
      {"ephemeral: {volumeClaimTemplate: {metadata: {labels: {x: \"1\"}}, spec: {storageClassName: f, volumeMode: "
       "Block}}}",
       "  v:\n    Type:          EphemeralVolume (an inline specification for a volume that gets created and deleted "
       "with the pod)\n    StorageClass:  f\n    Volume:        \n    Labels:            x=1\n"
       "    Annotations:       <none>\n    Capacity:      \n    Access Modes:  \n    VolumeMode:    Block\n"},
      {"unheardOf: {}", "  v:\n  <unknown>\n"},
  };
  for (const auto& [source, text] : kVolumes) {
    server_.has(
        fmt::format("apiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: team}}\nspec: {{volumes: [{{name: "
                    "v, {}}}]}}\n",
                    source));
    EXPECT_EQ(volumes_of(run("describe pod p").out), text) << source;
  }
}

TEST_F(DescribeCommandTest, a_storage_class_tells_where_it_can_be_used) {
  server_.has(R"(apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: fast, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}
provisioner: x
parameters: {b: c, a: d}
reclaimPolicy: Delete
volumeBindingMode: Immediate
allowedTopologies:
- matchLabelExpressions: [{key: zone, values: [a, b]}, {key: rack, values: [c]}]
- {}
)");
  says("describe sc fast --show-events=false", R"(Name:                  fast
IsDefaultClass:        Yes
Annotations:           storageclass.kubernetes.io/is-default-class=true
Provisioner:           x
Parameters:            a=d,b=c
AllowVolumeExpansion:  <unset>
MountOptions:          <none>
ReclaimPolicy:         Delete
VolumeBindingMode:     Immediate
AllowedTopologies:     
  Term 0:              zone in [a, b]
                       rack in [c]
  Term 1:              <none>
)");
}

TEST_F(DescribeCommandTest, events_are_asked_for_by_what_they_are_about) {
  server_.has("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, namespace: team, uid: u}\n");
  says("describe cm m",
       "Name:         m\nNamespace:    team\nLabels:       <none>\nAnnotations:  <none>\n\nData\n====\n\nBinaryData\n"
       "====\n\nEvents:  <none>\n");
  asked(
      "GET /api/v1/namespaces/team/configmaps/m\nGET "
      "/api/v1/namespaces/team/events?fieldSelector=involvedObject.name=m,"
      "involvedObject.namespace=team,involvedObject.kind=ConfigMap,involvedObject.uid=u\n");
  run("describe cm m --show-events=false");
  asked("GET /api/v1/namespaces/team/configmaps/m\n");
}

TEST_F(DescribeCommandTest, the_beginning_of_a_name_finds_what_begins_so) {
  server_.has(
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m1, namespace: team}\n---\n"
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m2, namespace: team}\n");
  const std::string out = run("describe cm m").out;
  EXPECT_NE(out.find("Name:         m1\n"), std::string::npos);
  EXPECT_NE(out.find("Name:         m2\n"), std::string::npos);
  complains("describe cm x", "Error from server (NotFound): configmaps \"x\" not found\n");
  EXPECT_EQ(run("describe pods").err, "No resources found in team namespace.\n");
}

}  // namespace
}  // namespace proa::cli::kubectl

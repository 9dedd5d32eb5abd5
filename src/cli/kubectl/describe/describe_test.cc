#include <gtest/gtest.h>

#include "cli/kubectl/describe/pod_template.h"
#include "cli/kubectl/describe/writer.h"
#include "object/json.h"

namespace proa::cli::kubectl {
namespace {

using object::Value;

Value json(std::string_view text) { return object::parse_json(text).value(); }

TEST(Describe, aligns_a_pod_template) {
  const Value pod_template =
      json(R"({"metadata":{"labels":{"version":"v2","app":"web"},"annotations":{"x":"y"}},"spec":{
    "serviceAccountName":"robot",
    "containers":[{"name":"web","image":"web:v2","command":["sh","-c"],"args":["a\nb"],
      "ports":[{"containerPort":80,"protocol":"TCP"},{"containerPort":443}],
      "resources":{"limits":{"memory":"64Mi","cpu":"0.5"},"requests":{"cpu":"100m"}},
      "readinessProbe":{"httpGet":{"path":"healthz","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,
        "successThreshold":1,"failureThreshold":3},
      "envFrom":[{"configMapRef":{"name":"settings"}}],
      "env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}],
      "volumeMounts":[{"name":"data","mountPath":"/data","readOnly":true}]}],
    "volumes":[{"name":"data","emptyDir":{}}],
    "tolerations":[{"key":"node","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}})");
  DescribeWriter w;
  describe_pod_template(w, pod_template);
  EXPECT_EQ(w.aligned(), R"(Pod Template:
  Labels:           app=web
                    version=v2
  Annotations:      x: y
  Service Account:  robot
  Containers:
   web:
    Image:       web:v2
    Ports:       80/TCP, 443/TCP
    Host Ports:  0/TCP, 0/TCP
    Command:
      sh
      -c
    Args:
      a
      b
    Limits:
      cpu:     500m
      memory:  64Mi
    Requests:
      cpu:      100m
    Readiness:  http-get http://:http/healthz delay=0s timeout=1s period=10s #success=1 #failure=3
    Environment Variables from:
      settings  ConfigMap  Optional: false
    Environment:
      A:  1
      B:  <set to the key 'k' in secret 's'>  Optional: false
    Mounts:
      /data from data (ro)
  Volumes:
   data:
    Type:          EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:        
    SizeLimit:     <unset>
  Node-Selectors:  <none>
  Tolerations:     node:NoExecute op=Exists for 300s
)");
}

TEST(Describe, shows_a_containers_state_and_its_last) {
  const Value statuses =
      json(R"([{"name":"web","containerID":"containerd://1","imageID":"sha","ready":false,"restartCount":2,
    "state":{"waiting":{"reason":"CrashLoopBackOff"}},
    "lastState":{"terminated":{"reason":"Error","exitCode":127}}}])");
  DescribeWriter w;
  describe_containers(w, json(R"([{"name":"web","image":"web"}])"), {"Containers", "", statuses, {}});
  EXPECT_EQ(w.aligned(), R"(Containers:
  web:
    Container ID:   containerd://1
    Image:          web
    Image ID:       sha
    Port:           <none>
    Host Port:      <none>
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       Error
      Exit Code:    127
      Started:      Mon, 01 Jan 0001 00:00:00 +0000
      Finished:     Mon, 01 Jan 0001 00:00:00 +0000
    Ready:          False
    Restart Count:  2
    Environment:    <none>
    Mounts:         <none>
)");
}

TEST(Describe, cuts_long_annotations_and_hides_what_apply_keeps) {
  Value annotations = json(R"({"kubectl.kubernetes.io/last-applied-configuration":"{}","lines":"a\nb"})");
  annotations["long"] = std::string(150, 'x');
  DescribeWriter w;
  describe_annotations(w, "Annotations", annotations);
  EXPECT_EQ(w.aligned(),
            "Annotations:  lines:\n                a\n                b\n              long:\n                " +
                std::string(138, 'x') + "...\n");
}

TEST(Describe, aligns_events_by_themselves) {
  DescribeWriter w;
  w.write(0, "A very long title:\tx\n");
  describe_events(
      w, json(R"([{"type":"Normal","reason":"Pulled","source":{"component":"kubelet"},"message":" done \n"}])"));
  EXPECT_EQ(w.aligned(),
            "A very long title:  x\nEvents:\n  Type    Reason  Age        From     Message\n"
            "  ----    ------  ----       ----     -------\n  Normal  Pulled  <unknown>  kubelet  done\n");
  describe_events(w, json("[]"));
  EXPECT_EQ(w.aligned(), "Events:  <none>\n");
}

}  // namespace
}  // namespace proa::cli::kubectl

// kubectl run by kubectl's own answers (1.33): manifests, complaints, and what is sent.
#include "cli/kubectl/server_testing.h"

namespace proa::cli::kubectl {
namespace {

class RunTest : public ClusterTest {};

TEST_F(RunTest, what_cannot_be_is_refused_unasked) {
  constexpr Case kCases[] = {
      {"run", "error: required flag(s) \"image\" not set\n"},
      {"run p", "error: required flag(s) \"image\" not set\n"},
      {"run p --image=", "error: --image is required\n"},
      {"run -- x", "error: required flag(s) \"image\" not set\n"},
      {"run p --image=a --port=x", "error: strconv.Atoi: parsing \"x\": invalid syntax\n"},
      {"run p --image=a --expose",
       "error: --port must be set when exposing a service\nSee 'kubectl run -h' for help and examples\n"},
      {"run p --image=a --env=A", "error: invalid env: A\n"},
      {"run p --image=a --env=1A=x", "error: invalid env: 1A=x\n"},
      {"run p --image=a --env==x", "error: invalid env: =x\n"},
      {"run p --image=a --labels=a", "error: unexpected label spec: a\n"},
      {"run p --image=a --labels=a=1=2", "error: unexpected label spec: a=1=2\n"},
      {"run p --image=a --labels=a=1,", "error: unexpected label spec: \n"},
      {"run p --image=a --labels==x", "error: unexpected empty label key\n"},
      {"run p --image=a --annotations=x", "error: invalid annotations format: x\n"},
      {"run p --image=a --restart=never",
       "error: invalid restart policy: never\nSee 'kubectl run -h' for help and examples\n"},
      {"run p --image=a --image-pull-policy=x",
       "error: invalid image pull policy: x\nSee 'kubectl run -h' for help and examples\n"},
      {"run p --image=a -t",
       "error: -i/--stdin is required for containers with -t/--tty=true\nSee 'kubectl run -h' for help and examples\n"},
      {"run p --image=a --rm",
       "error: --rm should only be used for attached containers\nSee 'kubectl run -h' for help and examples\n"},
      {"run p --image=a --attach --dry-run=client",
       "error: --dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or "
       "--tty)\nSee 'kubectl run -h' for help and examples\n"},
      {"run p --image=a --overrides={", "error: Invalid JSON Patch\n"},
      {"run p --image=a --override-type=json --overrides={}",
       "error: json: cannot unmarshal object into Go value of type jsonpatch.Patch\n"},
      {"run p --image=a --override-type=strategic --overrides=x", "error: invalid JSON document\n"},
      {"run p --image=a --override-type=odd --overrides={}", "error: invalid override type: odd\n"},
      {R"(run p --image=a --overrides={"metadata":{"creationTimestamp":"x"}})",
       "error: parsing time \"x\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"x\" as \"2006\"\n"},
  };
  for (const auto& [words, err] : kCases)
    complains(std::string(words) + (std::string_view(words).contains("dry-run") ? "" : " --dry-run=client"), err);
  asked("");
}

TEST_F(RunTest, flags_become_members_of_the_container) {
  says(
      "run p --image=a --port=80 --env=A=1 --env=B=x=y --env=C= --image-pull-policy=Never --privileged "
      "--dry-run=client -o yaml",
      R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - env:
    - name: A
      value: "1"
    - name: B
      value: x=y
    - name: C
    image: a
    imagePullPolicy: Never
    name: p
    ports:
    - containerPort: 80
    resources: {}
    securityContext:
      privileged: true
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
  says("run p --image=a --restart=Never --labels=a=1,b= --annotations=x=y -n other --dry-run=client -o yaml",
       R"(apiVersion: v1
kind: Pod
metadata:
  annotations:
    x: "y"
  creationTimestamp: null
  labels:
    a: "1"
    b: ""
  name: p
  namespace: other
spec:
  containers:
  - image: a
    name: p
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Never
status: {}
)");
}

TEST_F(RunTest, words_are_arguments_or_the_command) {
  says("run p --image=a --command --dry-run=client -o yaml -- sh -c x", R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - command:
    - sh
    - -c
    - x
    image: a
    name: p
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
  says("run p --image=a --dry-run=client -o yaml x y", R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - args:
    - x
    - "y"
    image: a
    name: p
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
  says("run p --image=a -it --attach=false --dry-run=client -o yaml", R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - image: a
    name: p
    resources: {}
    stdin: true
    stdinOnce: true
    tty: true
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
}

TEST_F(RunTest, overrides_are_merged_and_the_outcome_is_a_pod) {
  says(R"(run p --image=a --overrides={"spec":{"nodeName":"n","bogus":1}} --dry-run=client -o yaml)", R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - image: a
    name: p
    resources: {}
  dnsPolicy: ClusterFirst
  nodeName: "n"
  restartPolicy: Always
status: {}
)");
  says(
      R"(run p --image=a --overrides={"spec":{"containers":[{"name":"p","env":[{"name":"X","value":"1"}]}]}} --dry-run=client -o yaml)",
      R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - env:
    - name: X
      value: "1"
    name: p
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
}

TEST_F(RunTest, overrides_of_other_types_are_patches_too) {
  says(
      R"(run p --image=a --override-type=strategic --overrides={"spec":{"containers":[{"name":"p","env":[{"name":"X","value":"1"}]}]}} --dry-run=client -o yaml)",
      R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - env:
    - name: X
      value: "1"
    image: a
    name: p
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
  says(
      R"(run p --image=a --override-type=json --overrides=[{"op":"replace","path":"/spec/containers/0/image","value":"b"}] --dry-run=client -o yaml)",
      R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers:
  - image: b
    name: p
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
  says(R"(run p --image=a --overrides={"spec":{"containers":null}} --dry-run=client -o yaml)", R"(apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    run: p
  name: p
spec:
  containers: null
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
}

TEST_F(RunTest, a_service_is_made_with_the_pod_and_its_labels) {
  says("run p --image=a --port=80 --expose --labels=a=1 --dry-run=client -o yaml", R"(apiVersion: v1
kind: Service
metadata:
  creationTimestamp: null
  labels:
    a: "1"
  name: p
spec:
  ports:
  - port: 80
    protocol: TCP
    targetPort: 80
  selector:
    a: "1"
status:
  loadBalancer: {}
---
---
apiVersion: v1
kind: Pod
metadata:
  creationTimestamp: null
  labels:
    a: "1"
  name: p
spec:
  containers:
  - image: a
    name: p
    ports:
    - containerPort: 80
    resources: {}
  dnsPolicy: ClusterFirst
  restartPolicy: Always
status: {}
)");
}

TEST_F(RunTest, sends_the_pod_and_keeps_what_was_applied_in_gos_order) {
  says("run p --image=a --save-config", "pod/p created\n");
  asked(
      "POST /api/v1/namespaces/team/pods?fieldManager=kubectl-run "
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"p","creationTimestamp":null,"labels":{"run":"p"},)"
      R"("annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"kind\":\"Pod\",\"apiVersion\":\"v1\",)"
      R"(\"metadata\":{\"name\":\"p\",\"creationTimestamp\":null,\"labels\":{\"run\":\"p\"}},\"spec\":{\"containers\":)"
      R"([{\"name\":\"p\",\"image\":\"a\",\"resources\":{}}],\"restartPolicy\":\"Always\",\"dnsPolicy\":\"ClusterFirst\"},)"
      R"(\"status\":{}}\n"}},"spec":{"containers":[{"name":"p","image":"a","resources":{}}],"restartPolicy":"Always",)"
      R"("dnsPolicy":"ClusterFirst"},"status":{}})"
      "\n");
}

TEST_F(RunTest, a_name_that_is_taken_is_the_servers_to_tell) {
  server_.refuses("POST /api/v1/namespaces/team/pods", 409, "AlreadyExists", "pods \"p\" already exists");
  complains("run p --image=a", "Error from server (AlreadyExists): pods \"p\" already exists\n");
}

TEST_F(RunTest, a_pod_that_ended_gives_its_log_and_its_exit_code_and_goes) {
  const std::string path = "/api/v1/namespaces/team/pods";
  const auto ended = [](std::string_view phase, std::string_view state) {
    return fmt::format(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: team, resourceVersion: \"5\"}}, spec: "
        "{{containers: "
        "[{{name: p}}]}}, status: {{phase: {}, containerStatuses: [{{name: p, state: {}}}]}}}}",
        phase, state);
  };
  server_.tells("MODIFIED", ended("Failed", "{terminated: {exitCode: 7, reason: Error, message: broke}}"));
  server_.answers("GET " + path + "/p/log", 200, "said\n");
  const Outcome outcome = run("run p --image=a --restart=Never --attach --rm");
  EXPECT_EQ(outcome.code, 7) << outcome.err;
  EXPECT_EQ(outcome.out, "said\npod \"p\" deleted\n") << outcome.err;
  EXPECT_EQ(outcome.err, "pod team/p terminated (Error)\nbroke\n");
}

}  // namespace
}  // namespace proa::cli::kubectl

// What kubectl 1.32 prints for objects that it makes without asking a cluster: configuration and accounts.
#include "cli/kubectl/command_testing.h"

namespace proa::cli::kubectl {
namespace {

struct Line {
  const char *words, *text;
};

constexpr Line kLines[] = {
    {"create ns team-a --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: Namespace
metadata:
  creationTimestamp: null
  name: team-a
spec: {}
status: {}
)"},
    {"create ns team-a --dry-run=client -o json",
     R"({
    "kind": "Namespace",
    "apiVersion": "v1",
    "metadata": {
        "name": "team-a",
        "creationTimestamp": null
    },
    "spec": {},
    "status": {}
}
)"},
    {"create sa robot --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: ServiceAccount
metadata:
  creationTimestamp: null
  name: robot
)"},
    {"create sa robot -n x --dry-run=client -o json",
     R"({
    "kind": "ServiceAccount",
    "apiVersion": "v1",
    "metadata": {
        "name": "robot",
        "namespace": "x",
        "creationTimestamp": null
    }
}
)"},
    {"create configmap c --from-literal=a=1 --from-literal=b=x=y --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  a: "1"
  b: x=y
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c
)"},
    {"create configmap c --from-file=@/file.txt --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  file.txt: hello
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c
)"},
    {"create configmap c --from-file=k=@/file.txt --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  k: hello
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c
)"},
    {"create configmap c --from-file=@/bin.dat --dry-run=client -o yaml",
     R"(apiVersion: v1
binaryData:
  bin.dat: AP8=
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c
)"},
    {"create configmap c --from-file=@/dir --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  a: one
  b.conf: two
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c
)"},
    {"create configmap c --from-env-file=@/env.txt --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  A: "1"
  B: two words
  C: ""
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c
)"},
    {"create configmap c --dry-run=client -o yaml",
     R"(apiVersion: v1
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c
)"},
    {"create configmap c --append-hash --from-literal=a=1 --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  a: "1"
kind: ConfigMap
metadata:
  creationTimestamp: null
  name: c-9dtcmmmm5t
)"},
    {"create secret generic s --from-literal=a=1 --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  a: MQ==
kind: Secret
metadata:
  creationTimestamp: null
  name: s
)"},
    {"create secret generic s --from-literal=a=1 --type=example.com/t --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  a: MQ==
kind: Secret
metadata:
  creationTimestamp: null
  name: s
type: example.com/t
)"},
    {"create secret generic s --from-file=@/bin.dat --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  bin.dat: AP8=
kind: Secret
metadata:
  creationTimestamp: null
  name: s
)"},
    {"create secret generic s --from-env-file=@/env.txt --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  A: MQ==
  B: dHdvIHdvcmRz
  C: ""
kind: Secret
metadata:
  creationTimestamp: null
  name: s
)"},
    {"create secret generic s --append-hash --from-literal=a=1 --dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  a: MQ==
kind: Secret
metadata:
  creationTimestamp: null
  name: s-gtkfk5m49d
)"},
    {"create secret docker-registry r --docker-username=u --docker-password=p --docker-server=https://r "
     "--dry-run=client -o yaml",
     R"(apiVersion: v1
data:
  .dockerconfigjson: eyJhdXRocyI6eyJodHRwczovL3IiOnsidXNlcm5hbWUiOiJ1IiwicGFzc3dvcmQiOiJwIiwiYXV0aCI6ImRUcHcifX19
kind: Secret
metadata:
  creationTimestamp: null
  name: r
type: kubernetes.io/dockerconfigjson
)"},
    {"create configmap c --append-hash --from-literal=a=<&> --from-file=@/bin.dat --dry-run=client -o name",
     R"(configmap/c-8cmh992tdm
)"},
    {"create configmap c --append-hash --dry-run=client -o name",
     R"(configmap/c-94b26g54cg
)"},
    {"create secret generic s --append-hash --dry-run=client -o name",
     R"(secret/s-6cmg28h685
)"},
    {"create secret generic s --append-hash --type=x/y --from-file=@/bin.dat --dry-run=client -o name",
     R"(secret/s-t725fh6f26
)"},
    {"create secret docker-registry r --append-hash --docker-username=u --docker-password=p "
     "--docker-server=https://r --dry-run=client -o name",
     R"(secret/r-4c86m2f5d6
)"},
};

class CreateConfigTest : public CommandTest {
 protected:
  CreateConfigTest() {
    file("file.txt", "hello");
    file("dir/a", "one");
    file("dir/b.conf", "two");
    file("env.txt", "A=1\nB=two words\n# c\n\nC\n");
    file("bin.dat", std::string_view("\0\xff", 2));
  }
};

TEST_F(CreateConfigTest, prints_what_it_would_create) {
  for (const Line& line : kLines) {
    const Outcome outcome = run(line.words);
    EXPECT_EQ(outcome.code, 0) << line.words << outcome.err;
    EXPECT_EQ(outcome.out, line.text) << line.words;
  }
}

}  // namespace
}  // namespace proa::cli::kubectl

// What kubectl 1.32 says to commands that it cannot do, before it asks a cluster.
#include "cli/kubectl/command_testing.h"

namespace proa::cli::kubectl {
namespace {

struct Line {
  const char *words, *text;
};

constexpr Line kLines[] = {
    {"create deployment web --image=a --image=b --dry-run=client -- sleep 1",
     R"(error: cannot specify multiple --image options and command
)"},
    {"create deployment --image=a --dry-run=client",
     R"(error: exactly one NAME is required, got 0
See 'kubectl create deployment -h' for help and examples
)"},
    {"create deployment a b --image=a --dry-run=client",
     R"(error: exactly one NAME is required, got 2
See 'kubectl create deployment -h' for help and examples
)"},
    {"create deployment web --image=nginx --dry-run=client -o wide",
     R"(error: unable to match a printer suitable for the output format "wide", allowed formats are: go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml
)"},
    {"create deployment web --image=nginx --dry-run=never",
     R"(error: Invalid dry-run value (never). Must be "none", "server", or "client".
)"},
    {"create namespace --dry-run=client",
     R"(error: exactly one NAME is required, got 0
See 'kubectl create namespace -h' for help and examples
)"},
    {"create configmap c --from-literal=a --dry-run=client -o yaml",
     R"(error: invalid literal source a, expected key=value
)"},
    {"create configmap c --from-literal=a=1 --from-literal=a=2 --dry-run=client -o yaml",
     R"(error: cannot add key "a", another key by that name already exists in Data for ConfigMap "c"
)"},
    {"create configmap c --from-file=@/none.txt --dry-run=client -o yaml",
     R"(error: error reading @/none.txt: no such file or directory
)"},
    {"create configmap c --from-file=a/b=@/file.txt --dry-run=client -o yaml",
     R"(error: "a/b" is not a valid key name for a ConfigMap: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')
)"},
    {"create configmap c --from-file==@/file.txt --dry-run=client -o yaml",
     R"(error: key name for file path @/file.txt missing
)"},
    {"create configmap c --from-env-file=@/env.txt --from-literal=x=1 --dry-run=client -o yaml",
     R"(error: from-env-file cannot be combined with from-file or from-literal
)"},
    {"create secret generic --dry-run=client",
     R"(error: exactly one NAME is required, got 0
See 'kubectl create secret generic -h' for help and examples
)"},
    {"create secret tls t --dry-run=client",
     R"(error: key and cert must be specified
)"},
    {"create secret tls t --cert=@/file.txt --key=@/file.txt --dry-run=client",
     R"(error: tls: failed to find any PEM data in certificate input
)"},
    {"create secret docker-registry r --docker-username=u --dry-run=client",
     R"(error: either --from-file or the combination of --docker-username, --docker-password and --docker-server is required
)"},
    {"create service clusterip s --dry-run=client",
     R"(error: at least one tcp port specifier must be provided
)"},
    {"create service clusterip s --tcp=x --dry-run=client",
     R"(error: strconv.ParseUint: parsing "x": invalid syntax
)"},
    {"create service clusterip s --tcp=70000 --dry-run=client",
     R"(error: strconv.ParseUint: parsing "70000": value out of range
)"},
    {"create job j --dry-run=client",
     R"(error: either --image or --from must be specified
)"},
    {"label pod p",
     R"(error: at least one label update is required
)"},
    {"get",
     R"(You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples
)"},
    {"delete",
     R"(error: You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'
)"},
    {"rollout status",
     R"(error: required resource not specified
)"},
    {"create",
     R"(error: must specify one of -f and -k
)"},
    {"logs",
     R"(error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.
POD or TYPE/NAME is a required argument for the logs command
See 'kubectl logs -h' for help and examples
)"},
    {"exec p",
     R"(error: you must specify at least one command for the container
)"},
    {"exec",
     R"(error: pod, type/name or --filename must be specified
)"},
    {"wait pod/p",
     R"(error: unrecognized condition: ""
)"},
    {"taint node n",
     R"(error: at least one taint update is required
)"},
    {"drain",
     R"(error: USAGE: drain NODE [flags]
See 'kubectl drain -h' for help and examples
)"},
    {"cordon",
     R"(error: USAGE: cordon NODE [flags]
See 'kubectl cordon -h' for help and examples
)"},
    {"patch pod p",
     R"(error: must specify --patch or --patch-file containing the contents of the patch
)"},
    {"explain",
     R"(error: You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.
)"},
};

class ComplaintTest : public CommandTest {
 protected:
  ComplaintTest() {
    file("file.txt", "hello");
    file("env.txt", "A=1\nB=two words\n# c\n\nC\n");
    file("bin.dat", std::string_view("\0\xff", 2));
  }
};

TEST_F(ComplaintTest, says_what_is_wrong_and_fails) {
  for (const Line& line : kLines) {
    const Outcome outcome = run(line.words);
    EXPECT_EQ(outcome.code, 1) << line.words;
    EXPECT_EQ(outcome.err, line.text) << line.words;
  }
}

}  // namespace
}  // namespace proa::cli::kubectl

// Kinds with a rule or two of their own.
#include <algorithm>

#include "api/api_testing.h"

namespace proa::api {
namespace {

struct Rare {
  const char* what;
  std::string_view path, body;  // under the name "o.x"
  bool blindly;                 // a PUT without resourceVersion is taken
  std::string_view patch, why;  // a change that is refused, and what the cause says; empty: none is
  std::string_view row;         // of `kubectl get`, without the age
};

class RareKind : public ApiTest, public testing::WithParamInterface<Rare> {
 protected:
  RareKind() { made_ = ask("POST", GetParam().path, std::string(GetParam().body)); }
  Answer made_;
};

TEST_P(RareKind, is_overwritten_only_as_upstream_has_it) {
  ASSERT_EQ(made_.code, 201) << made_.text;
  const Answer put = ask("PUT", at(GetParam().path, "o.x"), std::string(GetParam().body));
  EXPECT_EQ(put.code, GetParam().blindly ? 200 : 422);
  if (!GetParam().blindly) {
    EXPECT_TRUE(put.message().ends_with(
        R"("o.x" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update)"))
        << put.message();
  }
}

TEST_P(RareKind, keeps_what_may_not_change) {
  if (GetParam().patch.empty()) return;
  const Answer refused = merge(at(GetParam().path, "o.x"), std::string(GetParam().patch));
  EXPECT_EQ(refused.code, 422) << refused.text;
  EXPECT_TRUE(refused.message().ends_with("\"o.x\" is invalid: " + std::string(GetParam().why))) << refused.message();
  EXPECT_EQ(merge(at(GetParam().path, "o.x"), R"({"metadata":{"labels":{"a":"b"}}})").code, 200);
}

TEST_P(RareKind, has_its_row) {
  if (GetParam().row.empty()) return;
  const Answer table = ask("GET", at(GetParam().path, "o.x"), "", "", "application/json;as=Table;v=v1;g=meta.k8s.io");
  object::Value cells = table["rows"].at(0)["cells"].to_value();
  std::erase_if(cells.items(), [](const object::Value& cell) { return object::View(cell).as_string() == "0s"; });
  EXPECT_EQ(object::to_json(cells), GetParam().row);
  EXPECT_EQ(table["columnDefinitions"].size(), cells.items().size() + 1);
}

const Rare kRare[] = {
    {"revision", "/apis/apps/v1/namespaces/default/controllerrevisions",
     R"({"metadata":{"name":"o.x"},"revision":3,"data":{"a":"b"}})", true, R"({"data":{"a":"c"}})",
     R"(data: Invalid value: {"a":"c"}: field is immutable)", ""},
    {"ingress_class", "/apis/networking.k8s.io/v1/ingressclasses",
     R"({"metadata":{"name":"o.x"},"spec":{"controller":"a.b/c"}})", true, R"({"spec":{"controller":"a.b/d"}})",
     R"(spec.controller: Invalid value: "a.b/d": field is immutable)", R"(["o.x","a.b/c","\u003cnone\u003e"])"},
    {"runtime_class", "/apis/node.k8s.io/v1/runtimeclasses", R"({"metadata":{"name":"o.x"},"handler":"h"})", false,
     R"({"handler":"i"})", R"(handler: Invalid value: "i": field is immutable)", R"(["o.x","h"])"},
    {"driver", "/apis/storage.k8s.io/v1/csidrivers", R"({"metadata":{"name":"o.x"},"spec":{}})", false,
     R"({"spec":{"attachRequired":false}})", "spec.attachedRequired: Invalid value: false: field is immutable",
     R"(["o.x",true,false,false,"\u003cunset\u003e",false,"Persistent"])"},
    {"driver_with_tokens", "/apis/storage.k8s.io/v1/csidrivers",
     R"({"metadata":{"name":"o.x"},"spec":{"volumeLifecycleModes":["Persistent","Ephemeral"],"storageCapacity":true,)"
     R"("requiresRepublish":true,"tokenRequests":[{"audience":"a"},{"audience":"b"}]}})",
     false, R"({"spec":{"volumeLifecycleModes":["Persistent"]}})",
     R"(spec.volumeLifecycleModes: Invalid value: ["Persistent"]: field is immutable)",
     R"(["o.x",true,false,true,"a,b",true,"Persistent,Ephemeral"])"},
    {"csi_node", "/apis/storage.k8s.io/v1/csinodes",
     R"({"metadata":{"name":"o.x"},"spec":{"drivers":[{"name":"a.b","nodeID":"x","topologyKeys":["k"]}]}})", false, "",
     "", R"(["o.x",1])"},
    {"capacity", "/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities",
     R"({"metadata":{"name":"o.x"},"storageClassName":"s","nodeTopology":{"matchLabels":{"a":"b"}}})", false,
     R"({"storageClassName":"t"})", R"(storageClassName: Invalid value: "t": field is immutable)", ""},
    {"attachment", "/apis/storage.k8s.io/v1/volumeattachments",
     R"({"metadata":{"name":"o.x"},"spec":{"attacher":"a.b","nodeName":"n","source":{"persistentVolumeName":"p"}}})",
     false, "", "", ""},
    {"webhooks", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
     R"({"metadata":{"name":"o.x"},"webhooks":[]})", false, "", "", R"(["o.x",0])"},
    {"flow", "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas",
     R"({"metadata":{"name":"o.x"},"spec":{"priorityLevelConfiguration":{"name":"g"},"matchingPrecedence":9000,)"
     R"("distinguisherMethod":{"type":"ByUser"}}})",
     true, "", "", R"(["o.x","g",9000,"ByUser","?"])"},
    {"queuing_level", "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
     R"({"metadata":{"name":"o.x"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":5,"limitResponse":)"
     R"({"type":"Queue","queuing":{"queues":64,"handSize":6,"queueLengthLimit":50}}}}})",
     true, "", "", R"(["o.x","Limited",5,64,6,50])"},
    {"rejecting_level", "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
     R"({"metadata":{"name":"o.x"},"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":5,"limitResponse":)"
     R"({"type":"Reject"}}}})",
     true, "", "", R"(["o.x","Limited",5,"\u003cnone\u003e","\u003cnone\u003e","\u003cnone\u003e"])"},
    {"service_range", "/apis/networking.k8s.io/v1/servicecidrs",
     R"({"metadata":{"name":"o.x"},"spec":{"cidrs":["10.99.0.0/24","fd00::/112"]}})", true, "", "",
     R"(["o.x","10.99.0.0/24,fd00::/112"])"},
};

INSTANTIATE_TEST_SUITE_P(All, RareKind, testing::ValuesIn(kRare),
                         [](const auto& rare) { return std::string(rare.param.what); });

}  // namespace
}  // namespace proa::api

// What clients rely on across verbs: status apart from spec, generations, dry runs, options of deletions, pages, watches.
#include <set>

#include "api/api_testing.h"

namespace proa::api {
namespace {

using object::View;

constexpr std::string_view kDeployments = "/apis/apps/v1/namespaces/default/deployments";

class SemanticsTest : public ApiTest {
 protected:
  static std::string deployment(std::string_view name) {
    return R"({"metadata":{"name":")" + std::string(name) + R"("},"spec":{"selector":{"matchLabels":{"a":"b"}},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
  }
  int64_t generation(std::string_view path) { return ask("GET", path)["metadata"]["generation"].as_int(); }
};

TEST_F(SemanticsTest, status_and_spec_have_doors_of_their_own) {
  ask("POST", kDeployments, deployment("d"));
  const std::string path = at(kDeployments, "d");
  merge(path, R"({"status":{"replicas":9},"spec":{"replicas":2}})");
  EXPECT_EQ(ask("GET", path)["status"]["replicas"].as_int(), 0);
  EXPECT_EQ(ask("GET", path)["spec"]["replicas"].as_int(), 2);
  merge(path + "/status", R"({"status":{"replicas":9},"spec":{"replicas":7},"metadata":{"labels":{"x":"y"}}})");
  const Answer after = ask("GET", path);
  EXPECT_EQ(after["status"]["replicas"].as_int(), 9);
  EXPECT_EQ(after["spec"]["replicas"].as_int(), 2);
  EXPECT_EQ(after["metadata"]["generation"].as_int(), 2) << "a status is no new generation";
}

TEST_F(SemanticsTest, the_generation_grows_with_the_spec_alone) {
  ask("POST", kDeployments, deployment("d"));
  const std::string path = at(kDeployments, "d");
  EXPECT_EQ(generation(path), 1);
  merge(path, R"({"metadata":{"labels":{"a":"b"}}})");
  EXPECT_EQ(generation(path), 1);
  merge(path, R"({"spec":{"replicas":1}})");
  EXPECT_EQ(generation(path), 1) << "it was one already";
  merge(path, R"({"spec":{"paused":true}})");
  EXPECT_EQ(generation(path), 2);
  merge(path, R"({"metadata":{"generation":77}})");
  EXPECT_EQ(generation(path), 2);
}

TEST_F(SemanticsTest, the_generation_of_some_kinds_grows_with_more_than_the_spec_and_of_some_never) {
  const auto grows = [this](std::string_view path, const std::string& body, const std::string& change) {
    const Answer made = ask("POST", path, body);
    EXPECT_EQ(made["metadata"]["generation"].as_int(), 1) << made.text;
    const Answer changed = merge(at(path, made["metadata"]["name"].str()), change);
    EXPECT_EQ(changed.code, 200) << changed.text;
    return changed["metadata"]["generation"].as_int() == 2;
  };
  const std::string labels = R"({"metadata":{"labels":{"a":"b"}}})",
                    notes = R"({"metadata":{"annotations":{"a":"b"}}})";
  constexpr std::string_view kSlices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  constexpr std::string_view kClasses = "/apis/scheduling.k8s.io/v1/priorityclasses";
  const auto slice = [](const std::string& name) {
    return R"({"metadata":{"name":")" + name + R"("},"addressType":"IPv4","endpoints":[]})";
  };
  EXPECT_TRUE(grows(kDeployments, deployment("by-annotation"), notes));
  EXPECT_FALSE(grows(kDeployments, deployment("by-label"), labels));
  EXPECT_TRUE(grows(kSlices, slice("by-label"), labels));
  EXPECT_FALSE(grows(kSlices, slice("by-annotation"), notes));
  EXPECT_FALSE(grows(kClasses, R"({"metadata":{"name":"c"},"value":5})", R"({"description":"new"})"));
}

TEST_F(SemanticsTest, dry_runs_answer_like_true_writes_and_leave_nothing) {
  const std::string path = at(kMaps, "m");
  EXPECT_EQ(ask("POST", std::string(kMaps) + "?dryRun=All", config_map("m")).code, 201);
  EXPECT_EQ(ask("GET", path).code, 404);
  ask("POST", kMaps, config_map("m"));
  const std::string version = ask("GET", path)["metadata"]["resourceVersion"].str();
  EXPECT_EQ(merge(path + "?dryRun=All", R"({"data":{"k":"v"}})")["data"]["k"].as_string(), "v");
  EXPECT_EQ(ask("DELETE", path + "?dryRun=All").code, 200);
  EXPECT_EQ(ask("DELETE", path, R"({"dryRun":["All"]})").code, 200);
  EXPECT_EQ(ask("GET", path)["metadata"]["resourceVersion"].str(), version);
  EXPECT_EQ(ask("POST", std::string(kMaps) + "?dryRun=Some", config_map("n")).code, 422);
}

struct Deletion {
  const char *what, *options;
  int code;
  const char* finalizer;  // that holds the object afterwards; empty: it is gone
};

TEST_F(SemanticsTest, deletions_say_what_becomes_of_dependents) {
  const std::vector<Deletion> cases = {
      {"nothing said", "{}", 200, ""},
      {"background", R"({"propagationPolicy":"Background"})", 200, ""},
      {"foreground", R"({"propagationPolicy":"Foreground"})", 200, "foregroundDeletion"},
      {"orphan", R"({"propagationPolicy":"Orphan"})", 200, "orphan"},
      {"the old way, true", R"({"orphanDependents":true})", 200, "orphan"},
      {"the old way, false", R"({"orphanDependents":false})", 200, ""},
      {"both ways", R"({"orphanDependents":true,"propagationPolicy":"Orphan"})", 422, "none"},
      {"an unknown policy", R"({"propagationPolicy":"Sideways"})", 422, "none"},
  };
  for (const Deletion& c : cases) {
    ask("POST", kDeployments, deployment("d"));
    const std::string path = at(kDeployments, "d");
    EXPECT_EQ(ask("DELETE", path, c.options).code, c.code) << c.what;
    const Answer left = ask("GET", path);
    if (*c.finalizer == 0) {
      EXPECT_EQ(left.code, 404) << c.what;
      continue;
    }
    EXPECT_EQ(left["metadata"]["finalizers"].at(0).as_string("none"), c.finalizer) << c.what;
    merge(path, R"({"metadata":{"finalizers":null}})");
    ask("DELETE", path);
  }
}

TEST_F(SemanticsTest, a_replication_controller_orphans_its_pods_unless_told_otherwise) {
  const std::string controllers = "/api/v1/namespaces/default/replicationcontrollers";
  const std::string body =
      R"({"metadata":{"name":"rc"},"spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},
      "spec":{"containers":[{"name":"c","image":"i"}]}}}})";
  ask("POST", controllers, body);
  ask("DELETE", at(controllers, "rc"));
  EXPECT_EQ(ask("GET", at(controllers, "rc"))["metadata"]["finalizers"].at(0).as_string(), "orphan");
  merge(at(controllers, "rc"), R"({"metadata":{"finalizers":null}})");
  ask("POST", controllers, body);
  ask("DELETE", at(controllers, "rc"), R"({"propagationPolicy":"Background"})");
  EXPECT_EQ(ask("GET", at(controllers, "rc")).code, 404);
}

TEST_F(SemanticsTest, an_object_that_goes_takes_no_new_finalizers_but_other_changes) {
  ask("POST", kMaps, R"({"metadata":{"name":"m","finalizers":["a.b/c"]}})");
  const std::string path = at(kMaps, "m");
  ask("DELETE", path);
  EXPECT_EQ(merge(path, R"({"metadata":{"finalizers":["a.b/c","d.e/f"]}})").code, 422);
  EXPECT_EQ(merge(path, R"({"data":{"k":"v"}})").code, 200);
  const std::string first = ask("GET", path)["metadata"]["deletionTimestamp"].str();
  executor_.advance(5 * runtime::kSecond);
  ask("DELETE", path);
  EXPECT_EQ(ask("GET", path)["metadata"]["deletionTimestamp"].str(), first) << "it goes once";
  EXPECT_EQ(ask("POST", kMaps, config_map("m")).message(), R"(object is being deleted: configmaps "m" already exists)");
}

TEST_F(SemanticsTest, preconditions_of_a_deletion_name_what_they_wanted) {
  ask("POST", kMaps, config_map("m"));
  const Answer wrong = ask("DELETE", at(kMaps, "m"), R"({"preconditions":{"uid":"x"}})");
  EXPECT_EQ(wrong.code, 409);
  EXPECT_NE(wrong.message().find("the UID in the precondition (x) does not match the UID in record ("),
            std::string::npos)
      << wrong.message();
  EXPECT_EQ(ask("DELETE", at(kMaps, "m"), R"({"preconditions":{"resourceVersion":"1"}})").code, 409);
  EXPECT_EQ(ask("GET", at(kMaps, "m")).code, 200);
}

TEST_F(SemanticsTest, pages_cover_everything_once_whatever_their_size) {
  for (int i = 0; i < 23; ++i) ask("POST", kMaps, config_map("m" + std::to_string(i)));
  for (const int limit : {1, 2, 7, 23, 24, 500}) {
    std::set<std::string> seen;
    std::string next;
    int pages = 0;
    do {
      const Answer page = ask(
          "GET", std::string(kMaps) + "?limit=" + std::to_string(limit) + (next.empty() ? "" : "&continue=" + next));
      ASSERT_EQ(page.code, 200) << page.text;
      EXPECT_LE(page["items"].size(), static_cast<size_t>(limit));
      for (const View item : page["items"].items())
        EXPECT_TRUE(seen.insert(item["metadata"]["name"].str()).second) << "told twice";
      next = page["metadata"]["continue"].str();
      ASSERT_LT(++pages, 100);
    } while (!next.empty());
    EXPECT_EQ(seen.size(), 24u) << limit << ": those, and the root certificate";
  }
}

TEST_F(SemanticsTest, a_continue_token_that_is_no_token_is_refused) {
  EXPECT_EQ(ask("GET", std::string(kMaps) + "?limit=1&continue=nonsense").code, 400);
  EXPECT_EQ(ask("GET", std::string(kMaps) + "?limit=x").code, 400);
}

TEST_F(SemanticsTest, pods_are_watched_by_node_and_phase) {
  const std::string version = ask("GET", kPods)["metadata"]["resourceVersion"].str();
  const auto seen =
      watch(std::string(kPods) + "?watch=1&resourceVersion=" + version + "&fieldSelector=spec.nodeName%3Dn");
  ask("POST", kPods, pod("p"));
  ask("POST", kPods, pod("q"));
  EXPECT_TRUE(frames(*seen).empty()) << "not on that node yet";
  ask("POST", at(kPods, "p") + "/binding", R"({"metadata":{"name":"p"},"target":{"kind":"Node","name":"n"}})");
  ASSERT_EQ(frames(*seen).size(), 1u);
  EXPECT_EQ(View(frames(*seen)[0])["type"].as_string(), "ADDED") << "it comes into sight";
  ask("DELETE", at(kPods, "p"), R"({"gracePeriodSeconds":0})");
  EXPECT_EQ(View(frames(*seen).back())["type"].as_string(), "DELETED");
  ask("POST", at(kPods, "q") + "/binding", R"({"metadata":{"name":"q"},"target":{"kind":"Node","name":"other"}})");
  EXPECT_EQ(View(frames(*seen).back())["object"]["metadata"]["name"].as_string(), "p");
}

TEST_F(SemanticsTest, lists_choose_pods_by_several_fields_at_once) {
  for (const char* name : {"a", "b", "c"}) ask("POST", kPods, pod(name));
  for (const char* name : {"a", "b"})
    ask("POST", at(kPods, name) + "/binding",
        R"({"metadata":{"name":")" + std::string(name) + R"("},"target":{"kind":"Node","name":"n"}})");
  merge(at(kPods, "a") + "/status", R"({"status":{"phase":"Running"}})");
  const auto count = [&](std::string_view fields) {
    return ask("GET", std::string(kPods) + "?fieldSelector=" + std::string(fields))["items"].size();
  };
  EXPECT_EQ(count("spec.nodeName%3Dn"), 2u);
  EXPECT_EQ(count("spec.nodeName%3D"), 1u) << "those without a node";
  EXPECT_EQ(count("spec.nodeName%3Dn,status.phase%3DRunning"), 1u);
  EXPECT_EQ(count("status.phase!%3DRunning"), 2u);
  EXPECT_EQ(count("metadata.namespace%3Ddefault,metadata.name%3Dc"), 1u);
}

TEST_F(SemanticsTest, secrets_take_plain_text_and_keep_bytes) {
  const std::string secrets = "/api/v1/namespaces/default/secrets";
  const Answer made =
      ask("POST", secrets, R"({"metadata":{"name":"s"},"stringData":{"a":"hello"},"data":{"b":"Ynll"}})");
  EXPECT_EQ(made["data"]["a"].as_string(), "aGVsbG8=");
  EXPECT_EQ(made["data"]["b"].as_string(), "Ynll");
  EXPECT_FALSE(made.body.find("stringData") != nullptr);
  EXPECT_EQ(made["type"].as_string(), "Opaque");
  EXPECT_EQ(ask("POST", secrets, R"({"metadata":{"name":"t"},"data":{"a":"not base64!"}})").code, 400);
}

}  // namespace
}  // namespace proa::api

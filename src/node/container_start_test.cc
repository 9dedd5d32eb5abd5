// How a container comes up, or why it does not: in the words that its status and events have.
#include <gmock/gmock.h>

#include "node/agent_testing.h"

namespace proa::node {
namespace {

using object::Value;
using object::View;
using runtime::kSecond;
using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;

class ContainerStartTest : public AgentTest {
 protected:
  /// A pod `web` whose container `main` has these fields besides.
  void put_main(const std::string& fields, const std::string& spec = "") {
    put("web", R"("containers":[{"name":"main",)" + fields + "}]" + spec);
  }
  std::string waiting() {
    const object::Document now = pod("web");
    const View state = main_of(now)["state"]["waiting"];
    return state["reason"].str() + ": " + state["message"].str();
  }
  /// "TYPE REASON MESSAGE" of what concerns the container.
  std::vector<std::string> events() {
    std::vector<std::string> out;
    for (const object::Document& event : client_.all(client::resources::kEvents))
      if (event["involvedObject"]["fieldPath"].as_string() == "spec.containers{main}")
        out.push_back(event["type"].str() + " " + event["reason"].str() + " " + event["message"].str());
    return out;
  }
};

TEST_F(ContainerStartTest, says_that_a_name_is_no_images) {
  put_main(R"("image":"NGINX:1.27")");
  const std::string message =
      "Failed to apply default image tag \"NGINX:1.27\": couldn't parse image name \"NGINX:1.27\": invalid reference "
      "format: repository name (library/NGINX) must be lowercase";
  EXPECT_EQ(waiting(), "InvalidImageName: " + message);
  EXPECT_THAT(events(), testing::UnorderedElementsAre("Warning InspectFailed " + message,
                                                      "Warning Failed Error: InvalidImageName"));
  EXPECT_THAT(runtime_.calls(), ElementsAre("sandbox web")) << "nobody asked for it";
}

TEST_F(ContainerStartTest, says_that_an_image_may_not_be_pulled) {
  runtime_.set_missing_image("app:v1");
  put_main(R"("image":"app:v1","imagePullPolicy":"Never")");
  EXPECT_EQ(waiting(), "ErrImageNeverPull: Container image \"app:v1\" is not present with pull policy of Never");
  EXPECT_THAT(events(),
              IsSupersetOf({"Warning ErrImageNeverPull Container image \"app:v1\" is not present with pull policy of "
                            "Never",
                            "Warning Failed Error: ErrImageNeverPull"}));
  EXPECT_THAT(runtime_.calls(), testing::Not(Contains("pull app:v1")));
}

TEST_F(ContainerStartTest, says_why_a_pull_failed_and_how_long_it_waits) {
  runtime_.set_missing_image("app:v1");
  put_main(R"("image":"app:v1","imagePullPolicy":"IfNotPresent")");
  const std::string why = "rpc error: code = NotFound desc = failed to pull and unpack image \"app:v1\": not found";
  EXPECT_EQ(waiting(), "ErrImagePull: " + why);
  EXPECT_THAT(events(), IsSupersetOf({std::string("Normal Pulling Pulling image \"app:v1\""),
                                      "Warning Failed Failed to pull image \"app:v1\": " + why,
                                      std::string("Warning Failed Error: ErrImagePull")}));
  executor_.advance(4 * kSecond);
  EXPECT_EQ(waiting(), "ImagePullBackOff: Back-off pulling image \"app:v1\": ErrImagePull: " + why);
  EXPECT_THAT(events(), IsSupersetOf({"Normal BackOff Back-off pulling image \"app:v1\"",
                                      "Warning Failed Error: ImagePullBackOff"}));
}

TEST_F(ContainerStartTest, pulls_after_10_20_and_40_seconds) {
  runtime_.set_missing_image("app:v1");
  put_main(R"("image":"app:v1")");
  const auto pulls = [&] { return std::ranges::count(runtime_.calls(), "pull app:v1"); };
  std::vector<int> times;
  for (int second = 1; second < 80; ++second) {
    const auto before = pulls();
    executor_.advance(kSecond);
    if (pulls() > before) times.push_back(second);
  }
  EXPECT_THAT(times, ElementsAre(10, 30, 70));
}

TEST_F(ContainerStartTest, says_what_its_configuration_lacks) {
  client_.put(client::resources::kConfigMaps, json(R"({"metadata":{"name":"c","namespace":"default"}})"));
  client_.put(client::resources::kSecrets, json(R"({"metadata":{"name":"s","namespace":"default"}})"));
  struct Case {
    const char* fields;
    const char* message;
  };
  const Case cases[] = {
      {R"("envFrom":[{"configMapRef":{"name":"none"}}])", "configmap \"none\" not found"},
      {R"("envFrom":[{"secretRef":{"name":"none"}}])", "secret \"none\" not found"},
      {R"("env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"c","key":"k"}}}])",
       "couldn't find key k in ConfigMap default/c"},
      {R"("env":[{"name":"A","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}])",
       "couldn't find key k in Secret default/s"},
      {R"("securityContext":{"runAsNonRoot":true})",
       "container has runAsNonRoot and image will run as root (pod: \"web_default(uid-web)\", container: main)"},
      {R"("securityContext":{"runAsNonRoot":true,"runAsUser":0})",
       "container's runAsUser breaks non-root policy (pod: \"web_default(uid-web)\", container: main)"}};
  for (const Case& each : cases) {
    put_main(R"("image":"app",)" + std::string(each.fields));
    EXPECT_EQ(waiting(), std::string("CreateContainerConfigError: ") + each.message);
    EXPECT_THAT(events(), Contains(std::string("Warning Failed Error: ") + each.message));
    EXPECT_EQ(phase("web"), "Pending");
    client_.erase(client::resources::kPods, "default", "web");
    executor_.advance(10 * kSecond);
  }
}

TEST_F(ContainerStartTest, says_that_its_program_can_not_be_run) {
  runtime_.on_start([](const auto&, const auto&) {
    return cri::FakeLife{.start_error = "exec: \"nope\": executable file not found in $PATH"};
  });
  put_main(R"("image":"app")");
  EXPECT_EQ(waiting(), "RunContainerError: exec: \"nope\": executable file not found in $PATH");
  EXPECT_THAT(events(), IsSupersetOf({"Normal Created Container created",
                                      "Warning Failed Error: exec: \"nope\": executable file not found in $PATH"}));
}

TEST_F(ContainerStartTest, an_http_hook_that_reaches_nobody_fails_the_start) {
  put_main(R"("image":"app","lifecycle":{"postStart":{"httpGet":{"port":"none","path":"/up"}}})");
  EXPECT_EQ(waiting(),
            "PostStartHookError: HTTP lifecycle hook (/up) for Container \"main\" in Pod "
            "\"web_default(uid-web)\" failed - error: couldn't find port: none in container main");
}

}  // namespace
}  // namespace proa::node

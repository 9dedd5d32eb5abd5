// Acting as another: every part of it must be allowed, and what is not allowed is refused, not left out.
#include "api/impersonation.h"

#include "api/api_testing.h"

namespace proa::api {
namespace {

using object::View;

constexpr std::string_view kSelf = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

struct Rule {
  std::string group, resource, name;
};

class ImpersonationTest : public ApiTest {
 protected:
  /// Lets bob impersonate what the rules name; an empty name is any.
  void let_bob(const std::vector<Rule>& rules) {
    std::string text;
    for (const Rule& rule : rules) {
      const std::string names = rule.name.empty() ? "" : R"(,"resourceNames":[")" + rule.name + "\"]";
      text += (text.empty() ? "" : ",") + (R"({"verbs":["impersonate"],"apiGroups":[")" + rule.group) +
              R"("],"resources":[")" + rule.resource + "\"]" + names + "}";
    }
    const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/";
    ASSERT_EQ(ask("POST", rbac + "clusterroles", R"({"metadata":{"name":"actor"},"rules":[)" + text + "]}").code, 201);
    ASSERT_EQ(ask("POST", rbac + "clusterrolebindings",
                  R"({"metadata":{"name":"actor"},"subjects":[{"kind":"User","name":"bob"}],
                      "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"actor"}})")
                  .code,
              201);
    user_ = "bob";
    groups_.clear();
  }

  Answer act(const http::Headers& headers) {
    auto asked = std::make_shared<http::Request>(*request("POST", kSelf, "{}"));
    for (const auto& header : headers) asked->headers.push_back(header);
    auto writer = std::make_shared<TestWriter>(executor_);
    api_->handle(asked, writer);
    executor_.settle();
    Answer answer;
    answer.code = writer->code;
    answer.text = writer->text;
    if (auto value = object::parse_json(writer->text)) answer.body = std::move(*value);
    return answer;
  }

  static std::vector<std::string> texts(View list) {
    std::vector<std::string> out;
    for (const View text : list.items()) out.push_back(text.str());
    return out;
  }
};

struct PartCase {
  const char* what;
  std::vector<Rule> allowed;
  http::Headers headers;
  const char* refusal;  // what bob cannot do; null: he may
};

const PartCase kParts[] = {
    {"a user alone", {{"", "users", "jane"}}, {{"impersonate-user", "jane"}}, nullptr},
    {"another user than the one allowed", {{"", "users", "jane"}}, {{"impersonate-user", "joe"}}, "resource \"users\""},
    {"a group that is not allowed",
     {{"", "users", ""}},
     {{"impersonate-user", "jane"}, {"impersonate-group", "system:masters"}},
     "resource \"groups\""},
    {"one of two groups that is not allowed",
     {{"", "users", ""}, {"", "groups", "devs"}},
     {{"impersonate-user", "jane"}, {"impersonate-group", "devs"}, {"impersonate-group", "ops"}},
     "resource \"groups\""},
    {"a uid that is not allowed",
     {{"", "users", ""}},
     {{"impersonate-user", "jane"}, {"impersonate-uid", "42"}},
     "resource \"uids\" in API group \"authentication.k8s.io\""},
    {"a uid that is allowed",
     {{"", "users", ""}, {"authentication.k8s.io", "uids", "42"}},
     {{"impersonate-user", "jane"}, {"impersonate-uid", "42"}},
     nullptr},
    {"an extra that is not allowed",
     {{"", "users", ""}},
     {{"impersonate-user", "jane"}, {"impersonate-extra-scopes", "view"}},
     "resource \"userextras/scopes\" in API group \"authentication.k8s.io\""},
    {"an extra of another value",
     {{"", "users", ""}, {"authentication.k8s.io", "userextras/scopes", "view"}},
     {{"impersonate-user", "jane"}, {"impersonate-extra-scopes", "edit"}},
     "resource \"userextras/scopes\""},
    {"an extra of another key",
     {{"", "users", ""}, {"authentication.k8s.io", "userextras/scopes", ""}},
     {{"impersonate-user", "jane"}, {"impersonate-extra-team", "view"}},
     "resource \"userextras/team\""},
    {"a service account by the right to users",
     {{"", "users", ""}},
     {{"impersonate-user", "system:serviceaccount:default:web"}},
     "resource \"serviceaccounts\" in API group \"\" in the namespace \"default\""},
    {"a service account by its own right",
     {{"", "serviceaccounts", "web"}},
     {{"impersonate-user", "system:serviceaccount:default:web"}},
     nullptr},
    {"a user that only looks like a service account",
     {{"", "serviceaccounts", ""}},
     {{"impersonate-user", "system:serviceaccount:default:a:b"}},
     "resource \"users\""},
};

class ImpersonationParts : public ImpersonationTest, public testing::WithParamInterface<PartCase> {};

TEST_P(ImpersonationParts, each_must_be_allowed) {
  SCOPED_TRACE(GetParam().what);
  let_bob(GetParam().allowed);
  const Answer answer = act(GetParam().headers);
  if (GetParam().refusal == nullptr) {
    EXPECT_EQ(answer.code, 201) << answer.text;
    return;
  }
  EXPECT_EQ(answer.code, 403) << answer.text;
  EXPECT_NE(answer.message().find(std::string("User \"bob\" cannot impersonate ") + GetParam().refusal),
            std::string::npos)
      << answer.message();
}

INSTANTIATE_TEST_SUITE_P(Parts, ImpersonationParts, testing::ValuesIn(kParts));

TEST_F(ImpersonationTest, nothing_of_it_comes_without_a_user) {
  for (const http::Headers& headers :
       {http::Headers{{"impersonate-group", "devs"}}, http::Headers{{"impersonate-uid", "42"}},
        http::Headers{{"impersonate-extra-scopes", "view"}}}) {
    const Answer answer = act(headers);
    EXPECT_EQ(answer.code, 400) << headers.front().first;
    EXPECT_NE(answer.message().find("without impersonating a user name"), std::string::npos) << answer.message();
  }
  EXPECT_EQ(
      act({{"impersonate-group", "devs"}}).message(),
      "requested &user.DefaultInfo{Name:\"\", UID:\"\", Groups:[]string{\"devs\"}, Extra:map[string][]string(nil)} "
      "without impersonating a user name");
  EXPECT_EQ(act({{"impersonate-user", ""}}).code, 201) << "an empty name is none";
}

TEST_F(ImpersonationTest, the_other_user_is_whole) {
  const Answer answer = act({{"impersonate-user", "jane"},
                             {"impersonate-uid", "42"},
                             {"impersonate-group", "devs"},
                             {"impersonate-extra-acme.com%2fproject", "some"},
                             {"impersonate-extra-acme.com%2fproject", "more"},
                             {"impersonate-extra-scopes", "view"}});
  const View info = answer["status"]["userInfo"];
  EXPECT_EQ(info["username"].as_string(), "jane");
  EXPECT_EQ(info["uid"].as_string(), "42");
  EXPECT_EQ(texts(info["groups"]), (std::vector<std::string>{"devs", "system:authenticated"}));
  EXPECT_EQ(texts(info["extra"]["acme.com/project"]), (std::vector<std::string>{"some", "more"}));
  EXPECT_EQ(texts(info["extra"]["scopes"]), (std::vector<std::string>{"view"}));
}

struct GroupCase {
  const char *user, *group;  // group null: none
  std::vector<std::string> groups;
};

TEST(Impersonation, groups_are_added_as_the_kind_of_user_asks) {
  const GroupCase cases[] = {
      {"jane", nullptr, {"system:authenticated"}},
      {"jane", "devs", {"devs", "system:authenticated"}},
      {"jane", "system:authenticated", {"system:authenticated"}},
      {"jane", "system:unauthenticated", {"system:unauthenticated"}},
      {"system:anonymous", nullptr, {"system:unauthenticated"}},
      {"system:anonymous", "devs", {"devs", "system:unauthenticated"}},
      {"system:serviceaccount:shop:web",
       nullptr,
       {"system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"}},
      {"system:serviceaccount:shop:web", "devs", {"devs", "system:authenticated"}},
      {"system:serviceaccount:shop:Web", nullptr, {"system:authenticated"}},
  };
  for (const GroupCase& one : cases) {
    auth::User user{.name = one.user, .uid = {}, .groups = {}, .extra = {}};
    if (one.group) user.groups = {one.group};
    add_groups(user);
    EXPECT_EQ(user.groups, one.groups) << one.user << " " << (one.group ? one.group : "");
  }
}

}  // namespace
}  // namespace proa::api

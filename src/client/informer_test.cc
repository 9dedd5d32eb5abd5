#include "client/informer.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "client/fake_client.h"
#include "client/fake_executor.h"
#include "object/meta.h"

namespace proa::client {
namespace {

using object::Document;
using object::Value;

Value pod(std::string_view ns, std::string_view name, std::string_view owner_uid = {}) {
  Value meta = Value::object({{"name", name}, {"namespace", ns}});
  if (!owner_uid.empty()) meta["ownerReferences"].push_back(Value::object({{"uid", owner_uid}, {"controller", true}}));
  Value pod = Value::object();
  pod.set("metadata", std::move(meta));
  return pod;
}

struct InformerTest : testing::Test {
  FakeExecutor executor;
  FakeClient client{executor};
  Informers informers{client, executor};
  std::vector<std::string> seen;

  Informer& watched() {
    Informer& pods = informers.of(resources::kPods);
    pods.add_handler([this](const Document& before, const Document& after) {
      seen.push_back(fmt::format("{}{}",
                                 !before  ? "+"
                                 : !after ? "-"
                                          : "~",
                                 object::name_of((after ? after : before).root())));
    });
    return pods;
  }
  std::vector<std::string> take() { return std::exchange(seen, {}); }
};

using Names = std::vector<std::string>;

Names names(const std::vector<Document>& objects) {
  Names found;
  for (const Document& object : objects) found.push_back(object::key_of(object.root()));
  return found;
}

TEST_F(InformerTest, tells_what_is_there_and_then_each_change) {
  client.put(resources::kPods, pod("default", "a"));
  Informer& pods = watched();
  EXPECT_FALSE(pods.synced());
  informers.start();
  executor.settle();
  EXPECT_TRUE(pods.synced());
  EXPECT_EQ(take(), Names{"+a"});
  client.put(resources::kPods, pod("default", "b"));
  client.edit(resources::kPods, "default", "a", [](Value& v) { v["spec"]["nodeName"] = "n1"; });
  client.erase(resources::kPods, "default", "b");
  executor.settle();
  EXPECT_EQ(take(), (Names{"+b", "~a", "-b"}));
  EXPECT_EQ(pods.get("default", "a")["spec"]["nodeName"].as_string(), "n1");
  EXPECT_EQ(pods.resource_version(), client.revision());
}

TEST_F(InformerTest, lists_in_order_of_namespace_and_name) {
  for (const char* name : {"b", "a"}) client.put(resources::kPods, pod("kube-system", name));
  client.put(resources::kPods, pod("default", "z"));
  Informer& pods = informers.of(resources::kPods);
  informers.start();
  executor.settle();
  EXPECT_EQ(names(pods.list()), (Names{"default/z", "kube-system/a", "kube-system/b"}));
  EXPECT_EQ(names(pods.list("kube-system")), (Names{"kube-system/a", "kube-system/b"}));
  EXPECT_TRUE(pods.list("kube").empty());
}

TEST_F(InformerTest, keeps_indexes_through_changes) {
  client.put(resources::kPods, pod("default", "a", "u1"));
  client.put(resources::kPods, pod("default", "b", "u1"));
  Informer& pods = informers.of(resources::kPods);
  informers.start();
  executor.settle();
  index_by_owner(pods);
  EXPECT_EQ(names(pods.by_index(kByOwner, "u1")), (Names{"default/a", "default/b"}));
  client.edit(resources::kPods, "default", "a", [](Value& v) { v["metadata"].erase("ownerReferences"); });
  client.put(resources::kPods, pod("default", "c", "u2"));
  executor.settle();
  EXPECT_EQ(names(pods.by_index(kByOwner, "u1")), Names{"default/b"});
  EXPECT_EQ(names(pods.by_index(kByOwner, "u2")), Names{"default/c"});
  client.erase(resources::kPods, "default", "b");
  executor.settle();
  EXPECT_TRUE(pods.by_index(kByOwner, "u1").empty());
}

TEST_F(InformerTest, after_410_it_lists_anew_and_tells_the_difference) {
  client.put(resources::kPods, pod("default", "a"));
  client.put(resources::kPods, pod("default", "b"));
  watched();
  informers.start();
  executor.settle();
  take();
  client.hold_watches(true);
  client.erase(resources::kPods, "default", "a");
  client.put(resources::kPods, pod("default", "c"));
  client.break_watches(410);
  executor.advance(runtime::kMillisecond);
  EXPECT_EQ(take(), (Names{"-a", "+c"}));
  client.hold_watches(false);
  client.put(resources::kPods, pod("default", "d"));
  executor.settle();
  EXPECT_EQ(take(), Names{"+d"}) << "and watches on from the list, with no repeats";
}

TEST_F(InformerTest, a_broken_watch_goes_on_where_it_was) {
  watched();
  informers.start();
  executor.settle();
  client.break_watches(500);
  executor.settle();
  client.put(resources::kPods, pod("default", "a"));
  executor.settle();
  EXPECT_TRUE(seen.empty());
  executor.advance(3 * runtime::kSecond);
  EXPECT_EQ(take(), Names{"+a"});
}

TEST_F(InformerTest, a_failing_list_is_retried_with_backoff) {
  int failures = 3;
  client.refuse = [&](std::string_view verb, const Resource&, std::string_view) {
    return verb == "list" && failures-- > 0 ? std::optional(base::service_unavailable("no")) : std::nullopt;
  };
  bool synced = false;
  watched();
  informers.start();
  informers.when_synced([&] { synced = true; });
  executor.advance(runtime::kSecond / 2);
  EXPECT_FALSE(synced);
  executor.advance(runtime::kMinute);
  EXPECT_TRUE(synced);
}

TEST_F(InformerTest, an_object_that_was_replaced_is_told_as_delete_and_add) {
  client.put(resources::kPods, pod("default", "a"));
  watched();
  informers.start();
  executor.settle();
  take();
  client.hold_watches(true);
  client.erase(resources::kPods, "default", "a");
  client.put(resources::kPods, pod("default", "a"));
  client.break_watches(410);
  executor.advance(runtime::kMillisecond);
  EXPECT_EQ(take(), (Names{"-a", "+a"}));
}

TEST_F(InformerTest, who_waits_for_the_sync_of_what_is_gone_is_not_called) {
  bool called = false;
  {
    Informers short_lived{client, executor};
    short_lived.when_synced([&] { called = true; });  // with nothing to wait for, it is due at once
  }
  executor.settle();
  EXPECT_FALSE(called) << "a start that fails takes everything down while the call is on its way";
}

TEST_F(InformerTest, one_informer_for_one_resource) {
  EXPECT_EQ(&informers.of(resources::kPods), &informers.of(resources::kPods));
  EXPECT_NE(&informers.of(resources::kPods), &informers.of(resources::kPods, {"app=web", ""}));
}

}  // namespace
}  // namespace proa::client

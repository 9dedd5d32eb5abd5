#include "api/api_testing.h"
#include "store/simulated_log.h"

namespace proa::api {
namespace {

using client::WatchEvent;
using client::resources::kConfigMaps;
using object::Document;
using object::Value;

class InProcessClientTest : public ApiTest {
 protected:
  InProcessClientTest() : client_(api_->in_process_client(executor_, {.name = "me"}, "part")) {}

  Document create(std::string_view name) {
    Document out;
    Value object = Value::object({{"metadata", Value::object({{"name", name}})}});
    object["data"].set("made", "here");
    client_->create(kConfigMaps, "default", "", std::move(object), "", [&](Result<Document> result) { out = *result; });
    executor_.settle();
    return out;
  }

  std::unique_ptr<client::Client> client_;
};

TEST_F(InProcessClientTest, writes_and_reads_like_any_client) {
  const Document made = create("a");
  EXPECT_EQ(made["metadata"]["managedFields"].at(0)["manager"].as_string(), "part");
  Document read;
  client_->get(kConfigMaps, "default", "a", [&](Result<Document> result) { read = *result; });
  EXPECT_FALSE(read);  // never before the call has returned
  executor_.settle();
  EXPECT_TRUE(read.same_as(made));
}

TEST_F(InProcessClientTest, errors_are_the_server_s) {
  Status error;
  client_->get(kConfigMaps, "default", "none", [&](Result<Document> result) { error = result.error(); });
  executor_.settle();
  EXPECT_EQ(error.message, R"(configmaps "none" not found)");
}

TEST_F(InProcessClientTest, updates_patches_and_removes) {
  Value object = create("a").root().to_value();
  object["data"].set("k", "v");
  Document seen;
  const auto keep = [&](Result<Document> result) { seen = result ? *result : Document(); };
  client_->update(kConfigMaps, "default", "a", object, "", keep);
  executor_.settle();
  EXPECT_EQ(seen["data"]["k"].as_string(), "v");
  EXPECT_EQ(seen["metadata"]["managedFields"].at(0)["manager"].as_string(), "part");
  client_->update(kConfigMaps, "default", "a", object, "", keep);  // an old resourceVersion by now
  executor_.settle();
  EXPECT_FALSE(seen);
  client_->patch(kConfigMaps, "default", "a", client::PatchType::kMerge,
                 Value::object({{"data", Value::object({{"k", "w"}})}}), "", keep);
  executor_.settle();
  EXPECT_EQ(seen["data"]["k"].as_string(), "w");
  client_->remove(kConfigMaps, "default", "a", {}, keep);
  executor_.settle();
  EXPECT_TRUE(seen);
  EXPECT_EQ(ask("GET", at(kMaps, "a")).code, 404);
}

TEST_F(InProcessClientTest, watches_hand_out_the_store_s_own_documents) {
  int64_t from = 0;
  client_->list(kConfigMaps, "", {}, [&](Result<client::List> list) { from = list->resource_version; });
  executor_.settle();
  std::vector<WatchEvent> events;
  auto watch = client_->watch(kConfigMaps, "", from, {}, [&](const WatchEvent& event) { events.push_back(event); });
  const Document made = create("a");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].type, WatchEvent::Type::kAdded);
  EXPECT_TRUE(events[0].object.same_as(made));
  watch.reset();
  create("b");
  EXPECT_EQ(events.size(), 1u);
}

TEST_F(InProcessClientTest, a_client_that_is_gone_gets_no_callback) {
  bool called = false;
  client_->get(kConfigMaps, "default", "a", [&](Result<Document>) { called = true; });
  client_.reset();
  executor_.settle();
  EXPECT_FALSE(called);
}

/// An executor that knows whether it is asked for anything.
class CountingExecutor : public client::FakeExecutor {
 public:
  void post(runtime::Task task) override {
    ++posted;
    FakeExecutor::post(std::move(task));
  }
  int posted = 0;
};

TEST_F(InProcessClientTest, is_told_nothing_by_the_store_once_it_is_gone) {
  client_.reset();
  store::SimulatedDisk disk;
  start_on(store::open_simulated_store(executor_, disk));
  CountingExecutor own;
  auto gone = api_->in_process_client(own, {.name = "me"}, "part");
  auto watch = gone->watch(kConfigMaps, "", 0, {}, [](const WatchEvent&) { FAIL(); });
  own.settle();
  gone->create(kConfigMaps, "default", "", Value::object({{"metadata", Value::object({{"name", "a"}})}}), "",
               [](const Result<Document>&) { FAIL(); });
  own.settle();  // the write is on its way to the disk
  gone.reset();
  const int before = own.posted;
  executor_.advance(runtime::kSecond);
  EXPECT_EQ(ask("GET", at(kMaps, "a")).code, 200);
  EXPECT_EQ(own.posted, before);
  own.settle();
  watch.reset();
  api_.reset();
  store_.reset();
}

TEST_F(InProcessClientTest, a_server_that_goes_waits_for_what_is_on_its_way_to_the_disk) {
  client_.reset();
  store::SimulatedDisk disk;
  start_on(store::open_simulated_store(executor_, disk));
  auto writer = std::make_shared<TestWriter>(executor_);
  api_->handle(request("POST", kMaps, config_map("a")), writer);
  executor_.settle();
  EXPECT_FALSE(writer->finished);
  api_.reset();
  EXPECT_EQ(writer->code, 201);
  store_.reset();
}

}  // namespace
}  // namespace proa::api

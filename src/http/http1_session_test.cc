#include <gtest/gtest.h>

#include "http/protocol.h"

namespace proa::http {
namespace {

/// A connection that only keeps what the session tells it.
class Http1SessionTest : public testing::Test, public Carrier {
 protected:
  Http1SessionTest() : server_(make_http1_session(*this)) {}

  // Carrier.
  std::shared_ptr<Exchange> dispatch(ExchangeSink& sink, int32_t stream, Request request) override {
    auto exchange = std::make_shared<Exchange>(thread_, sink, stream, request);
    writer_ = exchange->make_writer();
    return exchange;
  }
  void wake() override {}
  void activity() override { told_busy_ = server_->busy(); }
  const std::string& date() override { return date_; }
  const std::shared_ptr<IoThread>& thread() override { return thread_; }
  void switch_to(std::unique_ptr<Protocol>, std::string) override {}

  const std::shared_ptr<IoThread> thread_ = std::make_shared<IoThread>("test", 3600);
  const std::string date_ = "Thu, 01 Jan 1970 00:00:00 GMT";
  ResponseWriterPtr writer_;
  std::unique_ptr<Protocol> server_;
  bool told_busy_ = false;
};

TEST_F(Http1SessionTest, tells_its_connection_that_a_request_began_so_that_a_silent_watch_is_not_idle) {
  server_->receive("GET /api/v1/pods?watch=true HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(server_->busy());
  EXPECT_TRUE(told_busy_);
  server_->abandon();
  EXPECT_FALSE(told_busy_);
}

}  // namespace
}  // namespace proa::http

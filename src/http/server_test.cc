#include "http/server.h"

#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "http/client.h"
#include "http/listener.h"
#include "http/server_testing.h"
#include "http/test_certificate.h"

namespace proa::http {
namespace {

TEST_F(ServerTest, answers_one_request_after_the_other_on_one_connection) {
  auto c = client();
  for (int i = 0; i < 3; ++i) {
    auto got = c->exchange("POST", "/a%20b?q=x%2By", {}, "body" + std::to_string(i));
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "POST /a b x+y body" + std::to_string(i));
    EXPECT_EQ(got->header("content-type"), "text/plain");
    EXPECT_FALSE(got->header("date").empty());
  }
}

TEST_F(ServerTest, tells_who_the_client_certificate_names) {
  Peer peer;
  handler_.on_request = [&](RequestPtr request, ResponseWriterPtr response) {
    peer = request->peer;
    response->send(200, {}, nullptr);
  };
  const auto& certificates = test_certificates();
  ASSERT_TRUE(client(certificates.client_pem, certificates.client_key_pem)->exchange("GET", "/", {}, ""));
  EXPECT_EQ(peer.certificate_common_name, "alice");
  EXPECT_EQ(peer.certificate_organizations, (std::vector<std::string>{"devs", "admins"}));
  EXPECT_TRUE(peer.certificate_error.empty());
  EXPECT_TRUE(peer.tls);
  ASSERT_TRUE(client(certificates.stranger_pem, certificates.stranger_key_pem)->exchange("GET", "/", {}, ""));
  EXPECT_EQ(peer.certificate_common_name, "");
  EXPECT_FALSE(peer.certificate_error.empty());
  ASSERT_TRUE(client()->exchange("GET", "/", {}, ""));
  EXPECT_EQ(peer.certificate_common_name + peer.certificate_error, "");
}

TEST_F(ServerTest, streams_what_other_threads_write_and_ends_when_they_finish) {
  std::thread writer;
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) {
    response->begin(200, {{"content-type", "application/json"}});
    writer = std::thread([response] {
      for (int i = 0; i < 1000; ++i) response->write(share(std::to_string(i) + "\n"));
      response->finish();
    });
  };
  std::string all, expected;
  for (int i = 0; i < 1000; ++i) expected += std::to_string(i) + "\n";
  auto got = client()->stream("GET", "/watch", {}, [&](std::string_view piece) {
    all += piece;
    return true;
  });
  writer.join();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(all, expected);
}

TEST_F(ServerTest, tells_the_handler_when_the_peer_goes_away) {
  Gate gone;
  ResponseWriterPtr kept;
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) {
    kept = response;
    response->on_abandoned([&] { gone.set(); });
    response->begin(200, {});
    response->write(share("first"));
  };
  auto got = client()->stream("GET", "/?watch=1", {}, [](std::string_view) { return false; });
  EXPECT_TRUE(gone.wait());
  kept->write(share("into the void"));
  kept->finish();
}

TEST_F(ServerTest, counts_what_the_peer_has_not_taken_and_tells_when_it_has) {
  Gate drained;
  size_t most = 0;
  ResponseWriterPtr kept;
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) {
    kept = response;
    response->on_drain([&] { drained.set(); });
    response->begin(200, {});
    for (int i = 0; i < 200; ++i) response->write(share(std::string(100'000, 'x')));
    most = response->queued();
  };
  size_t received = 0;
  auto got = client()->stream("GET", "/", {}, [&](std::string_view piece) {
    received += piece.size();
    if (received == 20'000'000) kept->finish();
    return true;
  });
  ASSERT_TRUE(got);
  EXPECT_EQ(most, 20'000'000U);
  EXPECT_EQ(received, 20'000'000U);
  EXPECT_TRUE(drained.wait());
}

TEST_F(ServerTest, a_turn_that_any_thread_asks_for_writes_on_the_connections_own_thread) {
  std::thread::id io;
  std::atomic<int> strangers = 0;
  int turns = 0;  // only ever touched on the I/O thread
  std::thread other;
  ResponseWriterPtr kept;
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) {
    io = std::this_thread::get_id();
    kept = response;
    response->begin(200, {});
    response->on_turn([&] {
      if (std::this_thread::get_id() != io) ++strangers;
      kept->write(share("turn"));
      if (++turns < 3) return kept->ask_for_turn();
      kept->on_turn(nullptr);
      kept->finish();
    });
    other = std::thread([response] { response->ask_for_turn(); });
  };
  std::string all;
  auto got = client()->stream("GET", "/?watch=1", {}, [&](std::string_view piece) {
    all += piece;
    return true;
  });
  other.join();
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(all, "turnturnturn");
  EXPECT_EQ(strangers, 0);
}

TEST_F(ServerTest, no_turn_comes_once_the_peer_is_gone) {
  Gate gone;
  std::atomic<int> turns = 0;
  ResponseWriterPtr kept;
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) {
    kept = response;
    response->on_abandoned([&] { gone.set(); });
    response->on_turn([&] { ++turns; });
    response->begin(200, {});
    response->write(share("first"));
  };
  (void)client()->stream("GET", "/?watch=1", {}, [](std::string_view) { return false; });
  ASSERT_TRUE(gone.wait());
  kept->ask_for_turn();
  handler_.on_request = [](RequestPtr, ResponseWriterPtr response) { response->send(200, {}, nullptr); };
  for (int i = 0; i < 4; ++i) (void)client()->exchange("GET", "/", {}, "");  // each thread has had work since
  EXPECT_EQ(turns, 0);
  kept->finish();
}

TEST_F(ServerTest, an_answer_that_is_dropped_is_a_500) {
  handler_.on_request = [](RequestPtr, ResponseWriterPtr) {};
  auto got = client()->exchange("GET", "/", {}, "");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 500);
}

TEST_F(ServerTest, refuses_a_body_over_3_mib_in_upstreams_words) {
  auto got = client()->exchange("POST", "/", {}, std::string(3 * 1024 * 1024 + 1, 'x'));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->status, 413);
  EXPECT_NE(got->body.find("Request entity too large: limit is 3145728"), std::string::npos);
}

TEST_F(ServerTest, refuses_headers_without_end) {
  auto got = client()->exchange("GET", "/", {{"x-long", std::string(200'000, 'x')}}, "");
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->status, 431);
}

TEST_F(ServerTest, compresses_large_answers_when_the_client_takes_gzip) {
  handler_.on_request = [](RequestPtr, ResponseWriterPtr response) {
    response->send(200, {}, share(std::string(200'000, 'x')));
  };
  auto plain = client()->exchange("GET", "/", {}, "");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->body.size(), 200'000U);
  auto packed = client()->exchange("GET", "/", {{"accept-encoding", "gzip"}}, "");
  ASSERT_TRUE(packed);
  EXPECT_EQ(packed->header("content-encoding"), "gzip");
  EXPECT_LT(packed->body.size(), 10'000U);
}

TEST_F(ServerTest, websocket_carries_messages_both_ways_and_closes) {
  Gate closed;
  handler_.on_request = [&](RequestPtr request, ResponseWriterPtr response) {
    EXPECT_TRUE(request->is_upgrade);
    response->accept_websocket({"v5.channel.k8s.io", "v4.channel.k8s.io"}, [&](std::shared_ptr<Socket> socket) {
      socket->on_message = [raw = socket.get()](std::string message, bool binary) {
        EXPECT_TRUE(binary);
        if (message == "bye")
          raw->close(1000, "done");
        else
          raw->send_binary("echo " + message);
      };
      socket->on_close = [&] { closed.set(); };
    });
  };
  auto socket = client()->websocket("/exec", {"v4.channel.k8s.io", "v5.channel.k8s.io"});
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_EQ((*socket)->protocol(), "v5.channel.k8s.io");
  const std::string large(300'000, 'y');
  for (const std::string& text : {std::string("a"), std::string(), large}) {
    ASSERT_TRUE((*socket)->send_binary(text));
    auto got = (*socket)->receive();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->data, "echo " + text);
  }
  ASSERT_TRUE((*socket)->send_binary("bye"));
  auto end = (*socket)->receive();
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->open);
  EXPECT_TRUE(closed.wait());
}

TEST_F(ServerTest, websocket_without_a_common_protocol_is_refused) {
  handler_.on_request = [](RequestPtr, ResponseWriterPtr response) {
    response->accept_websocket({"v5.channel.k8s.io"}, [](std::shared_ptr<Socket>) { FAIL(); });
  };
  auto socket = client()->websocket("/exec", {"v9"});
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, 400);
}

TEST_F(ServerTest, stopping_ends_watches_and_tells_their_handlers) {
  Gate begun, ended;
  handler_.on_request = [&](RequestPtr, ResponseWriterPtr response) {
    response->on_abandoned([response, &ended]() mutable { ended.set(); });
    response->begin(200, {});
    response->write(share("event\n"));
  };
  std::string all;
  Result<ClientResponse> got;
  std::thread watcher([&, c = client()]() mutable {
    got = c->stream("GET", "/pods?watch=true", {}, [&](std::string_view piece) {
      all += piece;
      begun.set();
      return true;
    });
  });
  ASSERT_TRUE(begun.wait());
  server_->stop(5);
  watcher.join();
  EXPECT_TRUE(got) << got.error().message;
  EXPECT_EQ(all, "event\n");
  EXPECT_TRUE(ended.wait());
}

TEST_F(ServerTest, a_taken_port_is_named_with_its_holder) {
  FunctionHandler other;
  ServerOptions options;
  options.tls = test_certificates().server;
  options.listen = {address_};
  auto second = Server::start(options, other);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("listen tcp " + address_ + ": address already in use by process "),
            std::string::npos)
      << second.error().message;
}

TEST_F(ServerTest, client_speaks_as_kubectl_does_of_what_it_cannot_reach) {
  ClientOptions options;
  options.url = "https://127.0.0.1:1";
  auto refused = (*Client::make(options))->exchange("GET", "/", {}, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?");
  options.url = "https://" + address_;
  auto unknown = (*Client::make(options))->exchange("GET", "/", {}, "");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown "
            "authority");
}

}  // namespace
}  // namespace proa::http

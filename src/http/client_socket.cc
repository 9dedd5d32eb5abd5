#include "http/client_socket.h"

#include <array>
#include <deque>
#include <mutex>

#include <openssl/evp.h>

#include "http/client_transport.h"
#include "http/websocket_codec.h"
#include "runtime/random.h"

namespace proa::http {

std::string random_bytes(size_t count) {
  std::string out;
  while (out.size() < count) {
    const uint64_t word = runtime::system_random().next();
    for (int i = 0; i < 8 && out.size() < count; ++i) out += static_cast<char>(word >> (8 * i));
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<size_t>(length));
  return out;
}

namespace {

class ClientSocketImpl final : public ClientSocket {
 public:
  ClientSocketImpl(std::unique_ptr<ClientTransport> transport, std::string protocol, std::string received)
      : transport_(std::move(transport)), protocol_(std::move(protocol)), received_(std::move(received)) {
    decoder_.on_message = [this](std::string data, bool binary) {
      messages_.push_back({true, binary, std::move(data)});
    };
    decoder_.on_control = [this](Opcode opcode, std::string payload) {
      if (opcode == Opcode::kPing) (void)send(Opcode::kPong, payload);
      if (opcode == Opcode::kClose) close();
    };
  }
  ~ClientSocketImpl() override { close(); }

  const std::string& protocol() const override { return protocol_; }
  Result<void> send_binary(std::string_view message) override { return send(Opcode::kBinary, message); }

  Result<Message> receive() override {
    char buffer[32 * 1024];
    while (messages_.empty()) {
      if (ended_) return Message{false, false, {}};
      std::string_view bytes = received_;
      if (bytes.empty()) {
        auto got = transport_->read(buffer, 0);
        if (!got || *got == 0) {
          ended_ = true;
          continue;
        }
        bytes = {buffer, *got};
      }
      if (!decoder_.feed(bytes)) ended_ = true;
      received_.clear();
    }
    Message first = std::move(messages_.front());
    messages_.pop_front();
    return first;
  }

  void close() override {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(closed_, true)) return;
    }
    (void)send(Opcode::kClose, close_payload(1000, ""));
  }

 private:
  Result<void> send(Opcode opcode, std::string_view payload) {
    std::array<uint8_t, 4> mask;
    const std::string random = random_bytes(4);
    for (size_t i = 0; i < 4; ++i) mask[i] = static_cast<uint8_t>(random[i]);
    const std::lock_guard lock(mutex_);
    return transport_->write(encode_masked_frame(opcode, payload, mask), 0);
  }

  const std::unique_ptr<ClientTransport> transport_;
  const std::string protocol_;
  std::string received_;
  WebSocketDecoder decoder_{false};
  std::deque<Message> messages_;
  bool ended_ = false;
  std::mutex mutex_;     // one frame at a time
  bool closed_ = false;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<ClientSocket> make_client_socket(std::unique_ptr<ClientTransport> transport, std::string protocol,
                                                 std::string received) {
  return std::make_unique<ClientSocketImpl>(std::move(transport), std::move(protocol), std::move(received));
}

}  // namespace proa::http

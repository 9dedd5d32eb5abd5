// How the client makes its WebSocket, after the handshake.
#pragma once

#include <memory>
#include <string>

#include "http/client.h"
#include "http/client_transport.h"

namespace proa::http {

/// `received`: bytes that came right behind the answer to the handshake.
std::unique_ptr<ClientSocket> make_client_socket(std::unique_ptr<ClientTransport> transport, std::string protocol,
                                                 std::string received);
/// Of the kernel: keys and masks.
std::string random_bytes(size_t count);
std::string base64(std::string_view bytes);

}  // namespace proa::http

// A connection: a socket, its TLS engine, the protocol that ALPN chose. Lives on one I/O thread, which keeps it alive.
#pragma once

#include <memory>
#include <string>

#include "http/http.h"
#include "http/io_thread.h"
#include "http/tls.h"

namespace proa::http {

/// Takes over a connected, non-blocking socket. REQUIRES: on `thread`.
void start_connection(int socket, std::string peer_address, std::shared_ptr<IoThread> thread,
                      std::shared_ptr<const TlsContext> tls, Handler& handler);

}  // namespace proa::http

// For code at the edge that talks to sockets: what EventLoop::io() returns. Sources only, never headers.
#pragma once

#include <boost/asio/io_context.hpp>

#include "runtime/event_loop.h"

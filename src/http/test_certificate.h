// Certificates for the tests and benchmarks of this room (the real ones are made in auth/, which http/ may not use).
#pragma once

#include <string>

#include "http/server.h"

namespace proa::http {

struct TestCertificates {
  TlsConfig server;  // for 127.0.0.1 and localhost
  std::string ca_pem;
  std::string client_pem, client_key_pem;      // CN=alice, O=devs, O=admins
  std::string stranger_pem, stranger_key_pem;  // signed by another CA
};
const TestCertificates& test_certificates();

}  // namespace proa::http

// Certificates for the tests and benchmarks of this room (the real ones are made in auth/, which http/ may not use).
#pragma once

#include <string>

#include "http/server.h"

namespace proa::http {

struct TestCertificates {
  TlsConfig server;  // for 127.0.0.1 and localhost
  std::string ca_pem;
  std::string client_pem, client_key_pem;        // CN=alice, O=devs, O=admins
  std::string stranger_pem, stranger_key_pem;    // signed by another CA
  std::string expired_pem, expired_key_pem;      // alice's, of yesterday
  std::string two_names_pem, two_names_key_pem;  // CN=bob, CN=carol
  std::string nameless_pem, nameless_key_pem;    // O=devs alone
  std::string serving_pem, serving_key_pem;      // CN=alice, for servers only
  TlsConfig expired_server;
};
const TestCertificates& test_certificates();

}  // namespace proa::http

// Do a certificate and a key belong together? With Go's words where they don't.
// Source: Go's crypto/tls (X509KeyPair).
#pragma once

#include <string>

#include "cli/kubectl/failure.h"

namespace proa::cli::kubectl {

/// Both as PEM; of the certificates the first counts.
Try<void> check_key_pair(const std::string& certificate_pem, const std::string& key_pem);

}  // namespace proa::cli::kubectl

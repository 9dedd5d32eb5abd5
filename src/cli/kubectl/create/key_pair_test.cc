#include "cli/kubectl/create/key_pair.h"

#include <gtest/gtest.h>

namespace proa::cli::kubectl {
namespace {

// Made for this test; good until 2126.
const std::string kCertificate = R"(-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUDvZFm+Zn7P++mIjdvld8TXA6ShYwCgYIKoZIzj0EAwIw
DDEKMAgGA1UEAwwBYTAgFw0yNjExMjgwNDI1MzlaGA8yMTI2MTEwNDA0MjUzOVow
DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFjj8pYUeIzT
n9TtdMGC0VPlG4fEGilk9EeA7dPjsePSKtQR186VsaYxkV0tHHft0VfQzhdrFssc
7+XtAez2jn6jUzBRMB0GA1UdDgQWBBR5wrXmQCgIVdE0fQUM4Yzgt0Zn1zAfBgNV
HSMEGDAWgBR5wrXmQCgIVdE0fQUM4Yzgt0Zn1zAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIQCauOy0mBd2irTIsF1Lc/36UXckLkvEonBMMb5EcS7p
7QIgFToaq4qv/AS6r5YykAhOyZr84WGoHlgIxaS13MwDZVY=
-----END CERTIFICATE-----
)";
const std::string kKey = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI0apTVpEKUVhiQxh
OZxVpaNpnXdrAHyaaeww8c2t3nOhRANCAARY4/KWFHiM05/U7XTBgtFT5RuHxBop
ZPRHgO3T47Hj0irUEdfOlbGmMZFdLRx37dFX0M4XaxbLHO/l7QHs9o5+
-----END PRIVATE KEY-----
)";
const std::string kOtherKey = R"(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIG6HOMsZI+e87DnkbeT+X2L95n0aev9/qqfIKS/KfCW1oAoGCCqGSM49
AwEHoUQDQgAEttLQCJEnQ4jsgaELcBFLq2aUpUji64OAGV38VLEq/XyAOsGQumh4
1VhEJj57IE7qvUIrg6mzOwhcOBSVZWpOvQ==
-----END EC PRIVATE KEY-----
)";
const std::string kRsaKey = R"(-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBALGw9sCH+JxduFO9
G3fCDqSiMCAnedvXhJAn/NZa+3JawHyjVgkMeD6QNdqRUJ+JN7RAfIc7nx0CHZD7
c3YOEXsbgdONcOisgyJj9W8+BjMB4YuzCLo/iVp7fja/mN3zIgxIuAplhTvXER7i
lEb2twsIYFPLbp0z7wEHDgk6Mqk/AgMBAAECgYBBbIjNxsKQwCkYG+67H2ZI07ao
gCBsA2Q5t59uRT2Dk0qAGZuZ5U94qZxKh2qJ8vnhkkTHffpNsfO06ABRHUjtzwBN
FpbU+zW6n/VLtFdlXCrlgn2xK5rSDL6Uz9MHBgR63H86uJgb69y5g5qhb6J4IiCN
dOXq/FkadTywjy2y4QJBAOyqOSP7+VWN/dOCU5pg46AWReETxd39lXJQLHPQNNMI
908AYn2DSVfPwU/wjRiRMFbcu3PsN4Fr+UiJV33Bi2kCQQDANVLq7qtgb0cXBIAB
kWOhBatQcr2qjv+f3cEm4wFBaoexZ3VoijTTfEuupXR1pfPEaZCEoFZwPu6N6oCY
fsJnAkAh8A8dn+aTZDc/+3JtsvMxY8BFlIZNXS3vJJwbR4IruR9tzspQ4WDFHN/F
zOMO4NMjwaeH6hnTj15CDp/jQrvxAkEAkXKImYEcLHBoklF0cDtN8haxKcJ6Jivp
4lbTiBK164OqxSNuJDqZeQQQ3UsVEsYO7i2YD9SpNG1a5gdzYnJhtwJAZnP7O1tU
s2DbSuz+Nn1lXU29AIWcVvO3kX1VPs6VDnNvKd+a6ju7F1g0AmOoR96nruw6TKxH
rlofBcJ4QP4cdg==
-----END PRIVATE KEY-----
)";

std::string verdict(const std::string& certificate, const std::string& key) {
  const auto ok = check_key_pair(certificate, key);
  return ok ? "they match" : ok.error().message();
}

TEST(KeyPair, a_certificate_and_its_key_match) {
  EXPECT_EQ(verdict(kCertificate, kKey), "they match");
  EXPECT_EQ(verdict("a chain's head:\n" + kCertificate + kCertificate, kKey), "they match");
  EXPECT_EQ(verdict(kCertificate, kCertificate + kKey), "they match") << "what is no key is skipped";
}

TEST(KeyPair, what_is_wrong_with_it_is_said_in_gos_words) {
  EXPECT_EQ(verdict("", kKey), "tls: failed to find any PEM data in certificate input");
  EXPECT_EQ(verdict("-----BEGIN CERTIFICATE-----", kKey), "tls: failed to find any PEM data in certificate input");
  EXPECT_EQ(verdict(kKey, kCertificate),
            "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may "
            "have been switched");
  EXPECT_EQ(verdict(kKey + kOtherKey, kKey),
            "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the "
            "following types: [PRIVATE KEY EC PRIVATE KEY]");
  EXPECT_EQ(verdict(kCertificate, "text"), "tls: failed to find any PEM data in key input");
  EXPECT_EQ(verdict(kCertificate, kCertificate),
            "tls: found a certificate rather than a key in the PEM for the private key");
  EXPECT_EQ(verdict(kCertificate, kCertificate + kCertificate),
            "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks "
            "of the following types: [CERTIFICATE CERTIFICATE]");
  EXPECT_EQ(verdict(kCertificate, kOtherKey), "tls: private key does not match public key");
  EXPECT_EQ(verdict(kCertificate, kRsaKey), "tls: private key type does not match public key type");
}

}  // namespace
}  // namespace proa::cli::kubectl

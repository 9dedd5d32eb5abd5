#include "auth/pki.h"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <openssl/x509v3.h>

#include "auth/openssl_text.h"
#include "runtime/file.h"

namespace proa::auth {
namespace {

constexpr int64_t kNow = 1'800'000'000 * object::kSecondNs;
constexpr int64_t kDay = 24LL * 3600 * object::kSecondNs;

class PkiTest : public testing::Test {
 protected:
  PkiTest() : folder_(testing::TempDir() + "pki-" + std::to_string(getpid())) {}
  ~PkiTest() override { (void)runtime::remove_tree(folder_); }
  Pki load(const std::vector<std::string>& names, int64_t now) {
    auto pki = load_or_make_pki(folder_, names, now);
    EXPECT_TRUE(pki) << pki.error().message;
    return *pki;
  }
  const std::string folder_;
};

TEST_F(PkiTest, what_was_made_is_kept) {
  const Pki first = load({"10.96.0.1"}, kNow), second = load({"10.96.0.1"}, kNow + kDay);
  EXPECT_EQ(first.ca.certificate_pem, second.ca.certificate_pem);
  EXPECT_EQ(first.server.certificate_pem, second.server.certificate_pem);
  EXPECT_EQ(first.admin.key_pem, second.admin.key_pem);
  EXPECT_EQ(first.service_account_key_pem, second.service_account_key_pem);
}

TEST_F(PkiTest, keys_are_readable_by_the_owner_only) {
  load({}, kNow);
  for (const char* name : {"ca.key", "apiserver.key", "admin.key", "sa.key"}) {
    struct stat about{};
    ASSERT_EQ(stat((folder_ + "/" + name).c_str(), &about), 0) << name;
    EXPECT_EQ(about.st_mode & 07777, 0600U) << name;
  }
}

TEST_F(PkiTest, a_further_name_makes_a_new_server_certificate_that_holds_it) {
  const Pki first = load({}, kNow), second = load({"10.244.0.1", "box.example"}, kNow);
  EXPECT_EQ(first.ca.certificate_pem, second.ca.certificate_pem);
  EXPECT_NE(first.server.certificate_pem, second.server.certificate_pem);
  const CertificatePtr leaf = read_certificate(second.server.certificate_pem);
  EXPECT_EQ(X509_check_ip_asc(leaf.get(), "10.244.0.1", 0), 1);
  EXPECT_EQ(X509_check_host(leaf.get(), "box.example", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_host(leaf.get(), "kubernetes.default.svc", 0, 0, nullptr), 1);
}

TEST_F(PkiTest, a_leaf_that_ends_within_30_days_is_made_anew) {
  const Pki first = load({}, kNow), later = load({}, kNow + 340 * kDay);
  EXPECT_NE(first.server.certificate_pem, later.server.certificate_pem);
  EXPECT_EQ(*not_after(later.server.certificate_pem), kNow + 340 * kDay + 365 * kDay);
}

TEST_F(PkiTest, a_damaged_ca_is_named_and_not_overwritten) {
  load({}, kNow);
  ASSERT_TRUE(runtime::write_file_atomic(folder_ + "/ca.crt", "nonsense"));
  auto pki = load_or_make_pki(folder_, {}, kNow);
  ASSERT_FALSE(pki);
  EXPECT_NE(pki.error().message.find(folder_ + "/ca.crt"), std::string::npos) << pki.error().message;
  EXPECT_EQ(*runtime::read_file(folder_ + "/ca.crt"), "nonsense");
}

TEST(Kubeconfig, holds_everything_inline) {
  const std::string text = make_kubeconfig("proa", "https://127.0.0.1:6443", "CA", {"CERT", "KEY"});
  EXPECT_NE(text.find("    certificate-authority-data: Q0E=\n    server: https://127.0.0.1:6443\n  name: proa\n"),
            std::string::npos);
  EXPECT_NE(text.find("current-context: proa\n"), std::string::npos);
  EXPECT_NE(text.find("    client-certificate-data: Q0VSVA==\n    client-key-data: S0VZ\n"), std::string::npos);
}

}  // namespace
}  // namespace proa::auth

#include "auth/encryption.h"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "runtime/file.h"

namespace proa::auth {
namespace {

class EncryptionTest : public testing::Test {
 protected:
  EncryptionTest() : file_(testing::TempDir() + "key-" + std::to_string(getpid())) {}
  ~EncryptionTest() override { ::unlink(file_.c_str()); }
  const std::string file_;
};

TEST_F(EncryptionTest, what_is_sealed_opens_after_a_restart) {
  std::string sealed;
  for (const std::string& plain : {std::string(), std::string("secret"), std::string(100'000, 's')}) {
    sealed = (*Encryption::load_or_make(file_))->seal("/registry/secrets/a", plain);
    EXPECT_TRUE(plain.empty() || sealed.find(plain) == std::string::npos);
    auto opened = (*Encryption::load_or_make(file_))->open("/registry/secrets/a", sealed);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, plain);
  }
}

TEST_F(EncryptionTest, a_value_that_was_moved_altered_or_cut_does_not_open) {
  const auto encryption = std::move(*Encryption::load_or_make(file_));
  const std::string sealed = encryption->seal("key a", "secret");
  EXPECT_FALSE(encryption->open("key b", sealed));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(encryption->open("key a", altered)) << i;
    EXPECT_FALSE(encryption->open("key a", sealed.substr(0, i))) << i;
  }
}

TEST_F(EncryptionTest, the_same_text_is_never_sealed_the_same) {
  const auto encryption = std::move(*Encryption::load_or_make(file_));
  EXPECT_NE(encryption->seal("k", "secret"), encryption->seal("k", "secret"));
}

TEST_F(EncryptionTest, a_key_file_that_others_can_read_or_that_is_damaged_is_named) {
  ASSERT_TRUE(Encryption::load_or_make(file_));
  ::chmod(file_.c_str(), 0644);
  auto open = Encryption::load_or_make(file_);
  ASSERT_FALSE(open);
  EXPECT_NE(open.error().message.find("chmod 600 " + file_), std::string::npos);
  ASSERT_TRUE(runtime::write_file_atomic(file_, "nonsense\n", 0600));
  auto damaged = Encryption::load_or_make(file_);
  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message.find(file_), std::string::npos);
}

}  // namespace
}  // namespace proa::auth

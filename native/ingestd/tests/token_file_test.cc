#include "token_file.h"

#include "files.h"

namespace keystone::ingestd {
namespace {

TEST(TokenFile, HasATokenALineAndComments) {
  const WrittenFile file("# ours\nshop  abc\n\nmobile def\n");
  std::string error;
  EXPECT_EQ(TokenFile(file.path()).ReadIfChanged(&error),
            (TokenFile::Tokens{{"abc", "shop"}, {"def", "mobile"}}));
}

TEST(TokenFile, IsReadOnceUntilItChanges) {
  WrittenFile file("shop abc\n");
  TokenFile tokens(file.path());
  std::string error;
  EXPECT_TRUE(tokens.ReadIfChanged(&error));
  EXPECT_FALSE(tokens.ReadIfChanged(&error));
  EXPECT_EQ(error, "");
  file.Write("shop xyz\n");
  EXPECT_EQ(tokens.ReadIfChanged(&error), (TokenFile::Tokens{{"xyz", "shop"}}));
}

TEST(TokenFile, SaysWhatIsWrongWithItButNotWhatItHolds) {
  WrittenFile file("shop abc\nsecret\n");
  TokenFile tokens(file.path());
  std::string error;
  EXPECT_FALSE(tokens.ReadIfChanged(&error));
  EXPECT_EQ(error, file.path() + ", line 2: not of the form NAME TOKEN");
  file.Write("# none\n");
  EXPECT_FALSE(tokens.ReadIfChanged(&error));
  EXPECT_EQ(error, file.path() + " has no token: lines of the form NAME TOKEN are needed");
  EXPECT_FALSE(TokenFile("/nowhere").ReadIfChanged(&error));
  EXPECT_EQ(error, "/nowhere cannot be read: No such file or directory");
}

}  // namespace
}  // namespace keystone::ingestd

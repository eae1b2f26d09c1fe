#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace keystone::ingestd {

// A file that a test writes, and that goes with the test.
class WrittenFile {
 public:
  explicit WrittenFile(const std::string& content)
      : path_(testing::TempDir() + "/keystone-" + std::to_string(getpid()) + "-" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {
    Write(content);
  }
  ~WrittenFile() { std::remove(path_.c_str()); }

  // Another file takes its place, as certificates and tokens are rotated.
  void Write(const std::string& content) {
    std::ofstream(path_ + ".new") << content;
    std::filesystem::rename(path_ + ".new", path_);
  }

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace keystone::ingestd

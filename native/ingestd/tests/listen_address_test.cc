#include "listen_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace keystone::ingestd {
namespace {

TEST(ListenAddress, IsHostAndPort) {
  const auto address = ParseListenAddress("127.0.0.1:50051");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "127.0.0.1");
  EXPECT_EQ(address->port, 50051);
}

TEST(ListenAddress, MayBeIpv6InBrackets) {
  const auto address = ParseListenAddress("[::1]:0");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->port, 0);
}

TEST(ListenAddress, IsNothingElse) {
  for (const char* text : {"", "50051", ":50051", "host", "host:", "host:x", "host:65536",
                           "host:-1", "::1:50051", "[]:1", "unix:/tmp/socket"}) {
    EXPECT_FALSE(ParseListenAddress(text)) << text;
  }
}

TEST(ListenAddress, ThatIsTakenSaysSo) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof name;
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&name), size), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  ASSERT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size), 0);
  const int port = ntohs(name.sin_port);
  EXPECT_EQ(WhyNotListen({"127.0.0.1", port}), "Address already in use");
  EXPECT_EQ(WhyNotListen({"0.0.0.0", port}), "Address already in use");
  close(fd);
}

TEST(ListenAddress, OfAnotherHostSaysSo) {
  EXPECT_EQ(WhyNotListen({"192.0.2.1", 0}), "Cannot assign requested address");
}

}  // namespace
}  // namespace keystone::ingestd

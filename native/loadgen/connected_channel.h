#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace keystone::loadgen {

// Keeps a channel connected. gRPC connects, and notices that it is connected, only
// while somebody polls: with callbacks alone and no call under way that is a timer
// of five seconds. So a thread of this object's own does.
class ConnectedChannel {
 public:
  explicit ConnectedChannel(std::shared_ptr<grpc::Channel> channel)
      : channel_(std::move(channel)), keeper_([this] { Keep(); }) {}

  ~ConnectedChannel() {
    ending_ = true;
    keeper_.join();
  }

  bool IsConnected() const {
    return channel_->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY;
  }

  // The gRPC code of a call that would be made now: 0 while connected.
  int Obstacle() const {
    return IsConnected() ? grpc::StatusCode::OK : grpc::StatusCode::UNAVAILABLE;
  }

 private:
  void Keep() {
    while (!ending_) {
      const auto soon = std::chrono::system_clock::now() + std::chrono::milliseconds(50);
      if (channel_->WaitForConnected(soon)) channel_->WaitForStateChange(GRPC_CHANNEL_READY, soon);
    }
  }

  const std::shared_ptr<grpc::Channel> channel_;
  std::atomic<bool> ending_ = false;
  std::thread keeper_;
};

}  // namespace keystone::loadgen

#include "stream_transport.h"

#include <utility>

#include "answers.h"

namespace keystone::loadgen {
namespace {

using Guard = std::unique_lock<std::mutex>;

constexpr auto kPoll = std::chrono::milliseconds(100);
// Between the end of a stream and the next: a server that refuses streams is
// not asked all the time.
constexpr auto kReconnect = std::chrono::milliseconds(100);

}  // namespace

// One StreamEvents call. Its state is guarded by the transport's mutex; gRPC is
// called with it held, which gRPC allows: it runs callbacks on its own threads.
// The hold keeps OnDone away while the transport may still start a write.
class StreamTransport::Call final
    : public grpc::ClientBidiReactor<ingest::v1::EventRequest, ingest::v1::EventAck> {
 public:
  Call(StreamTransport& owner, int32_t number) : owner_(owner), number_(number) {}

  void Start() {
    owner_.stub_->async()->StreamEvents(&context_, this);
    AddHold();
    StartRead(&ack_);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  // With the mutex: write the next of what waits, or say that there is no more.
  void Advance() {
    if (writing_ || closing_) return;
    if (!owner_.waiting_.empty()) {
      if (unanswered_ == kMostUnanswered) return;
      ++unanswered_;
      current_ = std::move(owner_.waiting_.front());
      owner_.waiting_.pop_front();
      owner_.wiring_.log.HandOver(current_.seq(), owner_.wiring_.clock.NowNs(), number_);
      writing_ = true;
      grpc::WriteOptions options;
      // What follows at once may go out with it.
      if (!owner_.waiting_.empty() && unanswered_ < kMostUnanswered) options.set_buffer_hint();
      StartWrite(&current_, options);
    } else if (owner_.plan_ended_) {
      StartWritesDone();
      Close();
    }
  }

  void OnWriteDone(bool ok) override {
    const Guard guard(owner_.mutex_);
    writing_ = false;
    if (!ok || input_over_) {
      Close();
    } else {
      Advance();
    }
  }

  void OnReadDone(bool ok) override {
    if (ok) {
      const Answer answer{OutcomeOf(ack_.outcome()), ack_.code(), ack_.partition(), ack_.offset()};
      const bool known = owner_.wiring_.log.Take(ack_.seq(), answer, owner_.wiring_.clock.NowNs());
      StartRead(&ack_);
      const Guard guard(owner_.mutex_);
      if (known && unanswered_-- == kMostUnanswered) Advance();
      return;
    }
    const Guard guard(owner_.mutex_);
    input_over_ = true;
    if (!writing_) Close();
  }

  void OnDone(const grpc::Status& status) override {
    const Guard guard(owner_.mutex_);
    status_ = status;
    done_ = true;
    owner_.changed_.notify_all();
  }

  bool done() const { return done_; }
  const grpc::Status& status() const { return status_; }

 private:
  // No further write will be started.
  void Close() {
    if (closing_) return;
    closing_ = true;
    RemoveHold();
  }

  StreamTransport& owner_;
  const int32_t number_;
  grpc::ClientContext context_;
  ingest::v1::EventAck ack_;
  ingest::v1::EventRequest current_;
  int unanswered_ = 0;
  bool writing_ = false;
  bool input_over_ = false;
  bool closing_ = false;
  bool done_ = false;
  grpc::Status status_;
};

StreamTransport::StreamTransport(const Wiring& wiring)
    : wiring_(wiring), stub_(ingest::v1::IngestionService::NewStub(wiring.channel)) {}

StreamTransport::~StreamTransport() {
  GiveUp();
  if (connection_.joinable()) connection_.join();
}

void StreamTransport::Begin() {
  connection_ = std::thread([this] { KeepConnected(); });
}

bool StreamTransport::Reached() {
  const Guard guard(mutex_);
  return reached_;
}

void StreamTransport::Offer(const DueEvent& event) {
  const Guard guard(mutex_);
  // A call that is over and yet to say of what takes events, too: they wait for
  // that word, and KeepConnected settles them with it.
  if (!MayGoOut(wiring_, call_ != nullptr ? 0 : obstacle_, event.seq)) return;
  waiting_.push_back(ToRequest(event, wiring_.producer));
  call_->Advance();
}

void StreamTransport::Finish(std::chrono::steady_clock::time_point deadline) {
  {
    Guard guard(mutex_);
    plan_ended_ = true;
    changed_.notify_all();
    if (call_ != nullptr) call_->Advance();
    changed_.wait_until(guard, deadline, [this] { return over_ || given_up_; });
    given_up_ = true;
    if (call_ != nullptr) call_->Cancel();
  }
  connection_.join();
  Settle(grpc::StatusCode::DEADLINE_EXCEEDED);
}

void StreamTransport::GiveUp() {
  const Guard guard(mutex_);
  given_up_ = true;
  if (call_ != nullptr) call_->Cancel();
  changed_.notify_all();
}

// One call after another until the plan has ended.
void StreamTransport::KeepConnected() {
  while (AwaitChannel()) {
    const int32_t number = wiring_.streams++;
    Guard guard(mutex_);
    // Whoever gave up while the channel came up found no call to cancel.
    if (given_up_) break;
    call_ = std::make_unique<Call>(*this, number);
    reached_ = true;
    call_->Start();
    if (plan_ended_) call_->Advance();
    changed_.wait(guard, [this] { return call_->done(); });
    const std::unique_ptr<Call> ended = std::move(call_);
    const int code = ended->status().error_code();
    obstacle_ = code != 0 ? code : static_cast<int>(grpc::StatusCode::UNAVAILABLE);
    number_ = number;
    if (given_up_) break;  // what is open is settled by Finish
    Settle(obstacle_);
    if (code == 0 && plan_ended_) break;
    wiring_.log.AddBreak({wiring_.clock.NowNs(), code, ended->status().error_message()});
    changed_.wait_for(guard, kReconnect, [this] { return plan_ended_ || given_up_; });
  }
  const Guard guard(mutex_);
  over_ = true;
  changed_.notify_all();
}

// False if the plan ended before there was a connection.
bool StreamTransport::AwaitChannel() {
  while (true) {
    {
      const Guard guard(mutex_);
      if (plan_ended_ || given_up_) return false;
    }
    if (wiring_.channel->WaitForConnected(std::chrono::system_clock::now() + kPoll)) return true;
    const Guard guard(mutex_);
    obstacle_ = grpc::StatusCode::UNAVAILABLE;
  }
}

// Without a call: what waits has certainly not left, what was handed over may
// have. With the mutex, or when the connection thread has ended.
void StreamTransport::Settle(int code) {
  for (const auto& request : waiting_) wiring_.log.NotSent(request.seq(), code);
  waiting_.clear();
  wiring_.log.LoseSentOn(number_, code);
}

}  // namespace keystone::loadgen

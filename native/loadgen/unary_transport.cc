#include "unary_transport.h"

namespace keystone::loadgen {
namespace {

using Guard = std::unique_lock<std::mutex>;

constexpr char kOutcomeTrailer[] = "keystone-outcome";

bool SaysFailed(const grpc::ClientContext& context) {
  const auto& trailers = context.GetServerTrailingMetadata();
  const auto found = trailers.find(kOutcomeTrailer);
  return found != trailers.end() && found->second == "failed";
}

bool SaysAnything(const grpc::ClientContext& context) {
  return context.GetServerTrailingMetadata().count(kOutcomeTrailer) > 0;
}

}  // namespace

struct UnaryTransport::Call {
  uint64_t seq;
  grpc::ClientContext context;
  ingest::v1::EventRequest request;
  ingest::v1::EventResponse response;
};

UnaryTransport::UnaryTransport(const Wiring& wiring)
    : wiring_(wiring), stub_(ingest::v1::IngestionService::NewStub(wiring.channel)) {}

UnaryTransport::~UnaryTransport() {
  GiveUp();
  Guard guard(mutex_);
  changed_.wait(guard, [this] { return open_.empty(); });
}

bool UnaryTransport::Connected() {
  return wiring_.channel->GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_READY;
}

void UnaryTransport::Offer(const DueEvent& event) {
  if (!Connected()) {
    wiring_.log.NotSent(event.seq, grpc::StatusCode::UNAVAILABLE);
    return;
  }
  if (wiring_.log.Open() > wiring_.max_open) {
    wiring_.log.NotSent(event.seq, grpc::StatusCode::RESOURCE_EXHAUSTED);
    return;
  }
  auto* call = new Call{event.seq, {}, ToRequest(event, wiring_.producer), {}};
  {
    const Guard guard(mutex_);
    open_.insert(call);
  }
  wiring_.log.HandOver(event.seq, wiring_.clock.NowNs(), -1);
  stub_->async()->SendEvent(&call->context, &call->request, &call->response,
                            [this, call](const grpc::Status& status) { OnAnswer(call, status); });
}

void UnaryTransport::OnAnswer(Call* call, const grpc::Status& status) {
  const int64_t now_ns = wiring_.clock.NowNs();
  const int code = status.error_code();
  const auto& response = call->response;
  if (status.ok()) {
    const Outcome outcome = response.success() ? Outcome::kOk : Outcome::kUnknown;
    wiring_.log.Take(call->seq, {outcome, 0, response.partition(), response.offset()}, now_ns);
  } else if (SaysAnything(call->context)) {
    const Outcome outcome = SaysFailed(call->context) ? Outcome::kFailed : Outcome::kUnknown;
    wiring_.log.Take(call->seq, {outcome, code, -1, kNull}, now_ns);
  } else {
    wiring_.log.Lose(call->seq, code);
  }
  const Guard guard(mutex_);
  open_.erase(call);
  delete call;
  if (open_.empty()) changed_.notify_all();
}

void UnaryTransport::Finish(std::chrono::steady_clock::time_point deadline) {
  Guard guard(mutex_);
  changed_.wait_until(guard, deadline, [this] { return open_.empty() || given_up_; });
  for (Call* call : open_) call->context.TryCancel();
  changed_.wait(guard, [this] { return open_.empty(); });
}

void UnaryTransport::GiveUp() {
  const Guard guard(mutex_);
  given_up_ = true;
  for (Call* call : open_) call->context.TryCancel();
  changed_.notify_all();
}

}  // namespace keystone::loadgen

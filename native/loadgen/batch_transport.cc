#include "batch_transport.h"

#include <unordered_set>
#include <utility>

#include "answers.h"

namespace keystone::loadgen {
namespace {

// Below the largest request that the server reads.
constexpr size_t kMostBytes = 8u << 20;

}  // namespace

BatchTransport::BatchTransport(const Wiring& wiring, const BatchSettings& settings)
    : wiring_(wiring),
      settings_(settings),
      stub_(ingest::v1::IngestionService::NewStub(wiring.channel)),
      channel_(wiring.channel) {}

BatchTransport::~BatchTransport() { calls_.AwaitEnd(std::chrono::steady_clock::now()); }

void BatchTransport::Offer(const DueEvent& event) {
  if (!MayGoOut(wiring_, channel_.Obstacle(), event.seq)) return;
  if (!gathering_) {
    gathering_ = std::make_unique<Call>();
    leaves_ns_ = wiring_.clock.NowNs() + settings_.linger_ns;
  }
  *gathering_->request.add_events() = ToRequest(event, wiring_.producer);
  gathering_->bytes += event.payload.size();
  if (gathering_->request.events_size() >= settings_.events || gathering_->bytes > kMostBytes) {
    Send();
  }
}

void BatchTransport::Idle(int64_t until_ns) {
  if (gathering_ && until_ns > leaves_ns_) Send();
}

void BatchTransport::Send() {
  Call* call = calls_.Add(std::exchange(gathering_, nullptr));
  const int64_t now_ns = wiring_.clock.NowNs();
  for (const auto& event : call->request.events()) wiring_.log.HandOver(event.seq(), now_ns, -1);
  stub_->async()->SendBatch(&call->context, &call->request, &call->response,
                            [this, call](const grpc::Status& status) { OnAnswer(call, status); });
}

void BatchTransport::OnAnswer(Call* call, const grpc::Status& status) {
  const int64_t now_ns = wiring_.clock.NowNs();
  const int code = status.error_code();
  // An event that has its ack may be on its next try before this ends.
  std::unordered_set<uint64_t> acked;
  for (const auto& ack : call->response.acks()) {
    const Answer answer{OutcomeOf(ack.outcome()), ack.code(), ack.partition(), ack.offset()};
    wiring_.log.Take(ack.seq(), answer, now_ns);
    acked.insert(ack.seq());
  }
  const auto outcome = status.ok() ? std::nullopt : OutcomeOf(call->context);
  for (const auto& event : call->request.events()) {
    if (acked.contains(event.seq())) continue;
    if (outcome) {
      wiring_.log.Take(event.seq(), {*outcome, code, -1, kNull}, now_ns);
    } else {
      wiring_.log.Lose(event.seq(), code);
    }
  }
  calls_.End(call);
}

void BatchTransport::Finish(std::chrono::steady_clock::time_point deadline) {
  if (gathering_) Send();
  calls_.AwaitEnd(deadline);
}

}  // namespace keystone::loadgen

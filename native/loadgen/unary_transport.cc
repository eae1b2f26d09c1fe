#include "unary_transport.h"

#include "answers.h"

namespace keystone::loadgen {

UnaryTransport::UnaryTransport(const Wiring& wiring)
    : wiring_(wiring),
      stub_(ingest::v1::IngestionService::NewStub(wiring.channel)),
      channel_(wiring.channel) {}

UnaryTransport::~UnaryTransport() { calls_.AwaitEnd(std::chrono::steady_clock::now()); }

void UnaryTransport::Offer(const DueEvent& event) {
  if (!MayGoOut(wiring_, channel_.Obstacle(), event.seq)) return;
  Call* call = calls_.Add(
      std::unique_ptr<Call>(new Call{event.seq, {}, ToRequest(event, wiring_.producer), {}}));
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
  } else if (const auto outcome = OutcomeOf(call->context)) {
    wiring_.log.Take(call->seq, {*outcome, code, -1, kNull}, now_ns);
  } else {
    wiring_.log.Lose(call->seq, code);
  }
  calls_.End(call);
}

void UnaryTransport::Finish(std::chrono::steady_clock::time_point deadline) {
  calls_.AwaitEnd(deadline);
}

}  // namespace keystone::loadgen

#include "kafka_health.h"

#include <gtest/gtest.h>

namespace keystone::ingestd {
namespace {

using std::chrono::seconds;

const KafkaHealth::Time kBegin{};

TEST(KafkaHealth, IsGoodWhileKafkaAnswers) {
  KafkaHealth health;
  EXPECT_FALSE(health.IsGood(kBegin));
  health.Answered(kBegin);
  EXPECT_TRUE(health.IsGood(kBegin));
  EXPECT_TRUE(health.IsGood(kBegin + seconds(5)));
  EXPECT_FALSE(health.IsGood(kBegin + seconds(6)));
}

TEST(KafkaHealth, AfterAFailureIsGoodOnceTheNextClientHasLivedAWhile) {
  KafkaHealth health;
  health.Answered(kBegin);
  health.Failed(kBegin);
  EXPECT_FALSE(health.IsGood(kBegin));
  health.Replaced(kBegin);
  health.Answered(kBegin + seconds(1));
  EXPECT_FALSE(health.IsGood(kBegin + seconds(1)));
  health.Answered(kBegin + seconds(2));
  EXPECT_TRUE(health.IsGood(kBegin + seconds(2)));
}

TEST(KafkaHealth, ReplacesAtOnceButNotAgainAndAgain) {
  KafkaHealth health;
  std::vector<KafkaHealth::Duration> pauses;
  for (int i = 0; i < 8; ++i) {
    health.Failed(kBegin);
    pauses.push_back(health.pause());
    health.Replaced(kBegin);
  }
  EXPECT_EQ(pauses, (std::vector<KafkaHealth::Duration>{seconds(0), seconds(1), seconds(2),
                                                        seconds(4), seconds(8), seconds(16),
                                                        seconds(30), seconds(30)}));
  health.Failed(kBegin + seconds(31));
  EXPECT_EQ(health.pause(), seconds(0));
}

}  // namespace
}  // namespace keystone::ingestd

#include "calendar.h"

#include <gtest/gtest.h>
#include <time.h>

namespace keystone::loadgen {
namespace {

std::string Text(LocalSeconds at) {
  std::string text;
  AppendTimestamp(at, &text);
  return text;
}

TEST(Calendar, WritesTimestampsAsTheContractHasThem) {
  EXPECT_EQ(Text(0), "1970-01-01 00:00:00");
  EXPECT_EQ(Text(1'527'169'500), "2018-05-24 13:45:00");
  EXPECT_EQ(Text(951'782'399), "2000-02-28 23:59:59");
  EXPECT_EQ(Text(951'782'400), "2000-02-29 00:00:00");
  EXPECT_EQ(Text(-1), "1969-12-31 23:59:59");
}

TEST(Calendar, AgreesWithTheSystemsOnEveryDayOfTwoCenturies) {
  for (int64_t day = -25'000; day < 50'000; ++day) {
    const time_t second = day * kSecondsPerDay;
    tm expected;
    gmtime_r(&second, &expected);
    const Date date = DateOf(day);
    ASSERT_EQ(date.year, expected.tm_year + 1900);
    ASSERT_EQ(date.month, expected.tm_mon + 1);
    ASSERT_EQ(date.day, expected.tm_mday);
    ASSERT_EQ(WeekdayOf(day), (expected.tm_wday + 6) % 7);
  }
}

}  // namespace
}  // namespace keystone::loadgen

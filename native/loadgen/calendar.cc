#include "calendar.h"

#include <chrono>

namespace keystone::loadgen {
namespace {

int64_t FloorDiv(int64_t value, int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

void AppendTwoDigits(int64_t value, char* at) {
  at[0] = static_cast<char>('0' + value / 10);
  at[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

Date DateOf(int64_t days_since_1970) {
  using std::chrono::days;
  const std::chrono::year_month_day date{std::chrono::sys_days{days{days_since_1970}}};
  return {static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

int WeekdayOf(int64_t days_since_1970) {
  const int64_t from_monday = days_since_1970 + 3;  // 1970-01-01 was a Thursday
  return static_cast<int>(from_monday - FloorDiv(from_monday, 7) * 7);
}

void AppendTimestamp(LocalSeconds at, std::string* text) {
  const int64_t day = FloorDiv(at, kSecondsPerDay);
  const int64_t second = at - day * kSecondsPerDay;
  const Date date = DateOf(day);
  char digits[] = "0000-00-00 00:00:00";
  AppendTwoDigits(date.year / 100, digits);
  AppendTwoDigits(date.year % 100, digits + 2);
  AppendTwoDigits(date.month, digits + 5);
  AppendTwoDigits(date.day, digits + 8);
  AppendTwoDigits(second / 3600, digits + 11);
  AppendTwoDigits(second / 60 % 60, digits + 14);
  AppendTwoDigits(second % 60, digits + 17);
  text->append(digits, sizeof digits - 1);
}

}  // namespace keystone::loadgen

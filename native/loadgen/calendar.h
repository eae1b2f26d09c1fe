#pragma once

#include <cstdint>
#include <string>

namespace keystone::loadgen {

constexpr int64_t kSecondsPerDay = 86'400;

// Seconds since 1970-01-01 00:00:00 on a calendar without zones or leap seconds.
using LocalSeconds = int64_t;

// The date of a day counted from 1970-01-01.
struct Date {
  int year;
  int month;  // from 1
  int day;    // from 1
};
Date DateOf(int64_t days_since_1970);

// 0 is Monday.
int WeekdayOf(int64_t days_since_1970);

// Appends "2018-05-24 13:45:00"; years 0 to 9999.
void AppendTimestamp(LocalSeconds at, std::string* text);

}  // namespace keystone::loadgen

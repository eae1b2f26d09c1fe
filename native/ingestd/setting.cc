#include "setting.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace keystone::ingestd {
namespace {

std::optional<int64_t> ParseInteger(const std::string& text, int64_t least, int64_t most) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stopped != end || number < least || number > most) {
    return std::nullopt;
  }
  return number;
}

template <typename Number>
Setting IntegerInto(Number* target, std::string standard, int64_t least, int64_t most) {
  auto set = [=](const std::string& text) -> std::optional<std::string> {
    const auto number = ParseInteger(text, least, most);
    if (!number) {
      return "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    }
    *target = Number(*number);
    return std::nullopt;
  };
  return {std::move(standard), std::move(set)};
}

}  // namespace

Setting Integer(int* target, int64_t least, int64_t most) {
  return IntegerInto(target, std::to_string(*target), least, most);
}
Setting Integer(int64_t* target, int64_t least, int64_t most) {
  return IntegerInto(target, std::to_string(*target), least, most);
}
Setting Integer(size_t* target, int64_t least, int64_t most) {
  return IntegerInto(target, std::to_string(*target), least, most);
}
Setting Integer(std::chrono::milliseconds* target, int64_t least, int64_t most) {
  return IntegerInto(target, std::to_string(target->count()), least, most);
}

Setting Text(std::string* target) {
  auto set = [=](const std::string& text) -> std::optional<std::string> {
    if (text.empty()) return "a text that is not empty";
    *target = text;
    return std::nullopt;
  };
  return {*target, std::move(set)};
}

Setting RequiredText(std::string* target) {
  Setting setting = Text(target);
  setting.is_required = true;
  return setting;
}

Setting File(std::string* target) {
  auto set = [=](const std::string& path) -> std::optional<std::string> {
    if (access(path.c_str(), R_OK) != 0) {
      return "a file that can be read (" + std::string(std::strerror(errno)) + ")";
    }
    *target = path;
    return std::nullopt;
  };
  return {"none", std::move(set)};
}

Setting Choice(std::string* target, std::span<const std::string_view> allowed) {
  auto set = [=](const std::string& text) -> std::optional<std::string> {
    std::string names;
    for (const std::string_view name : allowed) {
      if (name == text) {
        *target = text;
        return std::nullopt;
      }
      names += (names.empty() ? "" : ", ") + std::string(name);
    }
    return "one of " + names;
  };
  return {*target, std::move(set)};
}

Setting RequiredUuid(SchemaVersionId* target) {
  auto set = [=](const std::string& text) -> std::optional<std::string> {
    const auto id = ParseSchemaVersionId(text);
    if (!id) return "a UUID such as 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    *target = *id;
    return std::nullopt;
  };
  return {"", std::move(set), true};
}

}  // namespace keystone::ingestd

#include "json.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "utf.h"

namespace keyturn {
namespace {

constexpr double largestInteger = 9007199254740992.0;  // 2^53

class Parser {
 public:
  Parser(std::string_view text, const JsonLimits& limits) : text_(text), limits_(limits) {}

  std::optional<Json> document() {
    std::optional<Json> value = this->value(0);
    if (!value) return std::nullopt;
    skipSpace();
    if (at_ != text_.size()) return std::nullopt;
    return value;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool takeWord(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
  }

  std::optional<Json> value(int depth) {
    if (depth > limits_.depth || ++values_ > limits_.values) return std::nullopt;
    skipSpace();
    switch (peek()) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"': {
        std::optional<std::string> text = string();
        if (!text) return std::nullopt;
        return Json::string(std::move(*text));
      }
      case 't':
        if (!takeWord("true")) return std::nullopt;
        return Json::boolean(true);
      case 'f':
        if (!takeWord("false")) return std::nullopt;
        return Json::boolean(false);
      case 'n':
        if (!takeWord("null")) return std::nullopt;
        return Json();
      default:
        return number();
    }
  }

  std::optional<Json> object(int depth) {
    Json result = Json::object();
    take('{');
    skipSpace();
    if (take('}')) return result;
    do {
      skipSpace();
      std::optional<std::string> name = string();
      if (!name) return std::nullopt;
      for (const Json::Member& member : result.members())
        if (member.first == *name) return std::nullopt;
      skipSpace();
      if (!take(':')) return std::nullopt;
      std::optional<Json> member = value(depth + 1);
      if (!member) return std::nullopt;
      result.set(std::move(*name), std::move(*member));
      skipSpace();
    } while (take(','));
    if (!take('}')) return std::nullopt;
    return result;
  }

  std::optional<Json> array(int depth) {
    Json result = Json::array();
    take('[');
    skipSpace();
    if (take(']')) return result;
    do {
      std::optional<Json> item = value(depth + 1);
      if (!item) return std::nullopt;
      result.push(std::move(*item));
      skipSpace();
    } while (take(','));
    if (!take(']')) return std::nullopt;
    return result;
  }

  std::optional<char16_t> hexUnit() {
    if (text_.size() - at_ < 4) return std::nullopt;
    unsigned value = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      unsigned digit = 0;
      if (c >= '0' && c <= '9') {
        digit = static_cast<unsigned>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        digit = static_cast<unsigned>(c - 'a' + 10);
      } else if (c >= 'A' && c <= 'F') {
        digit = static_cast<unsigned>(c - 'A' + 10);
      } else {
        return std::nullopt;
      }
      value = value * 16 + digit;
    }
    return static_cast<char16_t>(value);
  }

  bool escape(std::string& out) {
    if (at_ == text_.size()) return false;
    switch (text_[at_++]) {
      case '"': out += '"'; return true;
      case '\\': out += '\\'; return true;
      case '/': out += '/'; return true;
      case 'b': out += '\b'; return true;
      case 'f': out += '\f'; return true;
      case 'n': out += '\n'; return true;
      case 'r': out += '\r'; return true;
      case 't': out += '\t'; return true;
      case 'u': break;
      default: return false;
    }
    std::u16string units;
    const std::optional<char16_t> first = hexUnit();
    if (!first) return false;
    units += *first;
    if (*first >= 0xD800 && *first <= 0xDBFF) {
      if (!takeWord("\\u")) return false;
      const std::optional<char16_t> second = hexUnit();
      if (!second) return false;
      units += *second;
    }
    const std::optional<std::string> utf8 = utf16ToUtf8(units);
    if (!utf8) return false;
    out += *utf8;
    return true;
  }

  std::optional<std::string> string() {
    if (!take('"')) return std::nullopt;
    std::string result;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') {
        if (!isUtf8(result)) return std::nullopt;
        return result;
      }
      if (static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      if (c != '\\') {
        result += c;
      } else if (!escape(result)) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

  bool digits() {
    const std::size_t start = at_;
    while (peek() >= '0' && peek() <= '9') ++at_;
    return at_ != start;
  }

  std::optional<Json> number() {
    const std::size_t start = at_;
    take('-');
    if (!take('0') && !digits()) return std::nullopt;
    if (take('.') && !digits()) return std::nullopt;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return std::nullopt;
    }
    const std::string text(text_.substr(start, at_ - start));
    if (text.size() > 64) return std::nullopt;
    const double value = std::strtod(text.c_str(), nullptr);
    if (!std::isfinite(value)) return std::nullopt;
    return Json::number(value);
  }

  std::string_view text_;
  const JsonLimits& limits_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
};

void writeString(std::string& out, const std::string& text) {
  if (!isUtf8(text)) {
    out += "null";
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      char buffer[8];
      std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += buffer;
    } else {
      out += c;
    }
  }
  out += '"';
}

void write(std::string& out, const Json& value) {
  switch (value.kind()) {
    case Json::Kind::null:
      out += "null";
      return;
    case Json::Kind::boolean:
      out += value.asBoolean().value_or(false) ? "true" : "false";
      return;
    case Json::Kind::number: {
      char buffer[40];
      if (const std::optional<std::int64_t> whole = value.asInteger()) {
        std::snprintf(buffer, sizeof buffer, "%lld", static_cast<long long>(*whole));
      } else {
        std::snprintf(buffer, sizeof buffer, "%.17g", value.asNumber().value_or(0));
      }
      out += buffer;
      return;
    }
    case Json::Kind::string:
      writeString(out, *value.asString());
      return;
    case Json::Kind::array: {
      out += '[';
      bool first = true;
      for (const Json& item : value.items()) {
        if (!first) out += ',';
        first = false;
        write(out, item);
      }
      out += ']';
      return;
    }
    case Json::Kind::object: {
      out += '{';
      bool first = true;
      for (const Json::Member& member : value.members()) {
        if (!first) out += ',';
        first = false;
        writeString(out, member.first);
        out += ':';
        write(out, member.second);
      }
      out += '}';
      return;
    }
  }
}

}  // namespace

Json Json::boolean(bool value) {
  Json json;
  json.kind_ = Kind::boolean;
  json.boolean_ = value;
  return json;
}

Json Json::number(double value) {
  Json json;
  json.kind_ = Kind::number;
  json.number_ = value;
  return json;
}

Json Json::string(std::string value) {
  Json json;
  json.kind_ = Kind::string;
  json.string_ = std::move(value);
  return json;
}

Json Json::array(std::vector<Json> items) {
  Json json;
  json.kind_ = Kind::array;
  json.items_ = std::move(items);
  return json;
}

Json Json::object(std::vector<Member> members) {
  Json json;
  json.kind_ = Kind::object;
  json.members_ = std::move(members);
  return json;
}

std::optional<bool> Json::asBoolean() const {
  if (kind_ != Kind::boolean) return std::nullopt;
  return boolean_;
}

std::optional<std::int64_t> Json::asInteger() const {
  if (kind_ != Kind::number || std::fabs(number_) > largestInteger || std::floor(number_) != number_) return std::nullopt;
  return static_cast<std::int64_t>(number_);
}

std::optional<double> Json::asNumber() const {
  if (kind_ != Kind::number) return std::nullopt;
  return number_;
}

const std::string* Json::asString() const { return kind_ == Kind::string ? &string_ : nullptr; }

const Json& Json::operator[](std::string_view name) const {
  static const Json none;
  for (const Member& member : members_)
    if (member.first == name) return member.second;
  return none;
}

std::string Json::text(std::string_view name, std::string_view otherwise) const {
  const std::string* value = (*this)[name].asString();
  return value != nullptr ? *value : std::string(otherwise);
}

Json& Json::set(std::string name, Json value) {
  members_.emplace_back(std::move(name), std::move(value));
  return *this;
}

Json& Json::push(Json value) {
  items_.push_back(std::move(value));
  return *this;
}

void Json::wipe() {
  // Volatile: the compiler must not leave out writes to memory that is given back right after.
  volatile char* text = string_.data();
  for (std::size_t i = 0; i < string_.size(); ++i) text[i] = 0;
  for (Json& item : items_) item.wipe();
  for (Member& member : members_) member.second.wipe();
}

std::optional<Json> parseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) return std::nullopt;
  return Parser(text, limits).document();
}

std::string writeJson(const Json& value) {
  std::string out;
  write(out, value);
  return out;
}

}  // namespace keyturn

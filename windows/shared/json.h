// A small, strict, bounded JSON reader and writer (RFC 8259). The server's answers are the only texts it reads; they are
// still treated as hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace keyturn {

class Json {
 public:
  enum class Kind { null, boolean, number, string, array, object };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  static Json boolean(bool value);
  static Json number(double value);
  static Json string(std::string value);
  static Json array(std::vector<Json> items = {});
  static Json object(std::vector<Member> members = {});

  Kind kind() const { return kind_; }
  bool isNull() const { return kind_ == Kind::null; }

  // Each reader answers nothing for a value of another kind, so that an unexpected answer of the server is an absent one.
  std::optional<bool> asBoolean() const;
  std::optional<std::int64_t> asInteger() const;   // whole numbers of at most 2^53 only
  std::optional<double> asNumber() const;
  const std::string* asString() const;
  const std::vector<Json>& items() const { return items_; }        // empty unless an array
  const std::vector<Member>& members() const { return members_; }  // empty unless an object

  // The member of that name; a null value if there is none. Chains: json["step"]["kind"].
  const Json& operator[](std::string_view name) const;
  // The text of a member; `otherwise` if it is absent or no string.
  std::string text(std::string_view name, std::string_view otherwise = "") const;

  // Adds a member to an object or an item to an array.
  Json& set(std::string name, Json value);
  Json& push(Json value);
  // Overwrites every text in it. For an answer that holds a secret.
  void wipe();

 private:
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  double number_ = 0;
  std::string string_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

struct JsonLimits {
  std::size_t bytes = 1024 * 1024;
  int depth = 32;
  std::size_t values = 20000;
};

// The value, or nothing where the text is no JSON, holds a member name twice in one object, ill-formed UTF-8 or a lone
// surrogate, or exceeds a limit.
std::optional<Json> parseJson(std::string_view text, const JsonLimits& limits = {});

// The value as JSON without spaces. Strings must be well-formed UTF-8; a string that is not is written as null.
std::string writeJson(const Json& value);

}  // namespace keyturn

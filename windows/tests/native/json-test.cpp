#include "check.h"
#include "json.h"

using namespace keyturn;
using namespace std::string_view_literals;

TEST("a step is read") {
  const auto json = parseJson(R"( {"step":{"id":"s1","kind":"code","length":6,"canGoBack":true,"factor":{"hint":"a…@x"}},"list":[1,2.5,-3e2,null]} )");
  CHECK(json.has_value());
  if (!json) return;
  CHECK((*json)["step"].text("kind") == "code");
  CHECK((*json)["step"]["length"].asInteger() == 6);
  CHECK((*json)["step"]["canGoBack"].asBoolean() == true);
  CHECK((*json)["step"]["factor"].text("hint") == "a…@x");
  CHECK((*json)["list"].items().size() == 4 && (*json)["list"].items()[2].asNumber() == -300);
  CHECK((*json)["no"]["such"]["path"].isNull() && (*json)["step"].text("length", "-") == "-");
}

TEST("a member of another kind is as good as none") {
  const auto json = parseJson(R"({"a":"1","b":1,"c":1.5,"d":1e300,"e":9007199254740993})");
  CHECK(json && !(*json)["a"].asInteger() && (*json)["b"].asString() == nullptr && !(*json)["c"].asInteger() && !(*json)["d"].asInteger());
}

TEST("escapes are read and written") {
  const auto json = parseJson(R"("\"\\\/\b\f\n\r\t\u00e4\ud83d\udd11")");
  CHECK(json && *json->asString() == "\"\\/\b\f\n\r\t\xC3\xA4\xF0\x9F\x94\x91");
  CHECK(json && writeJson(*json) == "\"\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009\xC3\xA4\xF0\x9F\x94\x91\"");
}

TEST("an answer is written") {
  Json body = Json::object();
  body.set("goal", Json::string("reset-password")).set("length", Json::number(6)).set("ok", Json::boolean(true)).set("none", Json());
  Json list = Json::array();
  list.push(Json::string("a")).push(Json::number(1.5));
  body.set("list", std::move(list));
  CHECK(writeJson(body) == R"({"goal":"reset-password","length":6,"ok":true,"none":null,"list":["a",1.5]})");
  CHECK(writeJson(Json::string("\xFF")) == "null");
}

TEST("what is not JSON is refused") {
  for (const std::string_view text :
       {""sv, " "sv, "{"sv, "}"sv, "[1,]"sv, "{\"a\":1,}"sv, "{a:1}"sv, "{'a':1}"sv, "[1 2]"sv, "01"sv, "1."sv, ".5"sv, "+1"sv, "-"sv, "1e"sv,
        "0x1"sv, "NaN"sv, "Infinity"sv, "tru"sv, "nulll"sv, "\"a"sv, "\"\n\""sv, "\"\\x\""sv, "\"\\u12\""sv, "\"\\ud800\""sv,
        "\"\\ud800\\u0041\""sv, "\"\\udc00\""sv, "\"\xFF\""sv, "\"\xC0\x80\""sv, "\"\xED\xA0\x80\""sv, "{} {}"sv, "[]]"sv,
        "{\"a\":1,\"a\":2}"sv, "\xEF\xBB\xBF{}"sv, "1e999"sv, "\"a\0b\""sv, "// x\n1"sv})
    CHECK_NOTE(!parseJson(text), std::string(text));
}

TEST("size, depth and number of values are bounded") {
  CHECK(!parseJson(std::string(200000, '[')));
  CHECK(parseJson(std::string(32, '[') + std::string(32, ']')).has_value());
  CHECK(!parseJson(std::string(34, '[') + std::string(34, ']')));
  CHECK(!parseJson("\"" + std::string(1024 * 1024, 'a') + "\""));
  std::string many = "[0";
  for (int i = 0; i < 30000; ++i) many += ",0";
  CHECK(!parseJson(many + "]"));
}

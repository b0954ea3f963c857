// What an answer says that it is.
#pragma once

#include <string_view>

namespace keyturn {

// Whether the value of a Content-Type header names JSON or a problem document (RFC 9457), with any parameters, in any case of letters
// (RFC 9110 section 8.3.1).
bool isJsonType(std::string_view contentType);

}  // namespace keyturn

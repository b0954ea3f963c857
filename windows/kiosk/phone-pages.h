// The pages on the way to a phone that goes on with the journey.
#pragma once

#include <string_view>

#include "build-page.h"

namespace keyturn {

inline constexpr std::string_view phoneCodeKey = "phone-code";
inline constexpr std::string_view phoneDigitsKey = "phone-digits";

// The code that the phone scans; asks by itself how far it has come.
Page phoneCodePage(const PageContext& context, const PhoneOffer& offer);
// A phone has opened the code, and shows two digits.
Page phoneDigitsPage(const PageContext& context);
// The code is good for nothing any more.
Page phoneOverPage(const PageContext& context);

}  // namespace keyturn

// What several pages are made of. For the files that make pages; the others take build-page.h.
#pragma once

#include <string>
#include <vector>

#include "build-page.h"

namespace keyturn {

// Fetching a code or reading what to do now takes longer than typing; a person who has to confirm takes as long as the window may
// be open at all.
inline constexpr int codePatience = 600;
inline constexpr int personPatience = 24 * 60 * 60;

Page emptyPage(const PageContext& context, std::string key, std::string title);
void addHelp(const PageContext& context, Page& page);
void addButton(const PageContext& context, Page& page, Action action, unsigned text, std::int64_t enabledAfter = 0);
// A page in the middle of a journey: stopping is asked about.
void addStop(const PageContext& context, Page& page);
void addClose(const PageContext& context, Page& page);
// What cannot be done here can be done at the portal: its address, to read and to scan.
void addPortal(const PageContext& context, Page& page);
// Where the journey can go on at a phone.
void addPhone(const PageContext& context, Page& page, const Step& step);
std::string joinLabels(const std::vector<StepOption>& options);

}  // namespace keyturn

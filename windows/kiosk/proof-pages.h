// The pages on which people show who they are.
#pragma once

#include "build-page.h"

namespace keyturn {

Page chooseFactorPage(const PageContext& context, const Step& step);
Page codePage(const PageContext& context, const Step& step, const JourneyClient& client);
Page questionsPage(const PageContext& context, const Step& step);
Page currentPasswordPage(const PageContext& context, const Step& step);
Page linkedPasswordPage(const PageContext& context, const Step& step);
// A passkey, which this screen has no way to ask for.
Page passkeyPage(const PageContext& context, const Step& step);
Page waitingPage(const PageContext& context, const Step& step);
// A step that is newer than this client, or not for it.
Page unknownPage(const PageContext& context, const Step& step);

}  // namespace keyturn

#include "phone-pages.h"

#include "page-parts.h"

namespace keyturn {

Page phoneCodePage(const PageContext& context, const PhoneOffer& offer) {
  Page page = emptyPage(context, std::string(phoneCodeKey), context.texts.text(TEXT_PHONE_TITLE));
  page.paragraphs.push_back(context.texts.text(TEXT_PHONE_SCAN));
  page.code = offer.address;
  page.pollAfter = 2;
  page.patience = codePatience;
  addButton(context, page, Action::back, TEXT_BACK);
  addStop(context, page);
  return page;
}

Page phoneDigitsPage(const PageContext& context) {
  Page page = emptyPage(context, std::string(phoneDigitsKey), context.texts.text(TEXT_PHONE_TITLE));
  page.paragraphs.push_back(context.texts.text(TEXT_PHONE_OPENED));
  page.paragraphs.push_back(context.texts.text(TEXT_PHONE_WARNING));
  Field field;
  field.kind = FieldKind::code;
  field.id = "digits";
  field.label = context.texts.text(TEXT_PHONE_DIGITS);
  field.longest = 16;
  page.fields.push_back(field);
  page.patience = codePatience;
  addButton(context, page, Action::submit, TEXT_PHONE_LET_IN);
  addButton(context, page, Action::back, TEXT_BACK);
  addStop(context, page);
  return page;
}

Page phoneOverPage(const PageContext& context) {
  Page page = emptyPage(context, "phone-over", context.texts.text(TEXT_PHONE_OVER_TITLE));
  page.paragraphs.push_back(context.texts.text(TEXT_PHONE_OVER_TEXT));
  page.patience = codePatience;
  addButton(context, page, Action::usePhone, TEXT_PHONE_AGAIN);
  addButton(context, page, Action::back, TEXT_BACK);
  addStop(context, page);
  return page;
}

}  // namespace keyturn

#include "fields.h"

#include "text-ids.h"

namespace keyturn {
namespace {

// CPFG_CREDENTIAL_PROVIDER_LOGO and CPFG_CREDENTIAL_PROVIDER_LABEL of shlguid.h: the sign-in option's picture and its hint.
constexpr GUID logoKind = {0x2d837775, 0xf6cd, 0x464e, {0xa7, 0x45, 0x48, 0x2f, 0xd0, 0xb4, 0x74, 0x93}};
constexpr GUID labelKind = {0x286bbff3, 0xbad4, 0x438f, {0xb0, 0x07, 0x79, 0xb7, 0x26, 0x7c, 0x3d, 0x48}};
constexpr GUID noKind = {};

constexpr FieldDefinition definitions[] = {
    {CPFT_TILE_IMAGE, logoKind, TEXT_TILE_LABEL},    // fieldLogo
    {CPFT_SMALL_TEXT, labelKind, TEXT_TILE_LABEL},   // fieldLabel
    {CPFT_LARGE_TEXT, noKind, TEXT_TILE_TITLE},      // fieldTitle
    {CPFT_COMMAND_LINK, noKind, TEXT_RESET_LINK},    // fieldReset
    {CPFT_COMMAND_LINK, noKind, TEXT_UNLOCK_LINK},   // fieldUnlock
    {CPFT_SMALL_TEXT, noKind, TEXT_STATUS_READY},    // fieldStatus
};
static_assert(sizeof definitions / sizeof definitions[0] == fieldCount);

}  // namespace

const FieldDefinition& fieldDefinition(DWORD field) { return definitions[field]; }

}  // namespace keyturn

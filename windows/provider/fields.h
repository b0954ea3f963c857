// The fields of the tile.
#pragma once

#include "abi/credential-provider.h"

namespace keyturn {

enum Field : DWORD { fieldLogo, fieldLabel, fieldTitle, fieldReset, fieldUnlock, fieldStatus, fieldCount };

struct FieldDefinition {
  CREDENTIAL_PROVIDER_FIELD_TYPE type;
  GUID kind;  // GUID_NULL or one of CPFG_* (shlguid.h)
  unsigned text;
};

// The definition of a field below fieldCount.
const FieldDefinition& fieldDefinition(DWORD field);

}  // namespace keyturn

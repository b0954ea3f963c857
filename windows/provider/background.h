// Work that LogonUI must not wait for: registry and services may take their time, and its thread is the one people look at.
#pragma once

#include <windows.h>

#include <functional>

namespace keyturn {

// Runs `work`, which must not throw, on a thread of its own; `module` stays loaded while it runs. False if there is none.
bool runInBackground(HMODULE module, std::function<void()> work);

}  // namespace keyturn

// The exports of the module. It registers nothing by itself: the installer writes the registry.
#include <windows.h>

#include "class-ids.h"
#include "com.h"
#include "provider.h"
#include "real-system.h"

namespace keyturn {
namespace {

HMODULE ownModule = nullptr;

class ClassFactory final : public ComObject<IClassFactory> {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (!IsEqualIID(id, IID_IUnknown) && !IsEqualIID(id, IID_IClassFactory)) return E_NOINTERFACE;
    *object = static_cast<IClassFactory*>(this);
    AddRef();
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID id, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (outer != nullptr) return CLASS_E_NOAGGREGATION;
    return guarded([&] {
      return ComPointer<Provider>::adopt(new Provider(createSystem(ownModule), ownModule))->QueryInterface(id, object);
    });
  }

  HRESULT STDMETHODCALLTYPE LockServer(BOOL lock) noexcept override {
    liveObjects() += lock != FALSE ? 1 : -1;
    return S_OK;
  }
};

}  // namespace

std::atomic<long>& liveObjects() {
  static std::atomic<long> count{0};
  return count;
}

}  // namespace keyturn

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void*) {
  if (reason == DLL_PROCESS_ATTACH) {
    // No DisableThreadLibraryCalls: the runtime is linked statically and frees what it keeps for each thread when that ends.
    keyturn::ownModule = instance;
  }
  return TRUE;
}

STDAPI DllGetClassObject(REFCLSID classId, REFIID id, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  return keyturn::guarded([&]() -> HRESULT {
    if (!IsEqualCLSID(classId, keyturn::providerClass)) return CLASS_E_CLASSNOTAVAILABLE;
    return keyturn::ComPointer<keyturn::ClassFactory>::adopt(new keyturn::ClassFactory())->QueryInterface(id, object);
  });
}

STDAPI DllCanUnloadNow() { return keyturn::liveObjects() == 0 ? S_OK : S_FALSE; }

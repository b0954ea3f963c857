// The exports of the module. It registers nothing by itself: the installer writes the registry.
#include <windows.h>

#include "class-ids.h"
#include "com.h"
#include "filter.h"
#include "provider.h"
#include "real-system.h"

namespace keyturn {
namespace {

HMODULE ownModule = nullptr;

enum class Product { provider, filter };

class ClassFactory final : public ComObject<IClassFactory> {
 public:
  explicit ClassFactory(Product product) : product_(product) {}

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
      if (product_ == Product::filter)
        return ComPointer<ProviderFilter>::adopt(new ProviderFilter(createSystem(ownModule)))->QueryInterface(id, object);
      return ComPointer<Provider>::adopt(new Provider(createSystem(ownModule), ownModule))->QueryInterface(id, object);
    });
  }

  HRESULT STDMETHODCALLTYPE LockServer(BOOL lock) noexcept override {
    liveObjects() += lock != FALSE ? 1 : -1;
    return S_OK;
  }

 private:
  Product product_;
};

}  // namespace

std::atomic<long>& liveObjects() {
  static std::atomic<long> count{0};
  return count;
}

}  // namespace keyturn

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void*) {
  if (reason == DLL_PROCESS_ATTACH) {
    keyturn::ownModule = instance;
    DisableThreadLibraryCalls(instance);
  }
  return TRUE;
}

STDAPI DllGetClassObject(REFCLSID classId, REFIID id, void** object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  return keyturn::guarded([&]() -> HRESULT {
    using keyturn::ClassFactory;
    keyturn::Product product = keyturn::Product::provider;
    if (IsEqualCLSID(classId, keyturn::filterClass)) {
      product = keyturn::Product::filter;
    } else if (!IsEqualCLSID(classId, keyturn::providerClass)) {
      return CLASS_E_CLASSNOTAVAILABLE;
    }
    return keyturn::ComPointer<ClassFactory>::adopt(new ClassFactory(product))->QueryInterface(id, object);
  });
}

STDAPI DllCanUnloadNow() { return keyturn::liveObjects() == 0 ? S_OK : S_FALSE; }

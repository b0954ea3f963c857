// What every COM object here needs: a count of references, one of all objects of the module, and a wall that no C++ exception
// passes on its way out.
#pragma once

#include <windows.h>

#include <objbase.h>
#include <unknwn.h>

#include <atomic>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "utf.h"

namespace keyturn {

// Live objects and locks; the module may be unloaded at zero.
std::atomic<long>& liveObjects();

// Runs a method's body. What it throws becomes an HRESULT.
template <typename Body>
HRESULT guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return E_OUTOFMEMORY;
  } catch (...) {
    return E_FAIL;
  }
}

template <typename... Interfaces>
class ComObject : public Interfaces... {
 public:
  ComObject() { ++liveObjects(); }
  ComObject(const ComObject&) = delete;
  ComObject& operator=(const ComObject&) = delete;

  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return static_cast<ULONG>(++references_); }
  ULONG STDMETHODCALLTYPE Release() noexcept override {
    const long left = --references_;
    if (left == 0) delete this;
    return static_cast<ULONG>(left);
  }

 protected:
  virtual ~ComObject() { --liveObjects(); }

 private:
  std::atomic<long> references_{1};
};

template <typename T>
class ComPointer {
 public:
  ComPointer() = default;
  // Shares the object: adds a reference.
  explicit ComPointer(T* object) : object_(object) {
    if (object_ != nullptr) object_->AddRef();
  }
  ComPointer(const ComPointer& other) : ComPointer(other.object_) {}
  ComPointer(ComPointer&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ComPointer& operator=(ComPointer other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ComPointer() {
    if (object_ != nullptr) object_->Release();
  }

  // Takes over a reference the caller owns.
  static ComPointer adopt(T* object) {
    ComPointer pointer;
    pointer.object_ = object;
    return pointer;
  }

  T* get() const { return object_; }
  T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  T** out() {
    *this = ComPointer();
    return &object_;
  }

 private:
  T* object_ = nullptr;
};

// A copy in memory that the caller frees with CoTaskMemFree, as COM asks of texts handed out.
inline HRESULT copyOut(std::string_view text, LPWSTR* out) {
  const std::optional<std::wstring> wide = toWide(text);
  if (!wide) return E_FAIL;
  auto* memory = static_cast<LPWSTR>(CoTaskMemAlloc((wide->size() + 1) * sizeof(wchar_t)));
  if (memory == nullptr) return E_OUTOFMEMORY;
  wide->copy(memory, wide->size());
  memory[wide->size()] = L'\0';
  *out = memory;
  return S_OK;
}

}  // namespace keyturn

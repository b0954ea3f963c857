#include "background.h"

#include <memory>

namespace keyturn {
namespace {

struct Task {
  std::function<void()> work;
  HMODULE module = nullptr;
};

DWORD WINAPI runTask(void* parameter) {
  HMODULE module = nullptr;
  {
    const std::unique_ptr<Task> task(static_cast<Task*>(parameter));
    module = task->module;
    task->work();
  }
  FreeLibraryAndExitThread(module, 0);
}

}  // namespace

bool runInBackground(HMODULE module, std::function<void()> work) {
  auto task = std::make_unique<Task>();
  task->work = std::move(work);
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, reinterpret_cast<LPCWSTR>(module), &task->module)) return false;
  const HMODULE held = task->module;
  if (const HANDLE thread = CreateThread(nullptr, 0, runTask, task.get(), 0, nullptr)) {
    task.release();
    CloseHandle(thread);
    return true;
  }
  FreeLibrary(held);
  return false;
}

}  // namespace keyturn

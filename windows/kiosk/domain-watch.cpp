#include "domain-watch.h"

#include <process.h>

#include <cstdint>

namespace keyturn {
namespace {

constexpr std::uint64_t patience = 3000;
constexpr std::uint64_t freshness = 15'000;

class Locked {
 public:
  explicit Locked(SRWLOCK& lock) : lock_(lock) { AcquireSRWLockExclusive(&lock_); }
  ~Locked() { ReleaseSRWLockExclusive(&lock_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  SRWLOCK& lock_;
};

}  // namespace

// Kept by each thread that asks: one that never comes back outlives everything else here.
struct DomainWatch::State {
  explicit State(std::shared_ptr<ISystem> of) : system(std::move(of)) {}
  std::shared_ptr<ISystem> system;
  SRWLOCK lock = SRWLOCK_INIT;
  CONDITION_VARIABLE changed = CONDITION_VARIABLE_INIT;
  bool isAsking = false;
  std::uint64_t askedAt = 0;
  std::uint64_t answeredAt = 0;
  DomainReach answer = DomainReach::notKnown;
};

DomainWatch::DomainWatch(std::shared_ptr<ISystem> system) : state_(std::make_shared<State>(std::move(system))) {
  const Locked locked(state_->lock);
  ask();
}

// With the lock held.
void DomainWatch::ask() {
  auto handed = std::make_unique<std::shared_ptr<State>>(state_);
  state_->askedAt = state_->system->monotonicMilliseconds();
  const std::uintptr_t thread = _beginthreadex(nullptr, 0, run, handed.get(), 0, nullptr);
  if (thread == 0) return;
  handed.release();
  state_->isAsking = true;
  CloseHandle(reinterpret_cast<HANDLE>(thread));
}

unsigned __stdcall DomainWatch::run(void* handed) {
  const std::unique_ptr<std::shared_ptr<State>> owner(static_cast<std::shared_ptr<State>*>(handed));
  State& state = **owner;
  const DomainReach answer = state.system->domainReach();
  const Locked locked(state.lock);
  state.answer = answer;
  state.answeredAt = state.system->monotonicMilliseconds();
  state.isAsking = false;
  WakeAllConditionVariable(&state.changed);
  return 0;
}

DomainReach DomainWatch::answer() {
  State& state = *state_;
  const Locked locked(state.lock);
  const std::uint64_t now = state.system->monotonicMilliseconds();
  if (!state.isAsking && now - state.answeredAt > freshness) ask();
  while (state.isAsking) {
    const std::uint64_t waited = state.system->monotonicMilliseconds() - state.askedAt;
    // An answer from before is none: the cable may have been pulled since.
    if (waited >= patience) return DomainReach::notKnown;
    SleepConditionVariableSRW(&state.changed, &state.lock, static_cast<DWORD>(patience - waited), 0);
  }
  return state.answer;
}

}  // namespace keyturn

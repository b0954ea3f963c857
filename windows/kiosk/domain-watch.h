// Asks now and then whether this computer reaches a domain controller, on a thread of its own: the question may take as long as
// the network makes it, and nobody waits for that.
#pragma once

#include <windows.h>

#include <memory>

#include "system.h"

namespace keyturn {

class DomainWatch {
 public:
  // Asks for the first time at once.
  explicit DomainWatch(std::shared_ptr<ISystem> system);

  // What is known by now. Where a question is under way it waits for the answer, but not beyond three seconds of its asking; an
  // answer that is older than a quarter of a minute is asked for anew.
  DomainReach answer();

 private:
  struct State;
  void ask();
  static unsigned __stdcall run(void* state);

  std::shared_ptr<State> state_;
};

}  // namespace keyturn

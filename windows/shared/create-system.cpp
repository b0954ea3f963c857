#include "real-system.h"

namespace keyturn {

std::shared_ptr<ISystem> createSystem(HMODULE module) { return std::make_shared<RealSystem>(module); }

}  // namespace keyturn

"""Start the real Home Assistant with the parts that a home of lights needs."""

import sys
from types import ModuleType

from homeassistant import bootstrap
from homeassistant.__main__ import main

from .parts import LEFT_OUT, STAND_INS


def stand_in(library: str, name: str) -> None:
    """Let a library be imported that is never called: Home Assistant imports all platforms to describe its actions."""
    module = ModuleType(library)
    setattr(module, name, type(name, (), {}))
    sys.modules[library] = module


if __name__ == "__main__":
    bootstrap.DEFAULT_INTEGRATIONS.difference_update(LEFT_OUT)
    for library, name in STAND_INS.items():
        stand_in(library, name)
    sys.exit(main())

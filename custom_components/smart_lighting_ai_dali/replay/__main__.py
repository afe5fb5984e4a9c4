"""Score the rules on the last days of an installation, from its files alone.

`python custom_components/smart_lighting_ai_dali/replay CONFIG` starts at once: Home Assistant is not loaded for it.
"""

from importlib import import_module
from pathlib import Path
import sys
from types import ModuleType

_PACKAGE = Path(__file__).resolve().parents[1]


def main() -> int:
    """Run the command, with the integration's folder as a package that does not load Home Assistant."""
    name = _PACKAGE.name
    if __package__:
        name = __package__.rpartition(".")[0]
    else:
        # The folder of this file would come first, and its modules before those of Python.
        sys.path.pop(0)
        package = ModuleType(name)
        package.__path__ = [str(_PACKAGE)]
        sys.modules[name] = package
    result: int = import_module(f"{name}.replay.command").main()
    return result


if __name__ == "__main__":
    sys.exit(main())

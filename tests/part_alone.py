"""Load this first for a process with a part of the integration alone, such as its `db`.

The package around it would load all that the integration needs, which makes a process many times as large, and as slow
to start and to fork.
"""

from pathlib import Path
import sys
from types import ModuleType

_NAME = "custom_components.smart_lighting_ai_dali"
if _NAME not in sys.modules:
    _package = ModuleType(_NAME)
    _package.__path__ = [str(Path(__file__).parents[1].joinpath(*_NAME.split(".")))]
    sys.modules[_NAME] = _package

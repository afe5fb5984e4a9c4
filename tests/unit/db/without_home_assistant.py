"""Load this first for a process with the database's part of the integration alone.

The package around it would load Home Assistant, of which that part knows nothing, and which makes a process ten times
as large and as slow to fork.
"""

from pathlib import Path
import sys
from types import ModuleType

_NAME = "custom_components.smart_lighting_ai_dali"
if "homeassistant" not in sys.modules:
    _package = ModuleType(_NAME)
    _package.__path__ = [str(Path(__file__).parents[3].joinpath(*_NAME.split(".")))]
    sys.modules[_NAME] = _package

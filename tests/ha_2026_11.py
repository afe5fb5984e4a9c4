"""Let the test helpers, which are pinned to Home Assistant 2026.10, run on 2026.11 as well.

Loaded by `-p tests.ha_2026_11` before any other plugin: importing homeassistant replaces httpx by httpx2,
and that has to happen before the helpers import respx. Harmless on 2026.10.
"""

import homeassistant  # noqa: F401  # first, see above
from homeassistant.components import logger

if not hasattr(logger, "_clear_logger_overwrites"):
    from homeassistant.components.logger import helpers

    logger._clear_logger_overwrites = helpers._clear_logger_overwrites  # noqa: SLF001

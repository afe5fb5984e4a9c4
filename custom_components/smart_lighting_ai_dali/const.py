"""Names that more than one file of the integration needs."""

from enum import StrEnum
from typing import Final

DOMAIN: Final = "smart_lighting_ai_dali"
# The loggers that the runbook names are below it, wherever the file is that tells something.
PACKAGE: Final = __name__.rpartition(".")[0]
SITE_TITLE: Final = "Smart Lighting AI"

SUBENTRY_LINE: Final = "line"
SUBENTRY_ZONE: Final = "zone"
CONF_KIND: Final = "kind"
CONF_ADAPTER_SERIAL: Final = "adapter_serial"
CONF_PROTOCOL: Final = "protocol"
CONF_FLEET: Final = "fleet"

# The translation key of the light of one gear.
GEAR_LIGHT: Final = "light"


class LineKind(StrEnum):
    """How a line is reached."""

    SERIAL = "serial"
    NETWORK = "network"
    SIMULATED = "simulated"

"""A prepared home for trying the integration: a real Home Assistant with a simulated line."""

from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[2]

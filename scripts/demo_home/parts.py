"""Which parts of Home Assistant the demo home loads, and the libraries that they need.

Home Assistant 2026.11 loads many of its integrations whatever the configuration says. Cameras and voice want ffmpeg,
libturbojpeg and a compiler, which a machine may not have; others fetch things from the internet. Left out, they leave
the log empty and the home on its own.
"""

import json
from pathlib import Path
from typing import Any, Final

import homeassistant
from homeassistant import bootstrap

from . import REPOSITORY

NEED_THE_SYSTEM: Final = frozenset(
    {
        "ai_task",
        "assist_satellite",
        "camera",
        "conversation",
        "image_processing",
        "infrared",
        "radio_frequency",
        "stt",
        "tts",
        "wake_word",
    }
)
NEED_THE_INTERNET: Final = frozenset({"analytics", "marketplace"})
LEFT_OUT: Final = NEED_THE_SYSTEM | NEED_THE_INTERNET

# Left out too, but imported: these need libraries that are plain Python ...
IMPORTED: Final = frozenset({"conversation", "ffmpeg", "tts"})
# ... and these what would have to be compiled, or a library of the system. The name is what is imported from each.
STAND_INS: Final = {"turbojpeg": "TurboJPEG", "pymicro_vad": "MicroVad", "pyspeex_noise": "AudioProcessor"}

# What the configuration of the demo home asks for, in folder.py.
CONFIGURED: Final = frozenset({"history", "logbook"})

INTEGRATION: Final = REPOSITORY / "custom_components" / "smart_lighting_ai_dali"
COMPONENTS: Final = Path(homeassistant.__file__).parent / "components"


def required_libraries() -> list[str]:
    """Return what has to be installed so that Home Assistant installs nothing at its start, as "name==version"."""
    loaded = with_dependencies((bootstrap.DEFAULT_INTEGRATIONS - LEFT_OUT) | CONFIGURED | {INTEGRATION.name})
    return sorted({library for domain in loaded | IMPORTED for library in manifest(domain).get("requirements", ())})


def with_dependencies(domains: frozenset[str] | set[str]) -> set[str]:
    """Return integrations together with those that they come after: Home Assistant wants the libraries of both."""
    found: set[str] = set()
    waiting = set(domains)
    while waiting:
        domain = waiting.pop()
        found.add(domain)
        own = manifest(domain)
        waiting |= {*own.get("dependencies", ()), *own.get("after_dependencies", ())} - found
    return found


def manifest(domain: str) -> dict[str, Any]:
    """Return the manifest of an integration: ours, or one of Home Assistant's."""
    folder = INTEGRATION if domain == INTEGRATION.name else COMPONENTS / domain
    content: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return content


if __name__ == "__main__":
    print("\n".join(required_libraries()))

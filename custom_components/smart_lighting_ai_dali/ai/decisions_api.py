"""Whether the SDK in use has OpenAI's Decisions API: it came with a version that not every Home Assistant has."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def has_decisions() -> bool:
    """Look whether it has, without loading it, which takes a second; it reads the disk, once."""
    spec = find_spec("openai")
    places = (spec.submodule_search_locations if spec is not None else None) or ()
    return any((Path(place) / "resources" / "decisions.py").is_file() for place in places)

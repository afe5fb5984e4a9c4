"""The configuration folder of the demo home."""

from dataclasses import dataclass
import json
from pathlib import Path
import shutil
from typing import Any, Final

from homeassistant.components.onboarding import STORAGE_KEY, STORAGE_VERSION
from homeassistant.components.onboarding.const import STEP_CORE_CONFIG

from . import REPOSITORY

CONFIGURATION: Final = """\
# The demo home of scripts/run. Change what you like: it stays as it is until scripts/run --fresh.
homeassistant:
  name: Demo home
  latitude: 48.2082
  longitude: 16.3738
  elevation: 171
  country: AT
  currency: EUR
  language: en
  time_zone: Europe/Vienna
  unit_system: metric
  auth_mfa_modules: []
  packages: !include_dir_named packages

history:
logbook:

automation: !include automations.yaml
scene: !include scenes.yaml
script: !include scripts.yaml
"""

# What people write for themselves; here, so that the demo shows how the action is called.
AUTOMATIONS: Final = """\
- id: condense
  alias: Condense what happened in the rooms
  triggers:
    - trigger: time_pattern
      minutes: /15
  actions:
    - action: smart_lighting_ai_dali.aggregate_now
"""

# Only there while the address changes: afterwards Home Assistant keeps it in its own storage.
ADDRESS: Final = """\
http:
  server_host: 127.0.0.1
  server_port: {port}
"""


class NotADemoHomeError(Exception):
    """The folder is somebody's, and is left alone."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """A configuration folder that is ours, by the marker in it."""

    path: Path

    def prepare(self, *, fresh: bool) -> None:
        """Make the folder where it is missing, unfinished or to be fresh. Raises NotADemoHomeError."""
        if self.path.exists() and not self._marker.exists() and any(self.path.iterdir()):
            message = f"{self.path} holds something else than a demo home: choose another folder with --config"
            raise NotADemoHomeError(message)
        if fresh or not self.is_finished:
            shutil.rmtree(self.path, ignore_errors=True)
            self._make()
        self._link_integration()

    @property
    def is_finished(self) -> bool:
        """Tell whether everything that is done once was done."""
        return bool(self._read_marker().get("finished"))

    @property
    def port(self) -> int | None:
        """Return the port that Home Assistant keeps for this home, None before the first start."""
        port = self._read_marker().get("port")
        return port if isinstance(port, int) else None

    @property
    def stub_port(self) -> int | None:
        """Return the port that the stub of an AI has for this home, None before the first start."""
        port = self._read_marker().get("stub_port")
        return port if isinstance(port, int) else None

    @property
    def log(self) -> Path:
        """Return Home Assistant's log of the present start."""
        return self.path / "home-assistant.log"

    def change_port(self, port: int) -> None:
        """Let the next start try another port; it has to be confirmed then."""
        (self.path / ".storage" / "http").unlink(missing_ok=True)
        self._address.write_text(ADDRESS.format(port=port))

    def keep_port(self, port: int) -> None:
        """Remember the port that was confirmed."""
        self._address.unlink(missing_ok=True)
        self._write_marker(self._read_marker() | {"port": port})

    def keep_stub_port(self, port: int) -> None:
        """Remember where Home Assistant will look for the stub of an AI."""
        self._write_marker(self._read_marker() | {"stub_port": port})

    def finish(self) -> None:
        """Remember that everything that is done once was done."""
        self._write_marker(self._read_marker() | {"finished": True})

    @property
    def _marker(self) -> Path:
        return self.path / "demo_home.json"

    @property
    def _address(self) -> Path:
        return self.path / "packages" / "address.yaml"

    def _read_marker(self) -> dict[str, Any]:
        if not self._marker.exists():
            return {}
        marker: dict[str, Any] = json.loads(self._marker.read_text())
        return marker

    def _write_marker(self, marker: dict[str, Any]) -> None:
        self._marker.write_text(json.dumps(marker))

    def _make(self) -> None:
        (self.path / "packages").mkdir(parents=True)
        self._write_marker({})
        (self.path / "configuration.yaml").write_text(CONFIGURATION)
        (self.path / "automations.yaml").write_text(AUTOMATIONS)
        (self.path / "scenes.yaml").write_text("[]\n")
        (self.path / "scripts.yaml").write_text("{}\n")
        # Its core configuration stands in the file above. Done over the API, this step would also set up four
        # integrations that live on the internet.
        storage = self.path / ".storage"
        storage.mkdir()
        onboarding = {"version": STORAGE_VERSION, "key": STORAGE_KEY, "data": {"done": [STEP_CORE_CONFIG]}}
        (storage / STORAGE_KEY).write_text(json.dumps(onboarding))

    def _link_integration(self) -> None:
        link = self.path / "custom_components"
        target = REPOSITORY / "custom_components"
        if not link.is_symlink() or link.resolve() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target, target_is_directory=True)

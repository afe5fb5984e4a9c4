"""What a panel can subscribe to: the bus monitor of a line, and how far its commissioning is."""

from collections import deque
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
import voluptuous as vol

from .const import DOMAIN
from .dali.bus_monitor import KEPT, Decoder, Sighting
from .dali.events import CommissioningProgressed
from .site import async_find_line
from .site_line import SiteLine

TYPE_BUS_MONITOR: Final = f"{DOMAIN}/bus_monitor/subscribe"
TYPE_COMMISSIONING: Final = f"{DOMAIN}/commissioning/subscribe"
# What comes within this time goes out as one message, in seconds: a busy line has thirty frames a second.
_GATHERING: Final = 0.1


@callback
def async_register_websocket_commands(hass: HomeAssistant) -> None:
    """Register the commands of the websocket."""
    websocket_api.async_register_command(hass, subscribe_bus_monitor)
    websocket_api.async_register_command(hass, subscribe_commissioning)


@websocket_api.require_admin
@websocket_api.websocket_command({vol.Required("type"): TYPE_BUS_MONITOR, vol.Required("device_id"): str})
@callback
def subscribe_bus_monitor(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, message: dict[str, Any]
) -> None:
    """Send what was on a line lately, and then what comes, until the subscription ends.

    Each event is `{"frames": [...], "dropped": n}`; a frame has `time` (seconds since 1970), `own`, `bits`, `raw`
    (hexadecimal), `answer` and `text`. `dropped` counts what was not sent, since more came than could be.
    """
    line = async_find_line(hass, message["device_id"])
    if line is None:
        connection.send_error(message["id"], websocket_api.ERR_NOT_FOUND, "There is no DALI line with this device.")
        return
    subscription = _Subscription(hass, connection, message["id"], line)
    connection.subscriptions[message["id"]] = subscription.end
    connection.send_result(message["id"])
    subscription.start()


@websocket_api.require_admin
@websocket_api.websocket_command({vol.Required("type"): TYPE_COMMISSIONING, vol.Required("device_id"): str})
@callback
def subscribe_commissioning(
    hass: HomeAssistant, connection: websocket_api.ActiveConnection, message: dict[str, Any]
) -> None:
    """Send how far the commissioning of a line is, and then each time that it has come further.

    Each event is `{"task": ..., "kind": ..., "phase": ..., "found": n, "percent": n}`; `task` is null without a job.
    """
    line = async_find_line(hass, message["device_id"])
    if line is None:
        connection.send_error(message["id"], websocket_api.ERR_NOT_FOUND, "There is no DALI line with this device.")
        return

    @callback
    def send(_: CommissioningProgressed | None = None) -> None:
        progress = line.line.commissioning.progress
        event = {
            "task": progress.task,
            "kind": progress.family,
            "phase": progress.phase,
            "found": progress.found,
            "percent": progress.percent,
        }
        connection.send_message(websocket_api.event_message(message["id"], event))

    connection.subscriptions[message["id"]] = line.coordinator.async_listen(CommissioningProgressed, send)
    connection.send_result(message["id"])
    send()


class _Subscription:
    """One browser that watches one line."""

    def __init__(
        self,
        hass: HomeAssistant,
        connection: websocket_api.ActiveConnection,
        message_id: int,
        line: SiteLine,
    ) -> None:
        self._hass = hass
        self._connection = connection
        self._message_id = message_id
        self._monitor = line.monitor
        self._decoder = Decoder(lambda: line.line.inputs.types)
        self._waiting: deque[Sighting] = deque(maxlen=KEPT)
        self._dropped = 0
        self._unwatch: CALLBACK_TYPE | None = None
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def start(self) -> None:
        """Send what was, and watch what comes."""
        self._waiting.extend(self._monitor.recent)
        self._send()
        self._unwatch = self._monitor.watch(self._see)

    @callback
    def end(self) -> None:
        """Stop watching."""
        if self._unwatch is not None:
            self._unwatch()
            self._unwatch = None
        if self._timer is not None:
            self._timer()
            self._timer = None

    @callback
    def _see(self, sighting: Sighting) -> None:
        self._dropped += len(self._waiting) == KEPT
        self._waiting.append(sighting)
        if self._timer is None:
            self._timer = async_call_later(self._hass, _GATHERING, self._send)

    @callback
    def _send(self, *_: object) -> None:
        self._timer = None
        frames = [self._frame(sighting) for sighting in self._waiting]
        self._waiting.clear()
        dropped, self._dropped = self._dropped, 0
        event = {"frames": frames, "dropped": dropped}
        self._connection.send_message(websocket_api.event_message(self._message_id, event))

    def _frame(self, sighting: Sighting) -> dict[str, Any]:
        return {
            "time": sighting.time,
            "own": sighting.own,
            "bits": sighting.bits,
            "raw": sighting.raw,
            "answer": sighting.is_answer,
            "text": self._decoder.text(sighting),
        }

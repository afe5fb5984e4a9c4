"""`GET /api/smart_lighting_ai_dali/healthz`: how the site is, from memory, for who watches from outside."""

from http import HTTPStatus
from typing import Any, Final

from aiohttp import web
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .health import HealthStatus
from .health_watch import HealthWatch
from .site import Site

PATH: Final = f"/api/{DOMAIN}/healthz"
# What a site that is not there can't say of itself.
_NOT_LOADED: Final = "not_loaded"
_HEADERS: Final = {"Cache-Control": "no-store"}


@callback
def async_register_health_view(hass: HomeAssistant) -> None:
    """Serve it: whether a site is set up or not."""
    hass.http.register_view(HealthView)


class HealthView(HomeAssistantView):
    """The health; administrators see what it is made of.

    Nobody who is logged in is refused: Home Assistant would take that for a wrong login, and may ban who asks.
    """

    url = PATH
    name = f"api:{DOMAIN}:healthz"

    async def get(self, request: web.Request) -> web.Response:
        """Answer 200, or 503 where the site is in error or is not set up; while it stops, Home Assistant answers so."""
        entries = request.app[KEY_HASS].config_entries.async_loaded_entries(DOMAIN)
        if not entries:
            return self._answer({"status": _NOT_LOADED}, is_well=False)
        site: Site = entries[0].runtime_data
        watch = site.health_watch
        # What time alone has changed is seen even if nothing runs by time any more.
        watch.async_look()
        status = watch.health.status
        answer: dict[str, Any] = {"status": status.value}
        if request[KEY_HASS_USER].is_admin:
            answer["parts"] = parts_of(watch)
        return self._answer(answer, is_well=status is not HealthStatus.ERROR)

    def _answer(self, content: dict[str, Any], *, is_well: bool) -> web.Response:
        return self.json(content, HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE, headers=_HEADERS)


def parts_of(watch: HealthWatch) -> list[dict[str, Any]]:
    """Return how each part is, with ages in seconds."""
    now = dt_util.utcnow()
    parts = []
    for key, one in watch.health.parts.items():
        success = watch.last_success(key)
        parts.append(
            {
                "part": one.part.value,
                "name": one.name,
                "status": one.status.value,
                "code": one.code,
                "seconds": round((now - one.since).total_seconds()),
                "seconds_since_success": None if success is None else round((now - success).total_seconds()),
            }
        )
    return parts

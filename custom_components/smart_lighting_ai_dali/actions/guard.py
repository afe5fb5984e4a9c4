"""Whether a call of an action runs: who may, what it was called with, how often, and once where once is meant.

Home Assistant checks the data of a call, and who made it, before an action hears of it. Here both is done with the call
in hand, so that what was refused is written down as well; the caller gets the same errors.
"""

import asyncio
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized, UnknownUser
import voluptuous as vol

from ..audit import Attempt, Audit, Outcome
from ..const import DOMAIN
from ..flows.options_flow import CONF_ALLOW_AUTOMATIONS
from .action import Action, Who
from .rate_limit import TokenBucket

# Within this time a call just like the one before is that one, pressed twice, in seconds.
SAME_SECONDS: Final = 2.0


@dataclass(slots=True)
class _Run:
    """A call that runs, or has just run: whoever made the same one gets its answer."""

    action: str
    user_id: str | None
    digest: str | None
    begun: float
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    answer: ServiceResponse = None
    error: BaseException | None = None


class ActionGuard:
    """Looks at each call of each action."""

    def __init__(self, hass: HomeAssistant, audit: Audit) -> None:
        self._hass = hass
        self._audit = audit
        self._buckets: dict[tuple[str, str | None], TokenBucket] = {}
        self._busy: set[tuple[str, str]] = set()
        # Only the last call can be meant by one just like it: whoever goes from one thing to another and back within
        # two seconds wants all three.
        self._last: _Run | None = None

    async def async_call(self, action: Action, call: ServiceCall) -> ServiceResponse:
        """Run an action for a call. Raises what Home Assistant raises where a user may not, or where data is wrong."""
        attempt = self._audit.begin(action, call)
        try:
            await self._async_admit(action, call)
        except Unauthorized:
            await attempt.async_refused(Outcome.DENIED)
            raise
        try:
            data = _checked(action, call, attempt)
        except vol.Invalid:
            if action.audited:
                await attempt.async_refused(Outcome.INVALID)
            raise
        if call.context.user_id is None and action.is_lasting(data) and not self._automations_may:
            await attempt.async_refused(Outcome.DENIED)
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="automation_may_not")
        checked = ServiceCall(call.hass, call.domain, call.service, data, call.context, call.return_response)
        if action.audited:
            return await self._async_audited(action, checked, attempt)
        try:
            return await action.run(checked)
        except Unauthorized:
            await attempt.async_refused(Outcome.DENIED)
            raise

    @property
    def _automations_may(self) -> bool:
        entries = self._hass.config_entries.async_loaded_entries(DOMAIN)
        return any(entry.options.get(CONF_ALLOW_AUTOMATIONS, False) for entry in entries)

    async def _async_admit(self, action: Action, call: ServiceCall) -> None:
        """Raise Unauthorized, as Home Assistant does for an action of administrators, where a user is none."""
        if action.who is not Who.ADMINISTRATORS or not call.context.user_id:
            return
        user = await self._hass.auth.async_get_user(call.context.user_id)
        if user is None:
            raise UnknownUser(context=call.context)
        if not user.is_admin:
            raise Unauthorized(context=call.context)

    async def _async_audited(self, action: Action, call: ServiceCall, attempt: Attempt) -> ServiceResponse:
        user_id = call.context.user_id
        while (same := self._same(action, user_id, attempt)) is not None:
            await same.ended.wait()
            # One that was cancelled has no answer: then this one runs.
            if same.error is None or isinstance(same.error, Exception):
                await attempt.async_refused(Outcome.DUPLICATE)
                if same.error is not None:
                    raise same.error
                return same.answer
        bucket = self._buckets.setdefault((action.name, user_id), TokenBucket(action.rate))
        if not bucket.take(self._hass.loop.time()):
            await attempt.async_refused(Outcome.RATE_LIMITED)
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="too_many_calls",
                translation_placeholders={"seconds": str(ceil(bucket.wait))},
            )
        busy = action.name, str(call.data.get(ATTR_DEVICE_ID, ""))
        if action.single and busy in self._busy:
            await attempt.async_refused(Outcome.BUSY)
            raise ServiceValidationError(translation_domain=DOMAIN, translation_key="already_running")
        self._busy.add(busy)
        run = self._last = _Run(action.name, user_id, attempt.digest, attempt.begun)
        try:
            return await self._async_run(action, call, attempt, run)
        finally:
            self._busy.discard(busy)
            run.ended.set()

    async def _async_run(self, action: Action, call: ServiceCall, attempt: Attempt, run: _Run) -> ServiceResponse:
        """Run it between its two rows."""
        try:
            await attempt.async_started()
            run.answer = await action.run(call)
        except BaseException as error:
            run.error = error
            raise
        finally:
            took = round((self._hass.loop.time() - attempt.begun) * 1000)
            await attempt.async_finished(run.error, took)
        return run.answer

    def _same(self, action: Action, user_id: str | None, attempt: Attempt) -> _Run | None:
        """Return the call before, where this is the same once more."""
        last = self._last
        if last is None or attempt.begun - last.begun >= SAME_SECONDS:
            return None
        if (last.action, last.user_id, last.digest) != (action.name, user_id, attempt.digest):
            return None
        return None if last.ended.is_set() and last.error is not None else last


def _checked(action: Action, call: ServiceCall, attempt: Attempt) -> dict[str, object]:
    """Return what an action was called with, checked by its schema. Raises vol.Invalid."""
    if attempt.digest is None:
        raise vol.Invalid("more data than the action takes, or text that is none")
    try:
        data: dict[str, object] = action.schema(dict(call.data))
    except (OverflowError, RecursionError) as error:
        raise vol.Invalid("a number is too large") from error
    return data

"""Who wanted what the lights of a zone do: each act of a person becomes a choice, and nothing else does.

Nothing is read off the states of lights: a rounded level, a fade on its way, a lamp that fails, a line that comes back
look like changes, and are nobody's wish. What counts is the act itself: a call that reaches a light of ours, with its
context, and a frame of another master on a line. So a wish for what is there already counts too.
"""

from collections.abc import Callable, Iterable, Mapping
import logging
from typing import TYPE_CHECKING, Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback

from ..const import PACKAGE
from ..coordinator import Asked, LineCoordinator
from ..dali.events import ButtonUsed, LineStatus, Overheard, StatusChanged
from ..dali.level import OFF, Level
from ..dali.target import Colour, ColourTemperature
from ..light_colours import kelvin_of
from ..zones.acts import Act, choice_of
from ..zones.overrides import Choice, Origin
from .choice_scenes import SceneAct, async_listen_to_scenes
from .zone_lamps import Lamp, ZoneLamps, light_of_gear

if TYPE_CHECKING:
    from ..site_line import SiteLine

_LOGGER = logging.getLogger(f"{PACKAGE}.control_service")

# Acts on the lamps of a zone that belong together are one choice. A call reaches them all at once; the frames of
# another master are 25 to 40 ms apart. No longer than the third, in seconds, or one who dims would never be heard.
_CALLS_TOGETHER: Final = 0.01
_FRAMES_TOGETHER: Final = 0.1
_MOST_TOGETHER: Final = 0.5
# A scene is told before its lights are called: the same choice by the same call is told once within so many seconds.
_TOLD_ONCE: Final = 1.0
# A button of the line that was used so long before a frame is what it came of, in seconds.
_AFTER_BUTTON: Final = 1.0

type ChoiceListener = Callable[[str, Choice, Context], None]


class OwnContexts:
    """The contexts of what we do ourselves, so that neither that nor what comes of it is taken for a person's wish."""

    # A call is heard of within a second, and what its change triggers soon after: a busy house makes a few per second.
    _KEPT: Final = 1000

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def new(self, cause: Context | None = None) -> Context:
        """Return a context for something that we do, on account of what happened in another."""
        context = Context(parent_id=None if cause is None else cause.id)
        self._ids[context.id] = None
        if len(self._ids) > self._KEPT:
            del self._ids[next(iter(self._ids))]
        return context

    def owns(self, context: Context) -> bool:
        """Tell whether something happened since we did something: an automation that follows us is no wish either."""
        return context.id in self._ids or context.parent_id in self._ids


class _Gathered:
    """Acts that belong together."""

    def __init__(self, origin: Origin, context: Context, now: float) -> None:
        self.origin = origin
        self.context = context
        self.begun = now
        self.acts: dict[Lamp, Act] = {}

    def add(self, lamp: Lamp, act: Act) -> None:
        """Take an act on a lamp."""
        self.acts[lamp] = self.acts[lamp].then(act) if lamp in self.acts else act


class ChoiceTracker:
    """Watches the lights of all zones of a site, and tells each choice of a person, by the key of its zone.

    Whether automations are people is asked elsewhere: their choices have that origin.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        lines: Mapping[str, SiteLine],
        on_choice: ChoiceListener,
        is_ours: Callable[[Context], bool],
    ) -> None:
        self._hass = hass
        self._lamps = ZoneLamps(hass, lines)
        self._on_choice = on_choice
        self._is_ours = is_ours
        self._gathered: _Gathered | None = None
        self._timer: CALLBACK_TYPE | None = None
        self._told: dict[str, tuple[str, Choice, float]] = {}
        """The last choice of each zone, with the id of its context, and when it was told by the loop's clock."""
        self._buttons: dict[str, float] = {}
        """When a button of a line was used last, by the loop's clock."""
        self._awaited: dict[Lamp, Origin] = {}
        """Lamps that another master sent where only they know, and who that is."""
        self._stops: list[CALLBACK_TYPE] = [async_listen_to_scenes(hass, self._scene_called)]

    @callback
    def async_follow(self, lights: Mapping[str, Iterable[str]]) -> None:
        """Watch these zones from now on.

        `lights` is the entity ids of the lights of each by its key: gear, groups or all of a line, and groups of Home
        Assistant's that any of these are in.
        """
        self._lamps.lights = lights

    @callback
    def async_stop(self) -> None:
        """Listen no more; what was gathered is told."""
        for stop in self._stops:
            stop()
        self._stops.clear()
        self._flush()

    # What is heard

    @callback
    def async_follow_line(self, coordinator: LineCoordinator) -> None:
        """Watch a line too."""
        line = coordinator.subentry_id

        @callback
        def call(asked: Asked) -> None:
            if not self._is_ours(asked.context):
                acts = {
                    (line, key): _asked(coordinator, key, level, asked.colour, names_level=asked.names_level)
                    for key, level in asked.levels.items()
                }
                self._gather(_origin_of(asked.context), asked.context, acts, _CALLS_TOGETHER)

        @callback
        def overhear(event: Overheard) -> None:
            self._overheard(coordinator, event)

        @callback
        def use_button(_: ButtonUsed) -> None:
            self._buttons[line] = self._hass.loop.time()

        @callback
        def change(event: StatusChanged) -> None:
            if event.status is not LineStatus.ONLINE:
                self._awaited = {lamp: origin for lamp, origin in self._awaited.items() if lamp[0] != line}

        self._stops += (
            coordinator.async_listen_to_calls(call),
            coordinator.async_listen(Overheard, overhear),
            coordinator.async_listen(ButtonUsed, use_button),
            coordinator.async_listen(StatusChanged, change),
        )

    @callback
    def _overheard(self, coordinator: LineCoordinator, event: Overheard) -> None:
        now, line = self._hass.loop.time(), coordinator.subentry_id
        by_button = now - self._buttons.get(line, -_AFTER_BUTTON) < _AFTER_BUTTON
        origin = Origin.BUTTON if by_button else Origin.MASTER
        acts: dict[Lamp, Act] = {}
        gear = coordinator.line.gear
        for key, level in event.levels.items():
            lamp = (line, key)
            if key not in gear:
                # It was forgotten just now.
                continue
            if level is not None:
                origin = self._awaited.pop(lamp, origin)
                acts[lamp] = _asked(coordinator, key, level, None, names_level=True)
            elif lamp not in self._awaited:
                # Somebody dims: what there is holds until the lamp says where it is, so that nothing works against it.
                self._awaited[lamp] = origin
                if before := coordinator.line.state(key).level:
                    acts[lamp] = _asked(coordinator, key, before, None, names_level=True)
        for key in event.colours & gear.keys():
            if (colour := coordinator.line.state(key).colour) is not None:
                lamp = (line, key)
                acts[lamp] = acts.get(lamp, Act()).then(_coloured(colour))
        self._gather(origin, None, acts, _FRAMES_TOGETHER)

    @callback
    def _scene_called(self, acts: Iterable[SceneAct], context: Context) -> None:
        """Take a scene of Home Assistant's: lights that are as it wants them already are not called."""
        if self._is_ours(context):
            return
        gathered: dict[Lamp, Act] = {}
        for act in acts:
            for coordinator, key in self._lamps.behind(act.entity_id):
                if key not in coordinator.line.gear:
                    continue
                level = act.level_of(coordinator.line.gear[key], coordinator.line.state(key))
                lamp = (coordinator.subentry_id, key)
                gathered[lamp] = _asked(coordinator, key, level, act.colour, names_level=act.brightness is not None)
        self._gather(_origin_of(context), context, gathered, _CALLS_TOGETHER)

    # What becomes of it

    @callback
    def _gather(self, origin: Origin, context: Context | None, acts: Mapping[Lamp, Act], seconds: float) -> None:
        """Take acts together with those just before that are of the same call, or of the same kind of master."""
        if not acts:
            return
        now, gathered = self._hass.loop.time(), self._gathered
        same_call = gathered is not None and (context is None or context.id == gathered.context.id)
        if gathered is None or not same_call or gathered.origin is not origin:
            self._flush()
            gathered = self._gathered = _Gathered(origin, Context() if context is None else context, now)
        for lamp, act in acts.items():
            gathered.add(lamp, act)
        if self._timer is not None:
            self._timer()
        wait = min(seconds, gathered.begun + _MOST_TOGETHER - now)
        self._timer = self._hass.loop.call_later(wait, self._flush).cancel

    @callback
    def _flush(self) -> None:
        """Tell what was gathered."""
        if self._timer is not None:
            self._timer()
            self._timer = None
        gathered, self._gathered = self._gathered, None
        if gathered is None:
            return
        for zone, lamps in self._lamps.zones():
            acts = {lamp: act for lamp, act in gathered.acts.items() if lamp in lamps}
            if not acts or (choice := choice_of(gathered.origin, acts, lamps)) is None:
                continue
            now, context = self._hass.loop.time(), gathered.context
            *before, told_at = self._told.get(zone, (None, None, 0.0))
            if before == [context.id, choice] and now < told_at + _TOLD_ONCE:
                continue
            self._told[zone] = context.id, choice, now
            _LOGGER.debug("zone=%r choice=made detail=%r", zone, repr(choice))
            self._on_choice(zone, choice, context)


def _origin_of(context: Context) -> Origin:
    """Return by what means a call came: what a person starts has a user, what an automation does has none."""
    return Origin.AUTOMATION if context.user_id is None else Origin.DASHBOARD


def _asked(
    coordinator: LineCoordinator, key: str, level: Level | None, colour: Colour | None, *, names_level: bool
) -> Act:
    gear = coordinator.line.gear[key]
    colour = gear.fit(colour)
    is_off = level == OFF
    act = Act(
        is_on=not is_off,
        light=light_of_gear(level, gear),
        names_light=names_level and not is_off,
    )
    return act if colour is None else act.then(_coloured(colour))


def _coloured(colour: Colour) -> Act:
    if isinstance(colour, ColourTemperature):
        return Act(colour_temperature=kelvin_of(colour.mirek))
    return Act(other_colour=True)

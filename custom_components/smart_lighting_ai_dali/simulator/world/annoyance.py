"""When people do something about the light: the more it is not as they want it, the sooner, and less once used to it.

How likely a hand goes to the switch follows what was seen in offices (Reinhart's Lightswitch-2002, Lindelöf and Morel
2006): in the dark soon, where it is a little too dark or too bright seldom, and hardly ever otherwise.
"""

from collections.abc import Callable
from math import exp
import random
from typing import Final

from .events import Choice
from .rooms import RoomState
from .timeline import Timeline

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
# Rates a second. In the dark, half a minute is long; what is a bit wrong, many bear for hours.
_DARK: Final = 2 / _MINUTE
_LEFT_IN_THE_DARK: Final = 6 / _MINUTE
_GETTING_UP: Final = 12 / _MINUTE
_DIM: Final = 0.03 / _MINUTE
_BIT_DIM: Final = 0.004 / _MINUTE
_GLARING: Final = 0.03 / _MINUTE
_BRIGHT: Final = 0.01 / _MINUTE
_BIT_BRIGHT: Final = 0.002 / _MINUTE
_OVER_SLEEPERS: Final = 3 / _MINUTE
_WRONG_COLOUR: Final = 0.005 / _MINUTE
# A controller has this long after somebody came in, or the light went off, in seconds.
_PATIENCE: Final = 4.0
# Light that wakes somebody, in lux.
_WAKING: Final = 5.0
# A colour temperature this far off is seen at once, in mirek.
_SEEN: Final = 60.0
_MIREK: Final = 1_000_000
# People are used to a light after 20 hours of it, and no longer after 60 of what they want.
_USED: Final = 20 * _HOUR
_UNUSED: Final = 60 * _HOUR
_MOST_USED: Final = 0.7
_TASTE_SPREAD: Final = 0.08


class Annoyance:
    """The people of one room as to its light; `act` is called with who does what: a choice, and the output wanted."""

    def __init__(
        self,
        room: RoomState,
        *,
        timeline: Timeline,
        act: Callable[[RoomState, int, Choice, float], None],
        tempers: list[float],
        seed: int,
    ) -> None:
        self._room = room
        self._timeline = timeline
        self._act = act
        self._tempers = tempers
        self._random = random.Random(f"annoyance {seed} {room.name}")
        self._left = self._random.expovariate(1)
        self._rate = 0.0
        self._since = timeline.now
        self._who = -1
        self._mild = False
        self._used: dict[int, float] = {}
        self._plan = 0
        self._went_dark = -1e9

    def went_dark(self) -> None:
        """Know that the light was turned off over who is there."""
        self._went_dark = self._timeline.now

    def look(self) -> None:
        """See the light as it is now, or will be once a fade has ended."""
        now = self._timeline.now
        self._bear(now)
        room = self._room
        self._who = room.wanting if room.awake else next(iter(room.stays), -1)
        self._rate, self._mild = self._discomfort(now) if self._who >= 0 else (0.0, False)
        if self._who >= 0:
            self._rate *= self._tempers[self._who]
        if self._mild:
            self._rate *= 1 - _MOST_USED * self._used.get(self._who, 0.0)
        self._since = max(now, room.entered + _PATIENCE, self._went_dark + _PATIENCE)
        self._plan += 1
        if self._rate > 0:
            plan = self._plan
            self._timeline.call_at(self._since + self._left / self._rate, lambda: self._do_something(plan))

    def _bear(self, now: float) -> None:
        """Take in the time since the last look."""
        borne = max(0.0, now - self._since)
        self._left = max(1e-9, self._left - borne * self._rate)
        if self._who >= 0 and borne > 0:
            used = self._used.get(self._who, 0.0)
            if self._mild:
                self._used[self._who] = 1 - (1 - used) * exp(-borne / _USED)
            elif used > 0:
                self._used[self._who] = used * exp(-borne / _UNUSED)

    def _discomfort(self, now: float) -> tuple[float, bool]:
        """Return how soon somebody does something, a second, and whether they can get used to it."""
        room = self._room
        output = room.lamp.output
        if not room.awake:
            # Who sleeps is woken by light, and turns it off.
            return (_OVER_SLEEPERS if output * room.full_lux > _WAKING else 0.0), False
        lux = room.settled_lux()
        ratio = lux / room.wanted
        if ratio < 0.8:
            if output >= 1:
                return 0.0, False  # there is no more light to be had
            if ratio < 0.3:
                if now - room.woke < _MINUTE:
                    return _GETTING_UP, False
                return (_LEFT_IN_THE_DARK if now - self._went_dark < _MINUTE else _DARK), False
            return (_DIM, True) if ratio < 0.6 else (_BIT_DIM, True)
        if output > max(room.needed() + 0.2, room.specification.lamps.minimum * 1.5):
            if ratio > 3:
                return _GLARING, True
            return (_BRIGHT, True) if ratio > 1.5 else (_BIT_BRIGHT, True)
        if output > 0 and self._colour_is_off():
            return _WRONG_COLOUR, True
        return 0.0, False

    def _colour_is_off(self) -> bool:
        warmest, coolest = self._room.specification.lamps.kelvin
        if warmest == coolest:
            return False
        wanted = max(warmest, min(coolest, self._room.wanted_kelvin))
        return abs(_MIREK / wanted - _MIREK / self._room.lamp.kelvin) > _SEEN

    def _do_something(self, plan: int) -> None:
        if plan != self._plan:
            return
        room = self._room
        output, lamps = room.lamp.output, room.specification.lamps
        self._left = self._random.expovariate(1)
        self._since = self._timeline.now
        if not room.awake:
            self._act(room, self._who, Choice.OFF, 0.0)
            return
        missing = room.wanted * self._random.lognormvariate(0, _TASTE_SPREAD) - (
            room.settled_lux() - output * room.full_lux
        )
        wanted = max(lamps.minimum, min(1.0, missing / room.full_lux)) if missing > 0 else 0.0
        ratio = room.settled_lux() / room.wanted
        if ratio >= 0.8 and output <= room.needed() + 0.2 and self._colour_is_off():
            self._act(room, self._who, Choice.COLOUR, output)
        elif output == 0:
            self._act(room, self._who, Choice.ON, max(wanted, lamps.minimum))
        elif wanted == 0:
            self._act(room, self._who, Choice.OFF, 0.0)
        else:
            self._act(room, self._who, Choice.UP if wanted > output else Choice.DOWN, wanted)

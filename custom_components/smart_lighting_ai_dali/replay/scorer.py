"""Counts how good the light of one contender was, with what a witness knows of the people and the daylight.

Whether somebody is there turns out later: what is counted meanwhile waits until they are seen again, or not.
"""

from math import inf
from typing import Final

from ..zones.score import BIG_STEP, DARK, ENOUGH, Sums, needed_light, relative_power
from .lamp import Light
from .witness import Stay, Witness

# Whoever is seen within so many seconds of the light going off was there.
_AT_ONCE: Final = 60.0
# A fade is looked at in pieces of so many seconds.
_PIECE: Final = 5.0
# Whoever came in this lately sees no step, and changes within this time are one to the eye, in seconds.
_ARRIVAL: Final = 10.0
_TOGETHER: Final = 10.0


class Scorer:
    """One contender in one zone."""

    def __init__(self, witness: Witness, at: float, light: float | None, reference: Light | None = None) -> None:
        """Make it; what saves energy saves it against a reference, its own light where none is given."""
        self.light = Light(at, light)
        self.sums = Sums()
        self._witness = witness
        self._reference = self.light if reference is None else reference
        self._since = at
        self._maybe = Sums()
        """What counts if whoever was seen proves to be there still."""
        self._otherwise = Sums()
        """What counts if not."""
        self._counts = False
        self._went_off = -inf
        self._step_begun = -inf
        self._step_from = 0.0

    def begin(self) -> None:
        """Count from now on; what happens before only sets the scene."""
        self.sums, self._maybe, self._otherwise = Sums(), Sums(), Sums()
        self._went_off = -inf
        self._counts = True

    # --- Time

    def advance(self, to: float) -> None:
        """Count up to a time; nothing that the witness knows, nor the light, changed in between."""
        if not self._counts:
            self._since = to
        while self._since < to:
            begin, until = self._since, to
            for light in (self.light, self._reference):
                if begin < light.settled_at:
                    until = min(until, light.settled_at, begin + _PIECE)
            self._since = until
            middle = (begin + until) / 2
            light_then = self.light.at(middle)
            if light_then is not None:
                self._count(begin, until - begin, light_then, self._reference.at(middle))

    def _count(self, at: float, seconds: float, light: float, reference: float | None) -> None:
        witness, sums = self._witness, self.sums
        load = relative_power(light) * seconds
        referred = relative_power(reference or 0.0) * seconds
        sums.known += seconds
        sums.full_load += load
        sums.reference_load += referred
        if witness.is_blind:
            return
        wanted = witness.wanted(at) if witness.may_be_there(at) else None
        if wanted is None:
            sums.compared_load += load
            sums.compared_reference += referred
            return
        if not witness.occupancy.is_seen:
            sums = self._maybe
            self._otherwise.compared_load += load
            self._otherwise.compared_reference += referred
        sums.occupied += seconds
        daylight, lux_at_full = witness.daylight, witness.lux_at_full
        if daylight is None or lux_at_full is None:
            return
        needed = needed_light(wanted, daylight, lux_at_full)
        sums.compared_load += load
        sums.compared_reference += referred
        sums.compared_least += relative_power(needed) * seconds
        sums.count(seconds, lux=daylight + light * lux_at_full, wanted=wanted, light=light, needed=needed)

    # --- What happens

    def set_light(self, light: float | None, at: float, *, fade: float = 0.0, by_person: bool = False) -> None:
        """Change the light now; a person's change is no fault of the contender's."""
        self.advance(at)
        before, target = self.light.at(at), self.light.target
        if not by_person and before is not None and target is not None and light is not None:
            self._look_at(at, before, light, was_on=target > 0)
        else:
            self._step_begun = self._went_off = -inf
        self.light.go(light, at, fade)

    def seen(self, at: float) -> None:
        """Take that somebody is seen, or switches the light on."""
        # On a way, the next one comes at any time.
        if at - self._went_off <= _AT_ONCE and not (
            self._witness.is_way and self._witness.may_have_come(self._went_off)
        ):
            self.sums.false_offs += 1
        self._went_off = -inf

    def settle(self, stay: Stay) -> None:
        """Count what waits, now that it is known whether whoever was seen before was there; else it counts nowhere."""
        if stay is not Stay.NOBODY_KNOWS:
            self.sums.add(self._maybe if stay is Stay.STAYED else self._otherwise)
        self._maybe, self._otherwise = Sums(), Sums()

    def _look_at(self, at: float, before: float, light: float, *, was_on: bool) -> None:
        """Count what people who are there may see of a change, and whether it leaves them in the dark."""
        witness = self._witness
        wanted = None if witness.is_blind or not witness.may_be_there(at) else witness.wanted(at)
        daylight, lux_at_full = witness.daylight, witness.lux_at_full
        if light == 0 and was_on:
            # Also where nobody is believed to be there: who is seen in a moment was.
            bright = wanted is not None and daylight is not None and daylight >= ENOUGH * wanted
            self._went_off = -inf if bright or witness.is_blind else at
            if witness.occupancy.is_seen and wanted is not None and not bright:
                self.seen(at)
        elif light > 0:
            self._went_off = -inf
        if wanted is None or daylight is None or lux_at_full is None:
            return
        lux = daylight + before * lux_at_full
        awaited = not was_on and lux < DARK * wanted
        if awaited or at - witness.entered < _ARRIVAL or light == before:
            self._step_begun = -inf
            return
        if at - self._step_begun >= _TOGETHER:
            self._step_begun, self._step_from = at, lux
        step = abs(daylight + light * lux_at_full - self._step_from) / max(self._step_from, 1.0)
        (self.sums if witness.occupancy.is_seen else self._maybe).big_steps += step > BIG_STEP

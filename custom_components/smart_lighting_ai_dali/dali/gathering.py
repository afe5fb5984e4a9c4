"""Targets that arrive together leave together: what waits for the line becomes one plan of frames."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from dali.sequences import sleep

from .errors import LineError
from .frame_planner import Attribute, Hearer, Step, plan_frames
from .sequences import ATTEMPTS, Steps
from .state import Effect, KnownState
from .target import Colour, Target
from .timing import Priority
from .transactions import IsWanted, MayYield, Transactions

# A target whose turn comes at once waits until so long, in seconds, nothing else came: a light alone waits a fraction
# of its frame. Calls that keep coming are waited for no longer than the second. Behind a busy line nobody waits.
QUIET: Final = 0.001
GATHERING: Final = 0.05
# So many settings, of two frames each, follow one register: 13 frames take 370 ms, and no transaction should take more
# than 400. Then others may go, levels as well, and the register is staged again.
_MOST_IN_A_ROW: Final = 6
# The longest fade, in seconds (IEC 62386-102, 9.5.4): so long a gear may move whose fade is not known.
_LONGEST_FADE: Final = 960.0


@dataclass(slots=True, eq=False)
class _Wish:
    """What one caller wants of one gear."""

    key: str
    target: Target
    priority: Priority
    arrived: float
    fresh: bool = True
    """Whether the event loop had no time yet to bring what comes together with it."""
    done: bool = False
    error: LineError | None = None
    fade_attempts: int = 0
    colour_attempts: int = 0
    level_sent: bool = False
    """Whether what is left is the colour alone."""
    begun: bool = False
    """Whether it goes before newer ones: else, while they keep coming, colours would be staged and never shown."""
    carrying: list[_Wish] = field(default_factory=list)
    """Whose frames are under way in this caller's turn."""

    @property
    def left(self) -> Target:
        """Return what is left of its target; what others spoil over and over is given up."""
        target = self.target
        return Target(
            level=None if self.level_sent else target.level,
            colour=target.colour if self.colour_attempts <= ATTEMPTS else None,
            fade=target.fade if self.fade_attempts < ATTEMPTS else None,
        )

    def settle(self) -> None:
        """Take note that what came together with it is there."""
        self.fresh = False

    def finish(self, error: LineError | None = None) -> None:
        """Take note that it was carried, or why not."""
        if not self.done:
            self.done, self.error = True, error


class Gathering:
    """All targets that wait for one line.

    Each caller waits for a turn of its own. Whoever's turn it is sends what the plan for all has next, until its own
    target is carried: frames are sent in the order in which the targets came, each with the priority of a caller, and
    nothing runs that nobody waits for.
    """

    def __init__(
        self,
        transactions: Transactions,
        known: KnownState,
        *,
        all_known: Callable[[], bool],
        carried: Callable[[str, Target], None],
    ) -> None:
        self._transactions = transactions
        self._known = known
        self._all_known = all_known
        self._carried = carried
        self._waiting: dict[str, list[_Wish]] = {}
        self._newest = 0.0
        self._arrived = 0
        self._moving: dict[str, float] = {}
        self._fading: dict[str, tuple[Colour, float]] = {}
        """Colours that gear may be on its way to, and until when."""
        self._steps: deque[Step] = deque()
        self._planned_for: tuple[int, Priority] | None = None
        self._changes = 0
        self._sending = False

    async def go(self, key: str, target: Target, priority: Priority) -> None:
        """Have the line take a gear to a target. Raises LineError.

        The newest target of a gear is sent, and who wanted an older one is answered with it.
        """
        await self.go_together({key: target}, priority)

    async def go_together(self, targets: Mapping[str, Target], priority: Priority) -> None:
        """Have the line take several gear to their targets, as `go` does with one. Raises LineError.

        Where it fails for some, the others are still taken there.
        """
        loop = asyncio.get_running_loop()
        self._newest = loop.time()
        self._arrived += 1
        wishes = [
            _Wish(key, self._with_fading_colour(key, target), priority, self._newest) for key, target in targets.items()
        ]
        for wish in wishes:
            loop.call_soon(wish.settle)
            self._waiting.setdefault(wish.key, []).append(wish)
        self._changes += 1
        try:
            for wish in wishes:
                while not wish.done:
                    await self._take_turn(wish)
        finally:
            for wish in wishes:
                self._drop(wish)
        for wish in wishes:
            if wish.error is not None:
                raise wish.error.again()

    def seen(self, effect: Effect, *, own: bool) -> None:
        """Take note of a frame that was on the line: a plan that it was not part of may be wrong now."""
        if not own or not self._sending:
            self._changes += 1
        for key in effect.changed | effect.unread:
            self._moves(key, self._known.fade(key).seconds)

    def drop(self, keys: Iterable[str]) -> None:
        """Drop what is wanted of gear that is sent elsewhere; who wanted it is answered as if it were there."""
        for key in keys:
            for wish in self._waiting.pop(key, []):
                wish.finish()
        self._changes += 1

    def forget(self, key: str) -> None:
        """Drop what is known and wanted of a gear that is gone."""
        self.drop((key,))
        self._moving.pop(key, None)
        self._fading.pop(key, None)

    # One caller's turn

    async def _take_turn(self, wish: _Wish) -> None:
        """Send until a target is carried. Raises LineError where no frame of anybody is to blame."""
        try:
            await self._transactions.send(self._carry(wish), priority=wish.priority)
        except LineError as error:
            for other in wish.carrying:
                other.finish(error)
                self._drop(other)
            if not wish.carrying and not wish.done:
                raise
        finally:
            wish.carrying = []

    def _carry(self, wish: _Wish) -> Steps[None]:
        loop = asyncio.get_running_loop()
        gathering = wish.fresh or loop.time() < self._newest + QUIET
        while gathering and not wish.done:
            arrived = self._arrived
            yield sleep(QUIET)
            # Time alone does not tell: the event loop may have been held up.
            gathering = arrived != self._arrived and loop.time() < wish.arrived + GATHERING
        while not wish.done:
            step = self._next_step(wish.priority)
            if step is None:
                # There is nothing to do for it, or the gear is not there any more.
                wish.finish()
                return
            yield from self._send(step, wish)
            if not wish.done:
                yield MayYield()

    def _send(self, step: Step, turn: _Wish) -> Steps[None]:
        """Send a step, and answer those who are carried by it; what comes for them meanwhile is not."""
        wishes = [wish for key in step.gear for wish in self._up_to_next(key)]
        turn.carrying = wishes
        self._sending = True
        try:
            for number, command in enumerate(step.commands):
                # One address at least, or a busy line would see registers staged and nothing done with them.
                may_end = step.attribute is Attribute.FADE and number > 1
                if may_end and (number > _MOST_IN_A_ROW or (yield IsWanted())):
                    self._changes += 1
                    break
                yield command
            else:
                self._sent(step, wishes)
        finally:
            self._sending = False
        turn.carrying = []

    def _sent(self, step: Step, wishes: Iterable[_Wish]) -> None:
        newest = {wish.key: wish for wish in wishes}
        if not step.carries:
            # Another master may have spoiled the register: what is known now tells, and it is done again.
            self._changes += 1
        carried = {key for key, wish in newest.items() if key in step.carries and self._shows_colour(wish)}
        for key, wish in newest.items():
            if key not in carried:
                self._take_note(step, wish)
                continue
            fade = wish.target.fade
            self._moves(key, None if fade is None else fade.seconds)
            if (colour := wish.left.colour) is not None:
                self._fading[key] = colour, self._moving[key]
            self._carried(key, wish.target)
        for wish in wishes:
            if wish.key in carried:
                wish.finish()
                self._drop(wish, carried=True)
        if carried & self._waiting.keys():
            self._changes += 1

    def _shows_colour(self, wish: _Wish) -> bool:
        """Tell whether a gear shows the colour that it should: another master may have come in between."""
        colour = wish.left.colour
        return colour is None or self._known.colours.shown(wish.key) == colour

    def _take_note(self, step: Step, wish: _Wish) -> None:
        """Take note of a step after which something is left."""
        match step.attribute:
            case Attribute.FADE:
                wish.fade_attempts += 1
            case Attribute.STAGED_COLOUR:
                wish.colour_attempts += 1
                wish.begun = True
            case Attribute.LEVEL:
                wish.level_sent = wish.begun = True
        if wish.key in step.carries:
            # It was not carried after all.
            self._changes += 1

    # What waits, and what is known

    def _with_fading_colour(self, key: str, target: Target) -> Target:
        """Return a target with the colour that the gear is fading to: a new level ends that fade where it is."""
        colour, until = self._fading.get(key, (None, 0.0))
        if target.level is None or target.colour is not None or asyncio.get_running_loop().time() >= until:
            return target
        return replace(target, colour=colour) if self._known.colours.shown(key) == colour else target

    def _up_to_next(self, key: str) -> list[_Wish]:
        """Return the wish that is sent next, the newest or one that is begun, after those that it answers as well."""
        wishes = self._waiting.get(key, [])
        begun = next((number for number, wish in enumerate(wishes, 1) if wish.begun), len(wishes))
        return wishes[:begun]

    def _drop(self, wish: _Wish, *, carried: bool = False) -> None:
        waiting = self._waiting.get(wish.key, [])
        if wish not in waiting:
            return
        waiting.remove(wish)
        if not waiting:
            del self._waiting[wish.key]
        if not carried:
            self._changes += 1

    def _next_step(self, priority: Priority) -> Step | None:
        """Return what is to be sent next in a turn of that priority; the plan stands until something changes."""
        if self._planned_for != (self._changes, priority):
            self._steps = deque(self._plan(priority))
            self._planned_for = self._changes, priority
        return self._steps.popleft() if self._steps else None

    def _plan(self, priority: Priority) -> tuple[Step, ...]:
        targets: dict[str, Target] = {}
        urgent = set[str]()
        for key, wishes in self._waiting.items():
            if not self._known.present(key):
                continue
            targets[key] = self._up_to_next(key)[-1].left
            if min(wish.priority for wish in wishes) <= priority:
                urgent.add(key)
        now = asyncio.get_running_loop().time()
        if len(targets) == 1:
            # Alone it gets frames of its own, whoever else there is.
            (key,) = targets
            return plan_frames(targets, {key: self._hearer(key, now)}, all_known=False)
        hearers = {key: self._hearer(key, now) for key in self._known.gear}
        return plan_frames(targets, hearers, all_known=self._all_known(), wanted=urgent)

    def _hearer(self, key: str, now: float) -> Hearer:
        state = self._known.state(key)
        still = now >= self._moving.get(key, 0.0) and self._known.target_known(key)
        return Hearer(
            gear=self._known.gear[key],
            level=state.level if still and state.available else None,
            fade=self._known.fade(key),
            limits_known=self._known.limits_known(key),
            staged=self._known.colours.staged(key),
            automatic_activation=self._known.colours.automatic_activation(key),
        )

    def _moves(self, key: str, seconds: float | None) -> None:
        until = asyncio.get_running_loop().time() + (_LONGEST_FADE if seconds is None else seconds)
        self._moving[key] = until

"""The reflex loop of one zone: what its sensors, its people and its plan say becomes light.

It knows no clock and no timer: each call says what time it is, and returns what the lights are to do, if anything.
`wake_at` is when it has to be called next if nothing happens before.
"""

from .action import Action
from .learning import Learning
from .overrides import Choice, Overrides
from .plan import Plan
from .settings import Place, ZoneSettings


class Reflex:
    """One zone."""

    def __init__(
        self, settings: ZoneSettings, place: Place, learning: Learning, overrides: Overrides, *, at: float
    ) -> None:
        self.settings = settings
        self.place = place
        self.learning = learning
        self.overrides = overrides
        self.is_automatic = True
        """Whether it does anything by itself."""
        self.light = 0.0
        """What the lights make, or were told to make, of full light."""
        self.colour_temperature: int | None = None
        self.plan: Plan
        self.wake_at: float | None = None

    @property
    def is_occupied(self) -> bool | None:
        """Tell whether somebody is there; None where no sensor says anything."""

    @property
    def target_lux(self) -> float:
        """Return the illuminance that it aims at, in lux."""

    @property
    def last_action(self) -> Action | None:
        """Return what it did last."""

    def motion(self, sensor: str, at: float, *, seen: bool | None) -> Action | None:
        """Take what a motion or presence sensor says; None is that it says nothing any more."""

    def illuminance(self, sensor: str, lux: float | None, at: float) -> Action | None:
        """Take what a light sensor reads; None is that it says nothing any more."""

    def sky(self, cloud: float | None, at: float) -> Action | None:
        """Take the cloud cover, 0 to 1; None is that nobody knows."""

    def neighbour(self, zone: str, at: float, *, seen: bool) -> Action | None:
        """Take that somebody is in a neighbouring zone, or that it is empty."""

    def chosen(self, choice: Choice, at: float) -> Action | None:
        """Take what a person did to the lights."""

    def lights_are(self, light: float, colour_temperature: int | None) -> None:
        """Take how the lights are, where that is known from elsewhere: at the start, or after trouble."""

    def planned(self, plan: Plan | None, at: float) -> Action | None:
        """Take a plan of the AI's or a user's; None goes back to the rules."""

    def release(self, at: float) -> Action | None:
        """End what people chose."""

    def set_automatic(self, at: float, *, on: bool) -> Action | None:
        """Begin or end to do things by itself."""

    def wake(self, at: float) -> Action | None:
        """Do what time asks for."""

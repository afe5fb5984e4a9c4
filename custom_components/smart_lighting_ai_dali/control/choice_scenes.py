"""What scenes of Home Assistant's want of lights: it calls only lights that are not as the scene wants them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.homeassistant.scene import STATES_SCHEMA, HomeAssistantScene
from homeassistant.components.light import ATTR_BRIGHTNESS, DOMAIN as LIGHT
from homeassistant.components.scene import DATA_COMPONENT, DOMAIN as SCENE
from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_SERVICE,
    ATTR_SERVICE_DATA,
    CONF_ENTITIES,
    EVENT_CALL_SERVICE,
    STATE_OFF,
    STATE_ON,
)
from homeassistant.core import CALLBACK_TYPE, Context, Event, HomeAssistant, State, callback, split_entity_id
from homeassistant.helpers.target import TargetSelection, async_extract_referenced_entity_ids
import probatio

from ..dali.gear import Gear
from ..dali.gear_state import GearState
from ..dali.level import OFF, DimmingCurve, Level, level_of
from ..dali.target import Colour
from ..light_colours import asked_colour


@dataclass(frozen=True, slots=True)
class SceneAct:
    """What a scene wants of one light."""

    entity_id: str
    is_on: bool
    brightness: int | None
    """0 to 255; None where the scene does not say."""
    colour: Colour | None

    def level_of(self, gear: Gear, state: GearState) -> Level | None:
        """Return the level that a gear behind the light goes to; None where only the gear knows."""
        if not self.is_on:
            return OFF
        if self.brightness is None:
            return state.level or state.last_level
        return gear.clamp(level_of(self.brightness, gear.curve or DimmingCurve.LOGARITHMIC))


type SceneListener = Callable[[Iterable[SceneAct], Context], None]


@callback
def async_listen_to_scenes(hass: HomeAssistant, listener: SceneListener) -> CALLBACK_TYPE:
    """Call a listener with what each scene wants that is called; returns what ends that."""

    @callback
    def is_scene(data: Any) -> bool:
        return bool(data[ATTR_DOMAIN] == SCENE)

    @callback
    def called(event: Event[Any]) -> None:
        data = event.data[ATTR_SERVICE_DATA]
        states: list[State] = []
        match event.data[ATTR_SERVICE]:
            case "apply":
                states += _applied(data)
            case "turn_on":
                states += _turned_on(hass, data)
        if acts := [act for state in states if (act := _act(state)) is not None]:
            listener(acts, event.context)

    return hass.bus.async_listen(EVENT_CALL_SERVICE, called, event_filter=is_scene)


def _applied(data: dict[str, Any]) -> Iterable[State]:
    try:
        states: dict[str, State] = STATES_SCHEMA(data.get(CONF_ENTITIES))
    except probatio.Invalid:
        # Home Assistant turns the call down for the same reason.
        return ()
    return states.values()


def _turned_on(hass: HomeAssistant, data: dict[str, Any]) -> Iterable[State]:
    component = hass.data.get(DATA_COMPONENT)
    targets = async_extract_referenced_entity_ids(hass, TargetSelection(data))
    for entity_id in targets.referenced | targets.indirectly_referenced:
        scene = None if component is None else component.get_entity(entity_id)
        if isinstance(scene, HomeAssistantScene):
            yield from scene.scene_config.states.values()


def _act(state: State) -> SceneAct | None:
    if split_entity_id(state.entity_id)[0] != LIGHT or state.state not in {STATE_ON, STATE_OFF}:
        return None
    is_on = state.state == STATE_ON
    brightness = state.attributes.get(ATTR_BRIGHTNESS)
    return SceneAct(
        entity_id=state.entity_id,
        is_on=is_on,
        brightness=brightness if isinstance(brightness, int) else None,
        colour=asked_colour(state.attributes) if is_on else None,
    )

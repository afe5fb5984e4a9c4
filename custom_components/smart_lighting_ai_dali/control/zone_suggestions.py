"""What a zone most likely is: from an area, what is in it, and what it is called."""

from collections.abc import Iterator, Mapping
import re
from typing import Any, Final

from homeassistant.components.light import DOMAIN as LIGHT
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import area_registry as ar, device_registry as dr, entity_registry as er

from ..const import GEAR_LIGHT, SUBENTRY_ZONE
from ..zones.purpose import Purpose
from .zone_settings import CONF_AREA, CONF_ILLUMINANCE, CONF_LIGHTS, CONF_MOTION, CONF_PURPOSE

_SEES_PEOPLE: Final = frozenset({"motion", "occupancy", "presence"})

# Parts of names in English, German, French, Spanish, Italian and Dutch, and of icons. What comes first wins: a
# "guest bathroom" is a bath, and an "office kitchen" a kitchen.
_WORDS: Final[Mapping[Purpose, str]] = {
    Purpose.STAIRS: r"stair|treppe|escalier|escalera|scala|scale\b|\btrap\b|trappenhuis",
    Purpose.TOILET: r"toilet|\bwc\b|klo\b|gäste-?wc|lavatory|restroom|aseo",
    Purpose.BATH: r"bath|\bbad|shower|dusche|salle de bain|baño|bagno|badkamer",
    Purpose.KITCHEN: r"kitchen|küche|kueche|cuisine|cocina|cucina|keuken|stove|fridge|countertop",
    Purpose.MEETING: r"meeting|conference|besprechung|sitzung|konferenz|réunion|reunion|riunion|vergader",
    Purpose.OFFICE: r"office|study|desk|büro|buero|arbeitszimmer|bureau|oficina|ufficio|kantoor",
    Purpose.BEDROOM: r"bed|schlaf|kinderzimmer|nursery|chambre|dormitorio|camera|slaapkamer|kids",
    Purpose.DINING: r"dining|esszimmer|essbereich|salle à manger|comedor|sala da pranzo|eetkamer|silverware",
    Purpose.CORRIDOR: r"corridor|hall|entr|flur|gang\b|diele|foyer|couloir|pasillo|corridoio|\bdoor",
    Purpose.WORKSHOP: r"workshop|werkstatt|hobby|atelier|taller|officina|garage|hammer|tools",
    Purpose.STORAGE: r"storage|store|pantry|lager|abstell|keller|cellar|basement|attic|dachboden|laundry|wasch|cave\b",
    Purpose.OUTDOOR: r"outdoor|garden|garten|terrace|terrasse|balcon|balkon|patio|porch|yard|\bhof\b|jardin|tree",
    Purpose.LIVING: r"living|wohn|lounge|salon|salón|soggiorno|woonkamer|sofa|couch|television",
}


@callback
def area_of(hass: HomeAssistant, entity: er.RegistryEntry) -> str | None:
    """Return the area that an entity is in, by itself or by its device."""
    if entity.area_id is not None or entity.device_id is None:
        return entity.area_id
    device = dr.async_get(hass).async_get(entity.device_id)
    return None if device is None else device.area_id


@callback
def free_areas(hass: HomeAssistant, entry: ConfigEntry[Any]) -> dict[str, str]:
    """Return the names of the areas with lights of ours and no zone yet, by their id, in the order of their names."""
    taken = {subentry.data.get(CONF_AREA) for subentry in zones_of(entry)}
    in_zones = {light for subentry in zones_of(entry) for light in subentry.data[CONF_LIGHTS]}
    areas = {
        area
        for entity in _own_lights(hass, entry)
        if entity.entity_id not in in_zones and (area := area_of(hass, entity)) is not None
    }
    names = {area.id: area.name for area in ar.async_get(hass).async_list_areas() if area.id in areas - taken}
    return dict(sorted(names.items(), key=lambda one: one[1].casefold()))


@callback
def suggest_zone(hass: HomeAssistant, entry: ConfigEntry[Any], area_id: str) -> dict[str, Any]:
    """Return what a zone of an area would be made of: its lights, what sees people there, what measures light."""
    motion: list[str] = []
    illuminance: list[str] = []
    for entity in er.async_get(hass).entities.values():
        if entity.disabled_by is not None or is_of_zone(entry, entity) or area_of(hass, entity) != area_id:
            continue
        device_class = entity.device_class or entity.original_device_class
        if entity.domain == "binary_sensor" and device_class in _SEES_PEOPLE:
            motion.append(entity.entity_id)
        elif entity.domain == "sensor" and device_class == "illuminance":
            illuminance.append(entity.entity_id)
    lights = [entity.entity_id for entity in _own_lights(hass, entry) if area_of(hass, entity) == area_id]
    return {
        CONF_AREA: area_id,
        CONF_LIGHTS: sorted(lights),
        CONF_MOTION: sorted(motion),
        CONF_ILLUMINANCE: sorted(illuminance),
        CONF_PURPOSE: guess_purpose(ar.async_get(hass).async_get_area(area_id)).value,
    }


def guess_purpose(area: ar.AreaEntry | None) -> Purpose:
    """Return what an area is most likely for, by its name, or else by its icon."""
    if area is not None:
        for text in (area.name, area.icon or ""):
            for purpose, words in _WORDS.items():
                if re.search(words, text.casefold()):
                    return purpose
    return Purpose.OTHER


def zones_of(entry: ConfigEntry[Any]) -> list[Any]:
    """Return the subentries of the zones of a site."""
    return [one for one in entry.subentries.values() if one.subentry_type == SUBENTRY_ZONE]


def is_of_zone(entry: ConfigEntry[Any], entity: er.RegistryEntry) -> bool:
    """Tell whether an entity is one that a zone has: what it says is made of what others say."""
    subentry = entry.subentries.get(entity.config_subentry_id or "")
    return subentry is not None and subentry.subentry_type == SUBENTRY_ZONE


def _own_lights(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Iterator[er.RegistryEntry]:
    """Yield the lights of single gear: groups of them would count twice."""
    for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
        if entity.domain == LIGHT and entity.translation_key == GEAR_LIGHT and entity.disabled_by is None:
            yield entity

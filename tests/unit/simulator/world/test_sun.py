"""The sun and the light of a clear sky, against figures from elsewhere."""

from datetime import UTC, datetime

import pytest

from custom_components.smart_lighting_ai_dali.simulator.world.sun import (
    clear_sky_illuminance,
    outdoor_illuminance,
    sun_position,
)


@pytest.mark.parametrize(("elevation", "lux"), [(60, 104_000), (0, 757), (-6, 2.99), (-9, 0), (-90, 0)], ids=str)
def test_a_clear_sky_gives_the_light_that_was_measured(elevation: float, lux: float) -> None:
    assert clear_sky_illuminance(elevation) == pytest.approx(lux, rel=0.005)


def test_clouds_take_up_to_nine_tenths_of_the_light() -> None:
    assert outdoor_illuminance(60, 100) == pytest.approx(clear_sky_illuminance(60) / 10)
    assert outdoor_illuminance(60, 0) == clear_sky_illuminance(60)


@pytest.mark.parametrize(
    ("time", "latitude", "longitude", "elevation", "azimuth"),
    [
        # At noon the sun stands 90 degrees less the latitude above the horizon, and its declination more or less.
        (datetime(2026, 6, 21, 10, 56, tzinfo=UTC), 48.2, 16.4, 65.2, 180),
        (datetime(2026, 12, 21, 10, 53, tzinfo=UTC), 48.2, 16.4, 18.4, 180),
        (datetime(2026, 3, 20, 12, 7, tzinfo=UTC), 0, 0, 89.9, None),
        # Midnight is as far below as noon is above at the antipodes.
        (datetime(2026, 6, 21, 22, 56, tzinfo=UTC), 48.2, 16.4, -18.4, 0),
        # The sun rises in the east on the day of the equinox, and stands high in the north in Sydney's summer.
        (datetime(2026, 3, 20, 6, 7, tzinfo=UTC), 0, 0, 0, 90),
        (datetime(2026, 12, 21, 1, 53, tzinfo=UTC), -33.9, 151.2, 79.5, 0),
    ],
)
def test_the_sun_is_where_the_almanac_has_it(
    time: datetime, latitude: float, longitude: float, elevation: float, azimuth: float | None
) -> None:
    sun = sun_position(time.timestamp(), latitude, longitude)
    assert sun.elevation == pytest.approx(elevation, abs=0.4)
    if azimuth is not None:
        assert abs((sun.azimuth - azimuth + 180) % 360 - 180) < 2

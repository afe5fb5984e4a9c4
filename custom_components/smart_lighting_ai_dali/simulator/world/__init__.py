"""A world with people in it, on a virtual clock: rooms, sun, clouds, habits, sensors, and who minds the light.

    specification = load_world(built_in_worlds()["home"])
    world = World(specification, seed=1, start=datetime(2026, 3, 2, tzinfo=UTC))
    meter = Meter(world)
    while (event := world.next_event(until)) is not None:
        ...  # Motion, LightReport, Override, Availability, Weather or Daylight
        world.set_light("Kitchen", 0.4, kelvin=3000, fade=1.0)
    print(meter.report().total.lux_satisfaction)

The driver of a controller takes one event after the other (`events.py`); `next_event(until)` returns None when nothing
happens before `until`, and it is then that time: so a controller's own timers are kept. `world.truth(room)` tells what
no controller may know, and `Foresight` who will be where: people come and go by the seed alone, whatever the light
does. Times are seconds since 1970 (UTC). Nothing here imports Home Assistant.
"""

"""Input devices are commissioned as gear is, in addresses of their own."""

from custom_components.smart_lighting_ai_dali.dali.addressing import Family
from custom_components.smart_lighting_ai_dali.dali.commissioning_orders import FindNew, SwapAddresses
from custom_components.smart_lighting_ai_dali.simulator.device_specification import InstanceType

from .commissioning_bench import FAST, addresses, commission
from .conftest import Build, Connect, lamp, panel
from .line_bench import known


async def test_input_devices_get_addresses_of_their_own(build: Build, connect: Connect) -> None:
    button = InstanceType.PUSH_BUTTON
    devices = [panel(3, button), panel(None, button, serial=77), panel(None, button, serial=78)]
    bench = await connect(build(lamp(0, level=0), devices=devices, speed=FAST), gear=[known(0)])
    result = await commission(bench, FindNew(family=Family.INPUT_DEVICES))
    assert result.addresses == (0, 1)
    assert result.found == 2
    assert {device.address for device in bench.line.inputs.devices.values()} == {0, 1, 3}
    await commission(bench, SwapAddresses(family=Family.INPUT_DEVICES, first=3, second=0))
    by_key = {key: device.address for key, device in bench.line.inputs.devices.items()}
    assert by_key["d4000000000002-2003-0"] == 0
    assert await addresses(bench) == [0]

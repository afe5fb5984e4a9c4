"""The row "payload over the cap": a zone that alone is too large is told, and the dialog raises the cap."""

from custom_components.smart_lighting_ai_dali.issues.ai import async_report_oversized
from tests.integration.test_ai_planner import Home, home, kitchen_of, server  # noqa: F401  # fixtures
from tests.openai_server import OpenAIServer

from .playbook import Playbook


async def test_the_dialog_offers_a_cap_that_fits_and_keeps_it(
    home: Home,  # noqa: F811  # fixtures
    server: OpenAIServer,  # noqa: F811
    playbook: Playbook,
) -> None:
    zone = await kitchen_of(home)
    await home.have(server, payload_cap_bytes=60, calls_per_day=77, interval_minutes=0)
    await home.let(zone)
    await home.look()
    assert server.received == []
    (issue_id,) = await playbook.issues()
    assert issue_id == f"ai_payload_exceeds_cap_{zone.key}"
    form = await playbook.open(issue_id)
    assert "Kitchen" in form["text"]
    offered = {field["name"]: field["description"]["suggested_value"] for field in form["data_schema"]}
    size = int(form["description_placeholders"]["size"])
    assert size <= offered["payload_cap_bytes"] == 256
    done = await playbook.submit({"payload_batch_limit": 4, "payload_cap_bytes": 512})
    assert done["type"] == "create_entry"
    kept = home.house.entry.options["ai"]
    assert (kept["payload_cap_bytes"], kept["payload_batch_limit"], kept["calls_per_day"]) == (512, 4, 77)
    await home.house.hass.async_block_till_done()
    await home.look()
    assert len(server.received) == 1
    assert await playbook.issues() == {}


async def test_it_closes_by_itself_with_another_cap(
    home: Home,  # noqa: F811
    server: OpenAIServer,  # noqa: F811
    playbook: Playbook,
) -> None:
    zone = await kitchen_of(home)
    await home.have(server, payload_cap_bytes=60)
    await home.let(zone)
    await home.look()
    assert len(await playbook.issues()) == 1
    await home.have(server, payload_cap_bytes=2048)
    assert await playbook.issues() == {}


async def test_a_cap_that_is_still_too_small_is_not_taken(
    home: Home,  # noqa: F811
    playbook: Playbook,
) -> None:
    async_report_oversized(home.house.hass, "kitchen", "Kitchen", 700, 512)
    await playbook.open("ai_payload_exceeds_cap_kitchen")
    again = await playbook.submit({"payload_batch_limit": 4, "payload_cap_bytes": 600})
    assert again["errors"] == {"payload_cap_bytes": "cap_too_small"}
    done = await playbook.submit({"payload_batch_limit": 4, "payload_cap_bytes": 1024})
    assert done["type"] == "create_entry"

"""What all tests share."""

import asyncio
from collections.abc import Generator
import logging
import os
from typing import Final

from homeassistant.const import MAJOR_VERSION, MINOR_VERSION
import pytest

# First: otherwise the custom components of the test helpers win.
from custom_components.smart_lighting_ai_dali.ai.decisions_api import has_decisions

NEWEST: Final = (2026, 11)


def pytest_configure(config: pytest.Config) -> None:
    """Let the test helpers not have every statement logged: that takes longer than the statements."""
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
    config.addinivalue_line(
        "markers", "decisions: needs an SDK that has OpenAI's Decisions, which 2026.10 pins none of"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the SDK that this Home Assistant pins does not have: the newest one's has it."""
    if not has_decisions():
        left_out = [item for item in items if item.get_closest_marker("decisions") is not None]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail in CI: what it needs is installed there."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Return a folder of its own for each Home Assistant: the audit is a file there."""
    return hass_tmp_config_dir


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Have asyncio watch for calls from other threads on the newest alone, in the place of the test helpers' fixture.

    It keeps the stack of whoever made each future and callback, which takes as long as all else.
    """
    if (MAJOR_VERSION, MINOR_VERSION) >= NEWEST:
        asyncio.get_running_loop().set_debug(True)

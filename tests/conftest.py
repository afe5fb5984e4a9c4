"""What all tests share."""

from collections.abc import Generator
import logging
import os

import pytest

# First: otherwise the custom components of the test helpers win.
import custom_components  # noqa: F401


def pytest_configure() -> None:
    """Let the test helpers not have every statement logged: that takes longer than the statements."""
    logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)


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

"""The demo home, started as scripts/run starts it, and a browser to look at it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import json
from pathlib import Path
import shutil
import signal
import socket
import subprocess
import sys
import time
from typing import Any, Final

import aiohttp
from playwright.async_api import Browser, Page, async_playwright
import pytest
import pytest_socket

from custom_components.smart_lighting_ai_dali.const import DOMAIN
from custom_components.smart_lighting_ai_dali.site_line import simulator_paths
from scripts.demo_home import REPOSITORY
from scripts.demo_home.client import Client, WebSocket
from scripts.demo_home.preparation import PASSWORD, USERNAME

# Two minutes are enough for a first start on a slow machine with other work; a stop takes seconds.
START_SECONDS: Final = 240.0
STOP_SECONDS: Final = 60.0
SCREENSHOTS: Final = REPOSITORY / "test-results" / "e2e"
CHROMIUM: Final = shutil.which("chromium")
# What Chromium would look for on the internet stays undone: there is none in a test.
CHROMIUM_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True)
class DemoProcess:
    """What `scripts/run` starts: a prepared home on a port of this machine."""

    folder: Path
    port: int
    output: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return where the frontend is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> str:
        """Start it, wait until it says that it is ready, and return what it said."""
        command = [sys.executable, "-m", "scripts.demo_home", "--port", str(self.port), "--config", str(self.folder)]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        end = time.monotonic() + START_SECONDS
        while "Ctrl-C ends it" not in (said := self.output.read_text()):
            assert self.process.poll() is None, said
            assert time.monotonic() < end, said
            time.sleep(0.2)
        return said

    def stop(self) -> int:
        """End it as Ctrl-C does, and return its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGINT)
        try:
            return process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise

    @asynccontextmanager
    async def user(self) -> AsyncIterator[WebSocket]:
        """Log in as a person does, and open the websocket."""
        async with aiohttp.ClientSession() as session:
            client = Client(session, self.address)
            await client.log_in(USERNAME, PASSWORD)
            async with client.websocket() as websocket:
                yield websocket
            await client.log_out()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def _sockets(request: pytest.FixtureRequest) -> None:
    """Let tests connect to this machine, which Home Assistant's test helpers forbid in part."""
    request.getfixturevalue("socket_enabled")
    pytest_socket.socket_allow_hosts(["127.0.0.1"], allow_unix_socket=True)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    """Return the running demo home; one for all its tests, since a first start reads every gear."""
    # Made before those of each test: the helpers have closed all sockets by then.
    pytest_socket.enable_socket()
    folder = tmp_path_factory.mktemp("home")
    demo = DemoProcess(folder / "config", free_port(), folder / "output")
    demo.start()
    yield demo
    demo.stop()


class Wire:
    """The simulated line inside the running home, by its control socket."""

    def __init__(self, control: Path) -> None:
        self._control = control
        self._since = 0

    async def ask(self, command: str, **parameters: Any) -> Any:
        """Send a command to the simulator and return its answer."""
        reader, writer = await asyncio.open_unix_connection(self._control, limit=2**24)
        writer.write(json.dumps({"command": command, **parameters}).encode() + b"\n")
        answer = json.loads(await reader.readline())
        writer.close()
        await writer.wait_closed()
        return answer

    async def forget_frames(self) -> None:
        """Begin anew with the frames."""
        frames = await self.ask("frames")
        self._since = frames[-1]["number"] if frames else 0

    async def sent(self) -> list[str]:
        """Return the frames of our adapter that change something in gear, oldest first, as they stand in the log."""
        frames = await self.ask("frames", since=self._since)
        return [
            frame["data"]
            for frame in frames
            if frame["source"] == "adapter" and frame["bits"] == 16 and not is_question(frame["data"])
        ]

    async def gear(self, name: str, room: str) -> dict[str, Any]:
        """Return how a gear is now."""
        (gear,) = [one for one in await self.ask("gear") if (one["name"], one["room"]) == (name, room)]
        found: dict[str, Any] = gear
        return found


def is_question(frame: str) -> bool:
    """Tell whether a frame only asks: a query (opcodes 0x90 and up) to an address below the special ones."""
    address, opcode = int(frame, 16) >> 8, int(frame, 16) & 0xFF
    return bool(address & 1) and not 0xA0 <= address < 0xE0 and 0x90 <= opcode < 0xE0


@pytest.fixture
async def wire(home: DemoProcess) -> Wire:
    """Return the wire of the home's line."""
    async with home.user() as user:
        (entry,) = await user.call("config_entries/get", domain=DOMAIN)
        (subentry, *_) = await user.call("config_entries/subentries/list", entry_id=entry["entry_id"])
    found = Wire(simulator_paths(subentry["subentry_id"])[1])
    await found.forget_frames()
    return found


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Return a Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium is missing: on Debian, apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, home: DemoProcess) -> Page:
    """Return the first page of the home, after the login that a person types."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    page = await context.new_page()
    page.set_default_timeout(60_000)
    await page.goto(home.address)
    await page.get_by_label("Username").fill(USERNAME)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await page.wait_for_url("**/home/**")
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    return page

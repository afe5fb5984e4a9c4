"""Start the demo home, and end it with Ctrl-C: python -m scripts.demo_home [--help]."""

import argparse
import asyncio
from pathlib import Path
import signal
import socket
import sys
from typing import Final

from homeassistant.const import RESTART_EXIT_CODE, __version__

from . import REPOSITORY
from .ai_stub import AiStub
from .folder import DemoFolder, NotADemoHomeError
from .home import DemoHome, NotReadyError
from .preparation import FLEETS, PASSWORD, USERNAME, Furniture
from .process import HomeAssistantProcess

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run the demo home until it is ended; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/run", description="Start Home Assistant with a simulated DALI line.")
    parser.add_argument("--fresh", action="store_true", help="throw the demo home away and start with a new one")
    parser.add_argument("--port", type=int, default=8123, help="the port of the web page (default: %(default)s)")
    parser.add_argument("--config", type=Path, metavar="DIR", help="where the demo home is kept (default: .demo)")
    parser.add_argument(
        "--fleet",
        choices=FLEETS,
        help="what is in a new home: twelve lights (demo), or a house that people live in (home)",
    )
    parser.add_argument(
        "--speed", type=int, choices=range(1, 101), metavar="N", help="how fast a new home lives: 1 to 100"
    )
    parser.add_argument("--relative-to", type=Path, default=Path.cwd(), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    config: Path = REPOSITORY / ".demo"
    if arguments.config is not None:
        config = (arguments.relative_to / arguments.config).resolve()

    if is_taken(arguments.port):
        return failed(f"port {arguments.port} of this machine is in use: choose another with --port")
    folder = DemoFolder(config)
    try:
        folder.prepare(fresh=arguments.fresh)
    except NotADemoHomeError as error:
        return failed(str(error))
    if folder.is_finished and (arguments.fleet or arguments.speed):
        return failed("--fleet and --speed are for a new home: add --fresh, or another folder with --config")
    furniture = Furniture(arguments.fleet or FLEETS[0], arguments.speed or 1)
    return asyncio.run(run_with_stub(folder, arguments.port, furniture))


async def run_with_stub(folder: DemoFolder, port: int, furniture: Furniture) -> int:
    """Start a stub of an AI, and the home that asks it; return the exit code."""
    try:
        stub = await AiStub.start(folder.stub_port)
    except OSError:
        return failed(
            f"port {folder.stub_port} of this machine, which the stub of an AI had, is in use: start with --fresh"
        )
    try:
        folder.keep_stub_port(stub.port)
        say(f"a stub, which is no AI, is at http://127.0.0.1:{stub.port}: there it can be made to fail")
        return await run(DemoHome(folder, port, stub.url, furniture))
    finally:
        await stub.stop()


async def run(home: DemoHome) -> int:
    """Start the home, say where it is, and keep it until a signal comes; return the exit code."""
    ending = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    say(f"starting Home Assistant {__version__} in {home.folder.path}")
    if not home.is_finished:
        say("it is a new home: its lights are looked for on the simulated line, which takes about half a minute")
    while True:
        process = await HomeAssistantProcess.start(home.folder.path)
        try:
            ended = await stay(home, process, ending)
        except NotReadyError as error:
            return failed(f"{error}. The log is in {home.folder.log}")
        finally:
            exit_code = await process.stop()
        if ended:
            say("ended")
            return 0 if exit_code == 0 else failed(f"Home Assistant ended with code {exit_code}")
        if exit_code != RESTART_EXIT_CODE:
            return failed(f"Home Assistant ended by itself, with code {exit_code}. The log is in {home.folder.log}")
        say("Home Assistant restarts, as somebody asked it to")


async def stay(home: DemoHome, process: HomeAssistantProcess, ending: asyncio.Event) -> bool:
    """Make the home ready and stay; return True when a signal ended it, False when it ended by itself.

    Raises NotReadyError.
    """
    end = asyncio.create_task(ending.wait())
    gone = asyncio.create_task(process.wait())
    ready = asyncio.create_task(home.make_ready())
    try:
        await asyncio.wait((end, gone, ready), return_when=asyncio.FIRST_COMPLETED)
        if ready.done() and not end.done() and not gone.done():
            lights = ready.result()
            print_where(home.address, lights)
            await asyncio.wait((end, gone), return_when=asyncio.FIRST_COMPLETED)
        return end.done()
    finally:
        for task in (end, gone, ready):
            task.cancel()
        await asyncio.gather(end, gone, ready, return_exceptions=True)


def print_where(address: str, lights: int | None) -> None:
    """Say where the home is and how to get in."""
    print(f"\n  {address}\n")
    if lights is None:
        print("  Its login was changed; yours is asked for.")
    else:
        print(f"  User: {USERNAME}   Password: {PASSWORD}   Lights: {lights}")
    print("  Ctrl-C ends it.\n", flush=True)


def say(message: str) -> None:
    """Tell what happens."""
    print(f"run: {message}", file=sys.stderr, flush=True)


def failed(message: str) -> int:
    """Tell what went wrong; return the exit code for that."""
    say(message)
    return 1


def is_taken(port: int) -> bool:
    """Tell whether something listens on a port of this machine already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())

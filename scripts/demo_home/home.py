"""The demo home: its folder, its address, and how it becomes ready."""

from dataclasses import dataclass

import aiohttp

from . import preparation
from .client import ApiError, Client
from .folder import DemoFolder
from .waiting import until


class NotReadyError(Exception):
    """Home Assistant runs, but the home could not be made ready."""


@dataclass(frozen=True, slots=True)
class DemoHome:
    """A Home Assistant on this machine only, with simulated lights."""

    folder: DemoFolder
    port: int
    stub_url: str
    """Where the stub of an AI has its API."""
    furniture: preparation.Furniture

    def __post_init__(self) -> None:
        """Let Home Assistant try the port where it is a new one."""
        if self.folder.port != self.port:
            self.folder.change_port(self.port)

    @property
    def address(self) -> str:
        """Return where the frontend is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_finished(self) -> bool:
        """Tell whether it was prepared before."""
        return self.folder.is_finished

    async def make_ready(self) -> int | None:
        """Wait until it is ready, prepared when it is new; return how many lights work.

        None where its login was changed, so that nobody but its user can look. Raises NotReadyError.
        """
        async with aiohttp.ClientSession() as session:
            client = Client(session, self.address)
            await until(client.answers)
            try:
                if self.is_finished:
                    await client.log_in(preparation.USERNAME, preparation.PASSWORD)
                else:
                    await preparation.onboard(client)
            except ApiError as error:
                if self.folder.port == self.port:
                    return None
                message = f"its port can't be changed without its login ({error})"
                raise NotReadyError(message) from error
            try:
                return await self._finish(client)
            except ApiError as error:
                message = f"the home could not be prepared: {error}"
                raise NotReadyError(message) from error
            finally:
                await client.log_out()

    async def _finish(self, client: Client) -> int:
        """Confirm a new port, and prepare a new home; return how many lights work."""
        async with client.websocket() as socket:
            await preparation.wait_until_running(socket)
            if self.folder.port != self.port:
                await preparation.confirm_port(socket)
                self.folder.keep_port(self.port)
            if not self.is_finished:
                fleet = self.furniture.load()
                zones = preparation.zones_of(fleet)
                if self.furniture.fleet == "demo":
                    await preparation.furnish(socket)
                await preparation.add_simulated_line(client, self.furniture.write(self.folder.path))
                await preparation.wait_for_all_lights(socket, len(fleet.gear))
                await preparation.wait_for_sensors(socket, len(zones))
                await preparation.set_up_zones(client, socket, zones)
                await preparation.choose_stub(client, socket, self.stub_url)
                await preparation.show_lights(socket)
                self.folder.finish()
            return await preparation.count_lights(socket)

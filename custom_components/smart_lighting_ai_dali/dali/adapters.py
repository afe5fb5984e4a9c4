"""Every adapter that there is a driver for: open the one that is known, or find out which one is there."""

from collections.abc import Awaitable, Callable
from typing import Final

from .adapter import WireProtocol
from .driver import Driver, DriverListener
from .errors import AdapterSilentError, LineError, NotAnAdapterError
from .foxtron_driver import open_foxtron
from .luba_driver import open_luba
from .sevenlab_driver import open_sevenlab

type Open = Callable[..., Awaitable[Driver]]

_OPEN: Final[dict[WireProtocol, Open]] = {
    WireProtocol.LUBA: open_luba,
    WireProtocol.SEVENLAB: open_sevenlab,
    WireProtocol.FOXTRON: open_foxtron,
}
# How often an unknown port is asked in each protocol, and for how many seconds each time; with the port opened for
# each, that is less than three seconds in all. A Foxtron converter has its power from the port and has to start first.
_LOOKS: Final[dict[WireProtocol, tuple[int, float]]] = {
    WireProtocol.LUBA: (1, 0.7),
    WireProtocol.SEVENLAB: (1, 0.6),
    WireProtocol.FOXTRON: (2, 0.45),
}


async def open_adapter(url: str, listener: DriverListener, protocol: WireProtocol) -> Driver:
    """Open a port and shake hands with the adapter that is known to be there; raises a LineError."""
    return await _OPEN[protocol](url, listener)


async def find_adapter(url: str, listener: DriverListener) -> Driver:
    """Open a port and find out which adapter is behind it, within three seconds.

    Each protocol has its own speed, so the port is opened for each. What is sent to a device that is none of ours are
    a few short questions, without a line end among them: nothing that a modem, a printer or another adapter takes for a
    command. Raises a LineError: NotAnAdapterError where something else spoke.
    """
    silent: LineError | None = None
    other: LineError | None = None
    for protocol, (attempts, patience) in _LOOKS.items():
        try:
            return await _OPEN[protocol](url, listener, attempts=attempts, patience=patience)
        except AdapterSilentError as error:
            silent = error
        except NotAnAdapterError as error:
            other = error
    if other is not None:
        raise NotAnAdapterError("what answers speaks the language of no known adapter") from other
    raise AdapterSilentError("nothing answers, in any of the languages of known adapters") from silent

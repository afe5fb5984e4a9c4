"""Change short addresses of those who have one (IEC 62386-102, 11.4.12 and 103, 11.5.5), and find who shares one."""

from typing import Any

from .addressing import ADDRESSES, Addressing, Heard, hear
from .errors import AddressingFailedError, AddressInUseError, AnswersCollidedError, NoAnswerError
from .sequences import ATTEMPTS, Steps
from .transactions import MayYield


def set_address(commands: Addressing, address: int, new: int | None) -> Steps[None]:
    """Give whoever has a short address another, or none, and read it back.

    Raises NoAnswerError, AnswersCollidedError, AddressInUseError or AddressingFailedError.
    """
    present = yield from hear(commands.is_present(address))
    if present is Heard.NOBODY:
        raise NoAnswerError(f"address {address}")
    if present is Heard.SEVERAL:
        raise AnswersCollidedError(f"address {address}")
    if new is not None and (yield from hear(commands.is_present(new))) is not Heard.NOBODY:
        raise AddressInUseError(f"address {new}")
    for _ in range(ATTEMPTS):
        yield MayYield()
        staging: Any = commands.stage(new)
        yield staging
        # What got lost would leave somebody else's number in the register, and make it the address.
        if (yield from hear(commands.query_register(address))) == staging.param:
            yield commands.set_from_register(address)
        if (yield from _is_moved(commands, address, new)):
            return
    raise AddressingFailedError(f"address {address}")


def take_all_addresses(commands: Addressing) -> Steps[None]:
    """Take the short address from everyone; who does not hear it keeps it, and its address counts as in use."""
    for _ in range(2):
        yield commands.stage(None)
        yield commands.set_from_register(None)


def is_shared(commands: Addressing, address: int) -> Steps[bool]:
    """Tell whether more than one has a short address."""
    for query in (commands.is_present, commands.query_random_low):
        # Equal answers may pass for one, and different ones do not.
        yield MayYield()
        heard = yield from hear(query(address))
        if not isinstance(heard, int):
            return heard is Heard.SEVERAL
    return False


def is_free(commands: Addressing, address: int) -> Steps[bool]:
    """Tell whether nobody answers at a short address."""
    yield MayYield()
    return (yield from hear(commands.is_present(address))) is Heard.NOBODY


def find_free(commands: Addressing, in_use: set[int]) -> Steps[int | None]:
    """Return the lowest short address at which nobody answers, of those that are not known to be in use."""
    for address in range(ADDRESSES):
        if address not in in_use and (yield from is_free(commands, address)):
            return address
    return None


def _is_moved(commands: Addressing, address: int, new: int | None) -> Steps[bool]:
    if new is None:
        return (yield from is_free(commands, address))
    yield MayYield()
    return isinstance((yield from hear(commands.is_present(new))), int)

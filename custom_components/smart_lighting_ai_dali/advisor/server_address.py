"""The address of a server that speaks as OpenAI does: what leaves the house is encrypted, and names no user."""

from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_LONGEST: Final = 512
# Names that only a network at home gives (RFC 6762, RFC 8375, and what routers use).
_LOCAL_ENDINGS: Final = (".local", ".lan", ".home", ".internal", ".home.arpa", ".localhost")


class AddressProblem(StrEnum):
    """Why an address is not used. The values are translation keys."""

    INVALID = "invalid_url"
    NOT_ENCRYPTED = "not_encrypted"
    """It is neither at home nor https."""


class AddressError(Exception):
    """An address is not used."""

    def __init__(self, problem: AddressProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def server_address(text: str) -> str:
    """Return the base address as it is kept, such as "http://192.168.1.5:11434/v1". Raises AddressError."""
    text = text.strip()
    if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise AddressError(AddressProblem.INVALID)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise AddressError(AddressProblem.INVALID) from None
    # A user in an address would stand in logs, and a question would cut off what is appended.
    extras = (parts.username, parts.password, parts.query or None, parts.fragment or None)
    if parts.scheme not in {"http", "https"} or not host or port == 0 or any(extra is not None for extra in extras):
        raise AddressError(AddressProblem.INVALID)
    if parts.scheme == "http" and not is_at_home(host):
        raise AddressError(AddressProblem.NOT_ENCRYPTED)
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path.rstrip("/"), "", ""))


def is_at_home(host: str) -> bool:
    """Tell whether a host is this machine or one of its own network, by its name or address."""
    try:
        address = ip_address(host)
    except ValueError:
        name = host.lower().rstrip(".")
        return "." not in name or name.endswith(_LOCAL_ENDINGS)
    return address.is_loopback or address.is_private or address.is_link_local


def host_of(address: str) -> str:
    """Return where data goes to, to be shown."""
    return urlsplit(address).hostname or address

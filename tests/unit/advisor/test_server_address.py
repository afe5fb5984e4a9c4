"""Which servers are asked: those at home, and others only where nobody can listen."""

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_lighting_ai_dali.advisor.server_address import (
    AddressError,
    AddressProblem,
    host_of,
    server_address,
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (" http://192.168.1.5:11434/v1/ ", "http://192.168.1.5:11434/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("http://[fd00::5]/v1", "http://[fd00::5]/v1"),
        ("http://ollama:11434/v1", "http://ollama:11434/v1"),
        ("http://Server.local/v1", "http://server.local/v1"),
        ("http://models.home.arpa/v1", "http://models.home.arpa/v1"),
        ("https://example.com/Some/Path", "https://example.com/Some/Path"),
    ],
)
def test_an_address_is_kept_without_what_it_does_not_need(text: str, kept: str) -> None:
    assert server_address(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.com",
        "ftp://example.com",
        "https://",
        "https://user:secret@example.com/v1",
        "https://example.com/v1?key=secret",
        "https://example.com/v1#part",
        "https://example.com:99999/v1",
        "https://example.com:0/v1",
        "https://[::1/v1",
        "https://exa mple.com",
        "https://exämple.com",
        "https://example.com\\@evil.example",
        "https://example.com/" + "a" * 600,
    ],
)
def test_what_is_no_address_of_a_server_is_told(text: str) -> None:
    with pytest.raises(AddressError) as told:
        server_address(text)
    assert told.value.problem is AddressProblem.INVALID


@pytest.mark.parametrize("host", ["example.com", "8.8.8.8", "local.example.com", "[2001:4860:4860::8888]"])
def test_nothing_leaves_the_house_in_the_clear(host: str) -> None:
    with pytest.raises(AddressError) as told:
        server_address(f"http://{host}/v1")
    assert told.value.problem is AddressProblem.NOT_ENCRYPTED
    assert server_address(f"https://{host}/v1") == f"https://{host}/v1"


@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda text: f"http://{text}")))
def test_whatever_is_typed_is_an_address_or_a_told_mistake(text: str) -> None:
    try:
        kept = server_address(text)
    except AddressError:
        return
    assert server_address(kept) == kept
    assert host_of(kept)

"""Home Assistant's shared HTTP client, with a cap on what is read: nobody's answer can fill the memory."""

from collections.abc import AsyncIterator
from typing import Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.httpx_client import get_async_client
import httpx

# An answer repeats the question and its schema; what we read of it is smaller by far.
LARGEST_BODY: Final = 256 * 1024


class BodyTooLargeError(httpx.TransportError):
    """An answer is larger than what is read."""


class PackedBodyError(httpx.TransportError):
    """An answer is compressed although that was not asked for: a small one could unpack to anything."""


class CappedTransport(httpx.AsyncBaseTransport):
    """Sends by the shared client, which keeps its connections; ends an answer that is too large."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises what the shared client raises, and BodyTooLargeError and PackedBodyError."""
        request.headers["accept-encoding"] = "identity"
        response = await self._client.send(request, stream=True, auth=None, follow_redirects=False)
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            await response.aclose()
            raise PackedBodyError("compressed", request=request)
        return httpx.Response(
            response.status_code, headers=response.headers, stream=_CappedStream(response), request=request
        )


class _CappedStream(httpx.AsyncByteStream):
    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LARGEST_BODY
        async for chunk in self._response.aiter_raw():
            left -= len(chunk)
            if left < 0:
                raise BodyTooLargeError("too large", request=self._response.request)
            yield chunk

    @override
    async def aclose(self) -> None:
        await self._response.aclose()


def capped_client(hass: HomeAssistant) -> httpx.AsyncClient:
    """Return a client of its own that sends by the shared one; it holds nothing that has to be closed."""
    return httpx.AsyncClient(transport=CappedTransport(get_async_client(hass)))

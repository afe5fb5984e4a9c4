"""A client of Home Assistant's own API: what the frontend speaks."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, Final, Self

import aiohttp

REQUEST_SECONDS: Final = aiohttp.ClientTimeout(total=30)


class ApiError(Exception):
    """Home Assistant turned a request down."""


class Client:
    """One user's access to Home Assistant."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self.address = address
        self._session = session
        self._token: str | None = None
        self._refresh_token: str | None = None

    @property
    def client_id(self) -> str:
        """Return who asks, in the words of OAuth: the frontend's own page."""
        return f"{self.address}/"

    async def answers(self) -> bool:
        """Tell whether the frontend is served."""
        try:
            async with self._session.get(f"{self.address}/manifest.json", timeout=REQUEST_SECONDS) as response:
                return response.ok
        except aiohttp.ClientError, TimeoutError:
            return False

    async def get(self, path: str) -> Any:
        """Return what stands at a path."""
        return await self._request("GET", path)

    async def post(self, path: str, data: Mapping[str, Any] | None = None) -> Any:
        """Send something to a path; return the answer."""
        return await self._request("POST", path, json=data or {})

    async def log_in(self, username: str, password: str) -> None:
        """Log in as the login page does. Raises ApiError with a wrong password."""
        flow = await self.post(
            "/auth/login_flow",
            {"client_id": self.client_id, "redirect_uri": self.client_id, "handler": ["homeassistant", None]},
        )
        result = await self.post(
            f"/auth/login_flow/{flow['flow_id']}",
            {"client_id": self.client_id, "username": username, "password": password},
        )
        if result["type"] != "create_entry":
            message = f"the login of {username} was not accepted: {result.get('errors')}"
            raise ApiError(message)
        await self.use_code(result["result"])

    async def use_code(self, code: str) -> None:
        """Trade an authorization code for a token."""
        data = {"client_id": self.client_id, "grant_type": "authorization_code", "code": code}
        tokens = await self._request("POST", "/auth/token", data=data)
        self._token, self._refresh_token = tokens["access_token"], tokens["refresh_token"]

    async def log_out(self) -> None:
        """Give the token back."""
        if self._refresh_token is not None:
            url = f"{self.address}/auth/revoke"
            async with self._session.post(url, data={"token": self._refresh_token}, timeout=REQUEST_SECONDS):
                self._token = self._refresh_token = None

    @asynccontextmanager
    async def websocket(self) -> AsyncGenerator[WebSocket]:
        """Open the websocket, with the token that was got by the login."""
        async with self._session.ws_connect(f"{self.address}/api/websocket", max_msg_size=0) as connection:
            socket = WebSocket(connection)
            await socket.authenticate(self._token or "")
            yield socket

    async def _request(self, method: str, path: str, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        url = f"{self.address}{path}"
        async with self._session.request(method, url, headers=headers, timeout=REQUEST_SECONDS, **body) as response:
            if not response.ok:
                message = f"{method} {path}: {response.status} {await response.text()}"
                raise ApiError(message)
            return await response.json()


class WebSocket:
    """Commands over the websocket, one after the other."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse) -> None:
        self._connection = connection
        self._ids = count(1)

    async def authenticate(self, token: str) -> Self:
        """Answer what is asked first. Raises ApiError."""
        await self._connection.receive_json()
        await self._connection.send_json({"type": "auth", "access_token": token})
        answer = await self._connection.receive_json()
        if answer["type"] != "auth_ok":
            raise ApiError(answer.get("message", answer["type"]))
        return self

    async def call(self, command: str, **fields: Any) -> Any:
        """Send a command and return its result. Raises ApiError, TimeoutError."""
        number = next(self._ids)
        await self._connection.send_json({"id": number, "type": command, **fields})
        async with asyncio.timeout(REQUEST_SECONDS.total):
            while True:
                answer = await self._connection.receive_json()
                if answer["id"] == number and answer["type"] == "result":
                    break
        if not answer["success"]:
            message = f"{command}: {answer['error']['message']}"
            raise ApiError(message)
        return answer["result"]

"""Tell of a provider's trouble: once for each kind, with what to do, and once when it is over."""

import logging
from typing import Final

from ..advisor.provider import Answer, FailureKind, ProviderError
from .settings import ProviderKind

_ADVICE: Final = {
    FailureKind.AUTHENTICATION: "enter a key that works in the integration's dialog",
    FailureKind.QUOTA: "the account has no money left: add some, or raise its limit",
    FailureKind.RATE_LIMIT: "it is asked again later; if this stays, lengthen the interval in the options",
    FailureKind.SERVER: "it is asked again later",
    FailureKind.TIMEOUT: "it is asked again later; a slow model needs more time, which is an option",
    FailureKind.CONNECTION: "check the address and the network; it is asked again later",
    FailureKind.MODEL: "choose a model that the account may use",
    FailureKind.REFUSED: "it is asked again when something has changed",
    FailureKind.INCOMPLETE: "fewer zones for each request may help, which is an option",
    FailureKind.TOO_LARGE: "fewer zones for each request may help, which is an option",
    FailureKind.INVALID: "it may not know what is asked of it: try another model",
}


class CallError(ProviderError):
    """A call failed; `status` is that of HTTP, None where there was no answer."""

    def __init__(
        self,
        kind: FailureKind,
        *,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(kind, retry_after=retry_after)
        self.status = status
        self.request_id = request_id


class Trouble:
    """What was told of one provider."""

    def __init__(self, logger: logging.Logger, provider: ProviderKind) -> None:
        self._logger = logger
        self._provider = provider
        self._told: set[FailureKind] = set()

    def tell(self, error: ProviderError, pause: float | None = None) -> None:
        """Warn of a failure; `pause` is how long it is until the next try of the same call, in seconds.

        The next ones of its kind, until an answer has come, are for those who look for them.
        """
        again = error.retry_after if pause is None else pause
        status, request_id = (error.status, error.request_id) if isinstance(error, CallError) else (None, None)
        self._logger.log(
            logging.DEBUG if error.kind in self._told else logging.WARNING,
            "provider=%s call=failed kind=%s status=%s retry_in_s=%s request_id=%s hint=%r",
            self._provider.value,
            error.kind.value,
            status,
            None if again is None else round(again, 1),
            request_id,
            f"zones follow their rules meanwhile; {_ADVICE[error.kind]}",
        )
        self._told.add(error.kind)

    def is_over(self, answer: Answer) -> None:
        """Take note of an answer."""
        if self._told:
            self._logger.info("provider=%s call=back request_id=%s", self._provider.value, answer.request_id)
            self._told.clear()

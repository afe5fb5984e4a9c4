"""Work on the recorder's database: the only file that knows the recorder from inside.

Every write is a task on the recorder's own thread: one writer, in its order, under its backup lock. A task never lets
an error out, since the recorder could take it for a broken file and start a new one (docs/decisions/0008).
"""

import asyncio
from collections.abc import Callable
import time
from typing import Any, Final, override

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance, session_scope
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from .health import DatabaseHealth, DatabaseStatus
from .schema import SchemaTooNewError, migrate

# SQLite's own words for a file that is broken: these alone are for the recorder, which then makes a new one.
_CORRUPT: Final = frozenset({11, 26})

type Work[R] = Callable[[Connection], R]


class DatabaseUnavailableError(Exception):
    """The database took a piece of work not, or not now; the cause says why."""


class Database:
    """Our side of the recorder's database."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.health = DatabaseHealth()
        self._hass = hass
        self._ready_for: Any = None
        """The engine in which our tables are; a recovered database has another one."""

    async def async_write[R](self, name: str, work: Work[R]) -> R:
        """Do work in a transaction on the recorder's thread, in its turn; waits as long as that takes.

        Raises DatabaseUnavailableError: nothing was written then.
        """
        recorder = self._recorder()
        task = _WriteTask(self, name, work, asyncio.get_running_loop())
        recorder.queue_task(task)
        result: R = await task.result
        return result

    async def async_read[R](self, name: str, work: Work[R]) -> R:
        """Do work that only reads, in the recorder's executor, in short pieces. Raises DatabaseUnavailableError."""
        recorder = self._recorder()
        if self._ready_for is None:
            raise DatabaseUnavailableError("nothing was written yet")

        def read() -> R:
            begun = time.monotonic()
            try:
                with session_scope(hass=self._hass, read_only=True) as session:
                    return work(session.connection())
            finally:
                self.health.looked(name, took=time.monotonic() - begun)

        try:
            return await recorder.async_add_executor_job(read)
        except SQLAlchemyError as error:
            raise DatabaseUnavailableError(str(error)) from error

    def _recorder(self) -> Recorder:
        try:
            recorder = get_instance(self._hass)
        except KeyError:
            self.health.status = DatabaseStatus.ABSENT
            raise DatabaseUnavailableError("there is no recorder") from None
        if not recorder.is_alive():
            self.health.status = DatabaseStatus.ABSENT
            raise DatabaseUnavailableError("the recorder has died")
        if self.health.status is DatabaseStatus.TOO_NEW:
            raise DatabaseUnavailableError("the tables are of a newer version")
        return recorder

    def carry[R](self, recorder: Recorder, name: str, work: Work[R], *, queued: float) -> R:
        """Do work in a transaction; on the recorder's thread alone. Raises what the work raises."""
        begun = time.monotonic()
        session = recorder.get_session()
        try:
            connection = session.connection()
            if self._ready_for is not recorder.engine:
                migrate(connection, int(time.time() * 1000))
                session.commit()
                self._ready_for = recorder.engine
                connection = session.connection()
            result = work(connection)
            session.commit()
        except BaseException:
            session.rollback()
            # Whether our tables are there has to be looked at again.
            self._ready_for = None
            raise
        finally:
            session.close()
        self.health.succeeded(name, queued=queued, took=time.monotonic() - begun)
        return result


class _WriteTask(RecorderTask):
    """One write on its way through the recorder's queue."""

    def __init__(self, database: Database, name: str, work: Work[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.result: asyncio.Future[Any] = loop.create_future()
        self._database = database
        self._name = name
        self._work = work
        self._loop = loop
        self._queued = time.monotonic()

    @override
    def __repr__(self) -> str:
        """Return what it is called; the recorder writes it into its debug log."""
        return f"<smart_lighting_ai_dali {self._name}>"

    @override
    def run(self, instance: Recorder) -> None:
        """Do the work, and tell whoever waits."""
        try:
            result = self._database.carry(instance, self._name, self._work, queued=time.monotonic() - self._queued)
        except SchemaTooNewError as error:
            self._database.health.status = DatabaseStatus.TOO_NEW
            self._fail(error)
        except Exception as error:  # whatever gets out of here may cost the user their history
            self._database.health.failed(self._name, error)
            self._fail(error)
            if isinstance(error, DatabaseError) and _is_corruption(error):
                raise
        else:
            self._loop.call_soon_threadsafe(self._succeed, result)

    def _succeed(self, result: Any) -> None:
        if not self.result.done():
            self.result.set_result(result)

    def _fail(self, error: Exception) -> None:
        unavailable = DatabaseUnavailableError(f"{self._name}: {error}")
        unavailable.__cause__ = error

        def fail() -> None:
            if not self.result.done():
                self.result.set_exception(unavailable)

        self._loop.call_soon_threadsafe(fail)


def _is_corruption(error: DatabaseError) -> bool:
    """Tell whether SQLite itself says that its file is broken, whatever words an error has."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _CORRUPT

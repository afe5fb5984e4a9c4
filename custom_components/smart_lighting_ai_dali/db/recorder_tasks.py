"""Work on the recorder's database: the only file that knows the recorder from inside.

Every write is a task on the recorder's own thread: one writer, in its order, under its backup lock. A task never lets
an error out, since the recorder could take it for a broken file and start a new one (docs/decisions/0008).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
import time
from typing import Any, Final, override

from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.tasks import RecorderTask
from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers.recorder import get_instance
from sqlalchemy import Connection, func, make_url, select, text
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from .health import DatabaseHealth, DatabaseStatus, Probe, what_it_says
from .ingestion import NameKind
from .instants import now_ms
from .migrations import SchemaTooNewError, migrate
from .reading import reading
from .room import Room, measure_room
from .schema import schema
from .sizes import measure

# SQLite's own words for a file that is broken: these alone are for the recorder, which then makes a new one.
_CORRUPT: Final = frozenset({11, 26})
# How long a reader waits for its turn and its answer, in seconds.
_READ_SECONDS: Final = 60.0

type Work[R] = Callable[[Connection], R]


class DatabaseUnavailableError(Exception):
    """The database took a piece of work not, or not now; the cause says why."""


class _NotRunError(Exception):
    """The recorder could not save what it had itself, and left out our task."""


class Database:
    """Our side of the recorder's database."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.health = DatabaseHealth(
            read=Probe(self._ask_to_read, self._notice), queue=Probe(self._ask_for_turn, self._notice)
        )
        self.numbers: dict[tuple[NameKind, str], int] = {}
        """Numbers of sources and zones that were looked up; of the recorder's thread, empty when they may be wrong."""
        self.born_ms: int | None = None
        """When the tables were made: another instant means another database. None before the first look."""
        self._hass = hass
        self._tables_in: Any = None
        """The engine in which our tables are; a recovered database has another one."""
        self._look_again = False
        """Something failed: whether our tables are there has to be looked at again."""
        self._too_new: str | None = None
        self._reading: asyncio.Future[Any] | None = None
        self._probed: Recorder
        # Nobody waits longer than for this, whatever the database does.
        self._over: asyncio.Future[str] = hass.loop.create_future()
        self._is_stopped = False
        self._deadline: asyncio.TimerHandle | None = None
        self._noticed_born_ms: int | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def commit_interval(self) -> float:
        """Return how often the recorder commits by itself, in seconds; 0 where there is none."""
        try:
            return float(get_instance(self._hass).commit_interval)
        except KeyError:
            return 0.0

    async def async_write[R](self, name: str, work: Work[R]) -> R:
        """Do work in a transaction on the recorder's thread, in its turn; waits as long as that takes.

        Raises DatabaseUnavailableError: nothing was written then, or it is not known whether it was.
        """
        recorder = self._recorder()
        task = _WriteTask(self, name, work, self._hass.loop)
        recorder.queue_task(task)
        recorder.queue_task(_MissedTask(task, self._hass.loop))
        result: R = await self._outcome(task.result)
        return result

    async def async_read[R](self, name: str, work: Work[R]) -> R:
        """Do work that only reads, in the recorder's executor, in short pieces; one at a time.

        Raises DatabaseUnavailableError.
        """
        try:
            async with asyncio.timeout(_READ_SECONDS):
                while True:
                    recorder = self._recorder()
                    if self._tables_in is None or self._tables_in is not recorder.engine:
                        raise DatabaseUnavailableError("nothing was written yet")
                    if self.health.read.is_late:
                        raise DatabaseUnavailableError("the database does not answer")
                    if self._reading is None:
                        break
                    await asyncio.wait((self._reading, self._over), return_when=asyncio.FIRST_COMPLETED)
                answer = self._reading = self._execute(recorder, work)
                answer.add_done_callback(self._read)
                outcome: tuple[R, float] = await self._outcome(answer)
        except TimeoutError:
            raise DatabaseUnavailableError(f"{name}: no answer within {_READ_SECONDS:.0f} s") from None
        except (SQLAlchemyError, RuntimeError) as error:
            # Perhaps a table is gone: the next write looks.
            self._look_again = True
            raise DatabaseUnavailableError(f"{name}: {what_it_says(error)}") from error
        result, took = outcome
        self.health.looked(name, took=took)
        return result

    async def async_probe(self) -> None:
        """Ask whether the database answers, and how long its queue is; ends within seconds whatever it does."""
        try:
            self._probed = self._recorder()
        except DatabaseUnavailableError:
            return
        self.health.backlog = self._probed.backlog
        await asyncio.gather(self.health.read.async_ask(), self.health.queue.async_ask())

    async def async_measure(self) -> None:
        """See how large our tables are; that reads them all. Raises DatabaseUnavailableError."""
        self.health.sizes = await self.async_read("sizes", measure)

    async def async_room(self) -> Room | None:
        """Return how much room the recorder's file has; None where that is a server, or there is none."""
        try:
            url = make_url(get_instance(self._hass).db_url)
        except KeyError:
            return None
        if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
            return None
        return await self._hass.async_add_executor_job(measure_room, Path(str(url.database)))

    @callback
    def async_listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener when the status is another, or the database; returns what ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_stop(self, seconds: float = 0) -> None:
        """Let nobody wait longer than so many seconds from now on: the integration is being stopped."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds:
            self._deadline = self._hass.loop.call_later(seconds, self.async_stop)
            return
        self._is_stopped = True
        self._give_up("the integration is being stopped")

    def _recorder(self) -> Recorder:
        """Return the recorder, as far as it can be used now. Raises DatabaseUnavailableError."""
        try:
            recorder = get_instance(self._hass)
        except KeyError:
            recorder = None
        obstacle = self._obstacle(recorder)
        self.health.obstacle, self.health.reason = obstacle or (None, None)
        if self.health.obstacle in {DatabaseStatus.ABSENT, DatabaseStatus.DIED}:
            self._give_up(str(self.health.reason))
            self.health.read.forget()
            self.health.queue.forget()
        self._notice()
        if recorder is None or obstacle is not None:
            raise DatabaseUnavailableError(str(self.health.reason))
        if self._is_stopped:
            raise DatabaseUnavailableError("the integration is being stopped")
        return recorder

    def _obstacle(self, recorder: Recorder | None) -> tuple[DatabaseStatus, str] | None:
        """Return what keeps us from the database."""
        if recorder is None:
            return DatabaseStatus.ABSENT, "there is no recorder"
        if not recorder.is_alive():
            return DatabaseStatus.DIED, "the recorder could not start, or has died"
        if not recorder.async_db_ready.done() or recorder.migration_in_progress:
            return DatabaseStatus.MIGRATING, "the recorder brings its own tables to a new version"
        if self._hass.state in {CoreState.not_running, CoreState.starting}:
            # Its queue stands still until then.
            return DatabaseStatus.WAITING, "Home Assistant has not started yet"
        if self._too_new is not None and self._tables_in in {None, recorder.engine}:
            return DatabaseStatus.TOO_NEW, self._too_new
        return None

    async def _outcome[R](self, answer: asyncio.Future[R]) -> R:
        """Return an answer. It is not cancelled with whoever waits for it: nothing can call a thread back."""
        await asyncio.wait((answer, self._over), return_when=asyncio.FIRST_COMPLETED)
        # A recorder that ends calls its executor off, or has SystemExit raised in its threads.
        if answer.done() and not answer.cancelled() and isinstance(answer.exception(), Exception | None):
            return answer.result()
        raise DatabaseUnavailableError(self._over.result() if self._over.done() else "the recorder has ended")

    def _give_up(self, reason: str) -> None:
        """Let everybody who waits go."""
        if not self._over.done():
            self._over.set_result(reason)
        if not self._is_stopped:
            self._over = self._hass.loop.create_future()

    def _execute[R](self, recorder: Recorder, work: Work[R]) -> asyncio.Future[tuple[R, float]]:
        """Do work in the recorder's executor; the answer says how long it took, too."""

        def execute() -> tuple[R, float]:
            begun = time.monotonic()
            with reading(recorder.engine, recorder.get_session) as connection:
                return work(connection), time.monotonic() - begun

        return recorder.async_add_executor_job(execute)

    def _read(self, answer: asyncio.Future[Any]) -> None:
        self._reading = None
        if not answer.cancelled():
            # Perhaps nobody waits for it any more.
            answer.exception()

    def _ask_to_read(self) -> asyncio.Future[float]:
        answer: asyncio.Future[float] = self._hass.loop.create_future()

        def answered(outcome: asyncio.Future[tuple[Any, float]]) -> None:
            if outcome.cancelled():
                answer.cancel()
            elif (error := outcome.exception()) is not None:
                answer.set_exception(error)
            else:
                answer.set_result(outcome.result()[1])

        try:
            self._execute(self._probed, _look).add_done_callback(answered)
        except RuntimeError as error:  # the recorder has ended its executor
            answer.set_exception(error)
        return answer

    def _ask_for_turn(self) -> asyncio.Future[float]:
        task = _TurnTask(self._hass.loop)
        self._probed.queue_task(task)
        return task.result

    def _notice(self) -> None:
        """Tell listeners what has changed."""
        if self.health.has_changed() or self._noticed_born_ms != self.born_ms:
            self._noticed_born_ms = self.born_ms
            for listener in tuple(self._listeners):
                listener()

    def carry[R](self, recorder: Recorder, work: Work[R]) -> R:
        """Do work in a transaction; on the recorder's thread alone. Raises what the work raises."""
        session = recorder.get_session()
        try:
            connection = session.connection()
            if self._look_again or self._tables_in is not recorder.engine:
                self.numbers.clear()
                migrate(connection, now_ms())
                self.born_ms = connection.execute(select(func.min(schema.c.changed_ms))).scalar()
                session.commit()
                self._tables_in, self._look_again, self._too_new = recorder.engine, False, None
                connection = session.connection()
            result = work(connection)
            session.commit()
        except BaseException as error:
            self._look_again = True
            if isinstance(error, SchemaTooNewError):
                self._tables_in, self._too_new = recorder.engine, str(error)
            session.rollback()
            raise
        finally:
            session.close()
        return result

    def wrote(self, name: str, *, queued: float, took: float) -> None:
        """Take note of a write."""
        self.health.succeeded(name, queued=queued, took=took)
        self._notice()

    def could_not_write(self, name: str, error: Exception) -> None:
        """Take note of a write that failed."""
        if isinstance(error, SchemaTooNewError):
            self.health.obstacle, self.health.reason = DatabaseStatus.TOO_NEW, str(error)
        else:
            self.health.failed(name, error)
        self._notice()


def _look(connection: Connection) -> None:
    connection.execute(text("SELECT 1")).scalar_one()


class _Task(RecorderTask):
    """A task that tells the event loop how it went."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop) -> None:
        self.result: asyncio.Future[Any] = loop.create_future()
        self._name = name
        self._loop = loop
        self._queued = time.monotonic()

    @override
    def __repr__(self) -> str:
        """Return what it is called; the recorder writes it into its debug log."""
        return f"<smart_lighting_ai_dali {self._name}>"

    def _tell[**P](self, what: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Let the event loop do something; when that has ended there is nobody left to be told."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(lambda: what(*args, **kwargs))

    def _succeed(self, result: Any) -> None:
        if not self.result.done():
            self.result.set_result(result)


class _TurnTask(_Task):
    """Only waits for its turn."""

    commit_before = False

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__("turn", loop)

    @override
    def run(self, instance: Recorder) -> None:
        """Tell how long that took."""
        self._tell(self._succeed, time.monotonic() - self._queued)


class _WriteTask(_Task):
    """One write on its way through the recorder's queue."""

    def __init__(self, database: Database, name: str, work: Work[Any], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name, loop)
        self._database = database
        self._work = work
        self._is_told = False

    @override
    def run(self, instance: Recorder) -> None:
        """Do the work, and tell whoever waits."""
        begun = time.monotonic()
        try:
            result = self._database.carry(instance, self._work)
        except Exception as error:  # whatever gets out of here may cost the user their history
            self._tell(self.fail, error)
            if isinstance(error, DatabaseError) and _is_corruption(error):
                raise
        else:
            self._tell(self._done, result, queued=begun - self._queued, took=time.monotonic() - begun)

    def _done(self, result: Any, *, queued: float, took: float) -> None:
        self._is_told = True
        self._database.wrote(self._name, queued=queued, took=took)
        self._succeed(result)

    def fail(self, error: Exception) -> None:
        """Tell why nothing was written, unless it is told already how it went."""
        if self._is_told:
            return
        self._is_told = True
        self._database.could_not_write(self._name, error)
        if not self.result.done():
            unavailable = DatabaseUnavailableError(f"{self._name}: {what_it_says(error)}")
            unavailable.__cause__ = error
            self.result.set_exception(unavailable)
            # Perhaps nobody waits for it any more.
            self.result.exception()


class _MissedTask(_Task):
    """Comes right behind a write, which the recorder leaves out when it can't save first what it has itself."""

    commit_before = False

    def __init__(self, write: _WriteTask, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__("missed", loop)
        self._write = write

    @override
    def run(self, instance: Recorder) -> None:
        """Tell whoever waits for the write, if it was left out."""
        self._tell(self._write.fail, _NotRunError("the recorder could not save what it had"))


def _is_corruption(error: DatabaseError) -> bool:
    """Tell whether SQLite itself says that its file is broken, whatever words an error has."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _CORRUPT

"""What each source said last before a window: with it, that window needs none of the events before it in its hour.

It is right up to the instant of a watermark; whatever comes late forgets that, and then it is looked up anew.
"""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Connection, delete, text

from .schema import carried
from .signals import FIRST_INSTANT
from .watermarks import Watermark, forget_watermark, read_watermark, write_watermark

_SELECT: Final = f"""
INSERT INTO smart_lighting_carried (src, kind, ts)
SELECT src, kind, MAX(ts) FROM smart_lighting_event
WHERE ts >= :since AND ts < :ends AND kind < {FIRST_INSTANT} GROUP BY src, kind
"""
_CARRY: Final = {
    "sqlite": text(f"{_SELECT} ON CONFLICT (src, kind) DO UPDATE SET ts = excluded.ts"),
    "postgresql": text(f"{_SELECT} ON CONFLICT (src, kind) DO UPDATE SET ts = excluded.ts"),
    "mysql": text(f"{_SELECT} ON DUPLICATE KEY UPDATE ts = VALUES(ts)"),
}


def carry(connection: Connection, since: int, ends: int, *, anew: bool) -> None:
    """Carry what sources said from an instant up to another to the latter; `anew`: nothing was said before."""
    if anew:
        connection.execute(delete(carried))
    connection.execute(_CARRY[connection.dialect.name], {"since": since, "ends": ends})
    write_watermark(connection, Watermark.CARRIED, ends)


def require_carried(connection: Connection, begins: int, instant: int) -> None:
    """Have what sources said last before an instant of the hour that begins then."""
    if read_watermark(connection, Watermark.CARRIED) != instant:
        carry(connection, begins, instant, anew=True)


def forget_carried(connection: Connection, carried_to: int | None, times: Iterable[int]) -> None:
    """Have it looked up anew where something came from before the instant up to which it was right."""
    if carried_to is not None and min(times) < carried_to:
        forget_watermark(connection, Watermark.CARRIED)

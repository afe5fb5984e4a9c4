"""Plots as small SVG files: made of text, so that a change of a figure is a change of a line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH, _LEFT, _RIGHT = 920, 64, 16
_GAP: Final = 62
_TOP: Final = 64
INK, FAINT, GRID = "#1f2328", "#656d76", "#d8dee4"
OURS, PEER, UNLEARNED, BEST = "#0969da", "#cf222e", "#8250df", "#1a7f37"
SUN, PEOPLE = "#ffd866", "#eaeef2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One pair of axes: what x and y go to, and where it is on the page."""

    title: str
    most_x: float
    most_y: float
    top: float
    height: float

    def x(self, value: float) -> float:
        """Return where a value of x is, in pixels."""
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * value / self.most_x

    def y(self, value: float) -> float:
        """Return where a value of y is, in pixels; what is above the axes is at their edge."""
        return self.top + self.height * (1 - min(max(value, 0.0), self.most_y) / self.most_y)

    def axes(self, xs: Iterable[tuple[float, str]], ys: Iterable[tuple[float, str]]) -> Iterator[str]:
        """Draw the grid and what stands beside it."""
        bottom = self.top + self.height
        yield text(_LEFT, self.top - 10, self.title, size=13, anchor="start", colour=INK)
        for value, label in ys:
            y = self.y(value)
            yield f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{GRID}"/>'
            yield text(_LEFT - 8, y + 4, label, anchor="end")
        for value, label in xs:
            x = self.x(value)
            yield f'<line x1="{x:.1f}" y1="{bottom:.1f}" x2="{x:.1f}" y2="{bottom + 4:.1f}" stroke="{FAINT}"/>'
            yield text(x, bottom + 18, label)

    def line(self, points: Sequence[tuple[float, float | None]], colour: str, *, dashes: str = "") -> str:
        """Draw what is constant from each point to the next; None is a gap."""
        path, last = [], None
        for at, value in points:
            if value is None:
                if last is not None:
                    path.append(f"H{self.x(at):.1f}")
                last = None
            elif last is None:
                path.append(f"M{self.x(at):.1f} {self.y(value):.1f}")
                last = value
            elif abs(self.y(value) - self.y(last)) >= 0.3:
                path.append(f"H{self.x(at):.1f}V{self.y(value):.1f}")
                last = value
        if last is not None:
            path.append(f"H{self.x(points[-1][0]):.1f}")
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        return f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="1.8"{dashed}/>'

    def area(self, points: Sequence[tuple[float, float]], colour: str) -> str:
        """Fill what is below, where that is constant from each point to the next."""
        path, last = [f"M{self.x(points[0][0]):.1f} {self.y(0):.1f}"], -1.0
        for at, value in points:
            if abs(self.y(value) - last) >= 0.3:
                last = self.y(value)
                path.append(f"H{self.x(at):.1f}V{last:.1f}")
        path.append(f"H{self.x(points[-1][0]):.1f}V{self.y(0):.1f}Z")
        return f'<path d="{"".join(path)}" fill="{colour}"/>'

    def band(self, begin: float, end: float, colour: str) -> str:
        """Fill all from one x to another."""
        left, right = self.x(begin), self.x(end)
        size = f'width="{right - left:.1f}" height="{self.height:.1f}"'
        return f'<rect x="{left:.1f}" y="{self.top:.1f}" {size} fill="{colour}"/>'

    def bar(self, begin: float, end: float, value: float, colour: str) -> str:
        """Draw a bar from one x to another."""
        left, right, top = self.x(begin), self.x(end), self.y(value)
        size = f'width="{right - left:.1f}" height="{self.y(0) - top:.1f}"'
        return f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{colour}"/>'


def below(panel: Panel | None) -> float:
    """Return where the next panel begins."""
    return _TOP if panel is None else panel.top + panel.height + _GAP


def text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "middle", colour: str = FAINT) -> str:
    """Write some words."""
    style = f'font-size="{size}" text-anchor="{anchor}" fill="{colour}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def legend(entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Say in one row what the colours are."""
    x = float(_LEFT)
    for words, colour in entries:
        yield f'<rect x="{x:.1f}" y="14" width="14" height="10" fill="{colour}"/>'
        yield text(x + 20, 23, words, anchor="start", colour=INK)
        x += 36 + 6.6 * len(words)


def page(parts: Iterable[str], *, last: Panel, title: str) -> str:
    """Return the file."""
    height = below(last) - 30
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" font-family="Helvetica, Arial, sans-serif" role="img">'
    )
    return "\n".join(
        (
            head,
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#ffffff"/>',
            *parts,
            "</svg>\n",
        )
    )

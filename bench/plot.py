"""What was measured as a picture: times a peer's rate, and the rate with many tenants."""

from collections.abc import Iterator, Mapping, Sequence
from math import log10
from pathlib import Path

from bench.report import Report

_WIDTH, _ROW, _LABELS, _NUMBERS = 780, 26, 350, 70  # pixels
_LEAST = 0.1  # times the peer's, where its scale begins
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 }
.bar { fill: #0969da } .peer { stroke: #1f2328; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .bar { fill: #4493f8 } .peer { stroke: #e6edf3 }
}
"""


def draw(reports: Sequence[Report], path: Path) -> None:
    times = {what: value for report in reports for what, value in report.times.items()}
    rates = {what: rate for report in reports for what, rate in report.by_tenants.items()}
    orders = {what: max(log10(value / _LEAST), 0) for what, value in times.items()}
    told = {what: f"{value:.1f}" for what, value in times.items()}
    title = "Times the peer's, on a logarithmic scale (dashed: the peer)"
    parts = [
        *_bars(title, orders, told, 0, mark=log10(1 / _LEAST)),
        *_bars(
            "Employees list: requests a second, tenants at random",
            rates,
            {what: f"{rate:,.0f}" for what, rate in rates.items()},
            len(times) + 2,
        ),
    ]
    height = (len(times) + len(rates) + 4) * _ROW
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
    path.write_text("\n".join([head, f"<style>{_STYLE}</style>", *parts, "</svg>\n"]))


def _bars(
    title: str, lengths: Mapping[str, float], told: Mapping[str, str], first: int, mark: float | None = None
) -> Iterator[str]:
    """A title and a bar for each length, from a row on, all to one scale."""
    if not lengths:
        return
    scale = (_WIDTH - _LABELS - _NUMBERS) / max(lengths.values())
    yield f'<text class="title" x="8" y="{first * _ROW + 20}">{title}</text>'
    for row, (what, length) in enumerate(lengths.items(), first + 1):
        y, width = row * _ROW + 6, length * scale
        yield f'<text x="{_LABELS - 8}" y="{y + 13}" text-anchor="end">{what}</text>'
        yield f'<rect class="bar" x="{_LABELS}" y="{y}" width="{width:.1f}" height="18" rx="2"/>'
        yield f'<text x="{_LABELS + width + 6:.1f}" y="{y + 13}">{told[what]}</text>'
    if mark is not None:
        x, top = _LABELS + mark * scale, (first + 1) * _ROW
        yield f'<path class="peer" d="M{x:.1f} {top}V{top + len(lengths) * _ROW}"/>'

"""What was measured as a picture: times a peer's rate, and the rate with many tenants."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.report import Report

_WIDTH, _ROW, _LABELS, _NUMBERS = 760, 26, 330, 90  # pixels
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 }
.bar { fill: #0969da } .peer { stroke: #1f2328; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .bar { fill: #4493f8 } .peer { stroke: #e6edf3 }
}
"""


def draw(reports: Sequence[Report], path: Path) -> None:
    times = {what: value for report in reports for what, value in report.times.items()}
    rates = {f"{n} tenants": rate for report in reports for n, rate in report.by_tenants.items()}
    parts = [
        *_bars("Times the peer's (dashed: as much as the peer)", times, 0, "{:.1f}", mark=1),
        *_bars("Employees list: requests a second, tenants at random", rates, len(times) + 2, "{:,.0f}"),
    ]
    height = (len(times) + len(rates) + 4) * _ROW
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">'
    path.write_text("\n".join([head, f"<style>{_STYLE}</style>", *parts, "</svg>\n"]))


def _bars(
    title: str, values: Mapping[str, float], first: int, form: str, mark: float | None = None
) -> Iterator[str]:
    """A title and a bar for each value, from a row on, all to one scale."""
    if not values:
        return
    scale = (_WIDTH - _LABELS - _NUMBERS) / max(values.values())
    yield f'<text class="title" x="8" y="{first * _ROW + 20}">{title}</text>'
    for row, (what, value) in enumerate(values.items(), first + 1):
        y, length = row * _ROW + 6, max(value * scale, 1)
        yield f'<text x="{_LABELS - 8}" y="{y + 13}" text-anchor="end">{what}</text>'
        yield f'<rect class="bar" x="{_LABELS}" y="{y}" width="{length:.1f}" height="18" rx="2"/>'
        yield f'<text x="{_LABELS + length + 6:.1f}" y="{y + 13}">{form.format(value)}</text>'
    if mark is not None:
        x, top = _LABELS + mark * scale, (first + 1) * _ROW
        yield f'<path class="peer" d="M{x:.1f} {top}V{top + len(values) * _ROW}"/>'

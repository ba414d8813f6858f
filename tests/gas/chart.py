"""The comparison as a picture: one pair of bars for each operation, KGST and the best peer, and the EVM's floor."""

from __future__ import annotations

from html import escape

from gas.rows import Row

WIDTH = 920
LEFT = 310  # where bars start
RIGHT = 110  # room for the last number
STEP = 46  # height of one operation
TOP = 64
BAR = 15

_SHORT = {
    "usdc_v2_2": "USDC", "pyusd": "PYUSD", "ausd": "AUSD", "rlusd": "RLUSD", "monerium": "EURe",
    "oz_erc20_bare": "OZ bare", "oz_wizard_uups": "OZ Wizard UUPS", "ozc_freezable": "OZ Freezable",
    "ozc_restricted": "OZ Restricted", "ozc_collateral": "OZ Collateral", "ozc_all_three": "OZ all three",
    "solady_erc20_bare": "Solady bare", "solady_uups": "Solady UUPS",
}  # fmt: skip

_STYLE = """
  .card { fill: #ffffff } text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 16px } .small { font-size: 11px; fill: #57606a }
  .kgst { fill: #0a6c5a } .peer { fill: #c3c9d0 } .strong { font-weight: 600 }
  .floor { stroke: #b3261e; stroke-width: 2 } .grid { stroke: #e4e7eb }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117 } text { fill: #e6edf3 } .small { fill: #9198a1 }
    .kgst { fill: #2fb393 } .peer { fill: #4b535d } .floor { stroke: #ff8a80 } .grid { stroke: #262c36 }
  }
"""


def short(peer: str) -> str:
    """A peer's name as it fits beside a bar."""
    return _SHORT[peer]


def draw(rows: list[Row]) -> str:
    """An SVG document; the same rows give the same text."""
    drawn = [row for row in rows if row.best_peer is not None]
    most = max(max(row.kgst, row.best_peer.gas if row.best_peer else 0) for row in drawn)
    height = TOP + STEP * len(drawn) + 34
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="title">',
        '<title id="title">Gas of KGST and of the best peer, by operation</title>',
        f"<style>{_STYLE}</style>",
        f'<rect class="card" width="{WIDTH}" height="{height}" rx="8"/>',
        '<text class="title" x="16" y="28">Gas by operation: shorter is cheaper</text>',
        *_legend(16, 46),
    ]
    bottom = TOP + STEP * len(drawn)
    for thousand in range(0, most // 1000 + 1, 20):
        x = LEFT + thousand * 1000 * scale
        parts.append(f'<line class="grid" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{bottom}"/>')
        parts.append(
            f'<text class="small" x="{x:.1f}" y="{bottom + 18}" text-anchor="middle">{thousand}k</text>'
        )
    for number, row in enumerate(drawn):
        parts += _pair(row, TOP + number * STEP + 6, scale)
    return "\n".join([*parts, "</svg>", ""])


def _legend(x: int, y: int) -> list[str]:
    return [
        f'<rect class="kgst" x="{x}" y="{y - 9}" width="22" height="10" rx="2"/>',
        f'<text class="small" x="{x + 28}" y="{y}">KGST</text>',
        f'<rect class="peer" x="{x + 84}" y="{y - 9}" width="22" height="10" rx="2"/>',
        f'<text class="small" x="{x + 112}" y="{y}">cheapest issued stablecoin with the same duty</text>',
        f'<line class="floor" x1="{x + 412}" y1="{y - 10}" x2="{x + 412}" y2="{y + 2}"/>',
        f'<text class="small" x="{x + 420}" y="{y}">what the EVM itself charges in this layout</text>',
    ]


def _pair(row: Row, y: int, scale: float) -> list[str]:
    best = row.best_peer
    if best is None:
        return []
    kgst_end, peer_end = LEFT + row.kgst * scale, LEFT + best.gas * scale
    change = f"{row.kgst / best.gas - 1:+.1%}".replace("-", "−")
    parts = [
        f'<text x="{LEFT - 10}" y="{y + BAR + 4}" text-anchor="end">{escape(row.label)}</text>',
        f'<rect class="kgst" x="{LEFT}" y="{y}" width="{kgst_end - LEFT:.1f}" height="{BAR}" rx="2"/>',
        f'<text class="strong" x="{kgst_end + 6:.1f}" y="{y + 12}">{row.kgst:,} '
        f'<tspan class="small">{change}</tspan></text>',
        f'<rect class="peer" x="{LEFT}" y="{y + BAR + 2}" width="{peer_end - LEFT:.1f}" height="{BAR}" rx="2"/>',
        f'<text class="small" x="{peer_end + 6:.1f}" y="{y + BAR + 14}">{best.gas:,} {escape(short(best.peer))}</text>',
    ]
    if row.floor is not None:
        x = LEFT + row.floor * scale
        parts.append(
            f'<line class="floor" x1="{x:.1f}" y1="{y - 2}" x2="{x:.1f}" y2="{y + BAR + 2}"/>'
        )
    return parts

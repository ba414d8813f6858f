"""The operators' clock, when time has passed in the rehearsal: Python imports this when it starts, if it finds it."""

import os
import time
from pathlib import Path

_ahead = os.environ.get("REHEARSAL_CLOCK")
if _ahead:
    _seconds = int(Path(_ahead).read_text())
    _real = time.time
    time.time = lambda: _real() + _seconds

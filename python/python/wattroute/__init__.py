"""What would it cost, and what would it save, to route LLM queries differently?

The verbs and options of the command line ``wattroute``, with the same names, defaults and errors, and the same engine:
the same seed gives the same bytes.

>>> import wattroute
>>> trace = wattroute.open("ladder")
>>> result = trace.replay(["oracle", "random"], baseline="ladder-xl@nvidia-h200-bs1")
>>> round(result.to_dict()["policies"][0]["savings"]["ladder-xl@nvidia-h200-bs1"]["energy"]["value"], 4)
0.6647
"""

from __future__ import annotations

from ._batch import Batch
from ._errors import Error, Problem, UsageError
from ._figure import Figure
from ._result import Result
from ._routers import Router
from ._tables import Table, Tables
from ._trace import Trace, open
from ._verbs import figures, formats, import_, measures, merge, policies, report, reproduce, synth
from ._wattroute import version as __version__

__all__ = [
    "Batch",
    "Error",
    "Figure",
    "Problem",
    "Result",
    "Router",
    "Table",
    "Tables",
    "Trace",
    "UsageError",
    "__version__",
    "figures",
    "formats",
    "import_",
    "measures",
    "merge",
    "open",
    "policies",
    "report",
    "reproduce",
    "synth",
]

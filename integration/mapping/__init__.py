"""Field mapping: rows in the database say which of our fields becomes which of theirs, and the other way."""

from .apply import Problem, Row
from .compiling import apply
from .recording import recording
from .transforms import TRANSFORMS
from .versions import Compiled, compiled, compiled_together, holding, in_force

__all__ = [
    "TRANSFORMS",
    "Compiled",
    "Problem",
    "Row",
    "apply",
    "compiled",
    "compiled_together",
    "holding",
    "in_force",
    "recording",
]

"""Field mapping: rows in the database say which of our fields becomes which of theirs."""

from .apply import Problem, Row, apply
from .transforms import TRANSFORMS
from .versions import Compiled, compiled, publish

__all__ = ["TRANSFORMS", "Compiled", "Problem", "Row", "apply", "compiled", "publish"]

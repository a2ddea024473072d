"""The contract with Business Central: what Tieout uses of it, whether it is still there, and what to do."""

from .pauses import Paused, of_delivery, of_pull, paused

__all__ = ["Paused", "of_delivery", "of_pull", "paused"]

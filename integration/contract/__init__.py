"""The contract with Business Central: what Tieout uses of it, whether it is still there, and what to do."""

from .pauses import Paused, check_pull, of_delivery, paused

__all__ = ["Paused", "check_pull", "of_delivery", "paused"]

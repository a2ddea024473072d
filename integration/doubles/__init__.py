"""Documents of ours that Business Central has more than once: none should be, so each is somebody's at once.

Each night what is new there is grouped by our key, kind by kind. What follows such a document is held back
(`DoubledDocument.objects.holding`, asked wherever a message is built), people are told of it, and one of them
says which document stays.
"""

from .looking import look
from .settling import DoublesError, settle

__all__ = ["DoublesError", "look", "settle"]

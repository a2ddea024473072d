"""Business Central's webhooks: it says what has changed, and that is read at once; nothing depends on it."""

from .following import follow
from .receiving import Unreadable, knows, take
from .subscribing import NOT_CONFIGURED, is_configured, keep

__all__ = ["NOT_CONFIGURED", "Unreadable", "follow", "is_configured", "keep", "knows", "take"]

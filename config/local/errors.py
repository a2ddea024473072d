"""What stops a local start, in words that say what to do about it."""


class LocalError(RuntimeError):
    """A local server or process cannot run here; the text says what was tried and what would help."""

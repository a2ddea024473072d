"""The clerk's records, the controller's limits and the people in the admin, a file per subject."""

from . import cases, documents, families, limits, owners, people

__all__ = ["cases", "documents", "families", "limits", "owners", "people"]

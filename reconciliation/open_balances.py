"""The name by which documents are known that were taken over on the day of the cutover."""

SOURCE = "Open balance"

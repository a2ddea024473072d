"""The cutover, rehearsed."""

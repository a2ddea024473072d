"""The fault matrix: what may break, and the tests that show what comes of it."""

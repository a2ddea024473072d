"""What docs/security.md promises: each line of its table names a test, and most of these tests are here."""

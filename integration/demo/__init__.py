"""The demo's house: an invented facility-management company, its suppliers, and a few weeks of its work."""

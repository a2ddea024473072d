"""A local imitation of Business Central's API v2.0: OAuth, OData, posting rules and faults.

It runs as its own process and imports nothing of ours outside this package; see docs/howto/bc-sandbox.md.
"""

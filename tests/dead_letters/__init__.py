"""The dead-letter desk: causes, their owners, replays and edits."""

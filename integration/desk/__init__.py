"""The dead-letter desk: what is stuck and why, whose it is, and the ways back into the line."""

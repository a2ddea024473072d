"""Who is told when work is stuck."""

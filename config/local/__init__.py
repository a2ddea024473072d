"""What the demo and the tests need on one machine: private servers and a supervisor. Not for production."""

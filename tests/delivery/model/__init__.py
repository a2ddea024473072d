"""The outbox under any turn of events, and the rules that hold after each."""

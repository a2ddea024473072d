"""The matching engine: a pure function from the frozen facts of a case to a decision that shows its sums."""

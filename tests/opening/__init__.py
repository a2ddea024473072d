"""Open balances, taken over on the day of the cutover."""

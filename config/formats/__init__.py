"""How the product writes dates, times and numbers, by language."""

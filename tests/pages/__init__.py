"""Pages of the documentation that are written from tables in the code; tests compare them."""

"""What is shipped to run Tieout, held to its own rules; no engine of containers runs here."""

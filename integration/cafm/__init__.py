"""The CAFM's HTTP interface: events in, their fate and master data out."""

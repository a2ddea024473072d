"""What Tieout ships: default mappings, and what is known of the fields on the other side. Data, no rules."""

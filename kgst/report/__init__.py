"""The report of a period, and the evidence of its controls, from files alone."""

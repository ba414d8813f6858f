"""`ape run supply`: mint, burn, pay many, and what may be minted."""

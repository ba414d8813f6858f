"""Safe, the multi-signature account: what one is, its transactions, how it takes signatures."""

"""Safe, the multi-signature account: what one is, its transactions, the files its owners sign."""

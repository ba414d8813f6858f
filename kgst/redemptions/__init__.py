"""Behind `ape run redemptions`: requests at the redemption desk, what is due, and what REDEEMER does with them."""

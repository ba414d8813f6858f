"""What the bank moved for the tokens that were burned: references of payments, and which redemptions are settled."""

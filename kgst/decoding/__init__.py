"""What a call says: in words, with names, and what of it the AccessManager has scheduled."""

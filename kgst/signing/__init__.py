"""What auditors sign by files, whatever it is: drafted, signed offline, collected, compared with the chain."""

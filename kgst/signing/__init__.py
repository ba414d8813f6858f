"""What people sign by files, whatever it is: drafted, signed offline, collected; an auditor's also submitted."""

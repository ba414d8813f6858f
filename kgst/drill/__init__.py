"""The emergency pause, practised on a fork."""

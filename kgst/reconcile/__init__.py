"""Mints against deposits and redemptions against payments: whether what the chain says and what the banks say agree."""

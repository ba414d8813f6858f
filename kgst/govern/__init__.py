"""What governance changes: roles, quotas, limits."""

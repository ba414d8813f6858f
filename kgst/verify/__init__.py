"""Chain against policy and record."""

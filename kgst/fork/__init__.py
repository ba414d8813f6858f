"""A copy of the connected chain to try things on."""

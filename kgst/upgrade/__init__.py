"""Upgrading the token: what a new implementation would lose, the auditors' consent to it, the call, the record."""

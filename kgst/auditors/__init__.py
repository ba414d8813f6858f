"""Changing the auditors: rotation, signed by those in office; recovery, when too few of their keys are left."""

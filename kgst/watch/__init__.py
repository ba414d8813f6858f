"""Somebody who always looks: each thing that a person has to know of is told once, and silence is told too."""

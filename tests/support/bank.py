"""The demonstration's bank, for the tests' own days."""

from kgst.demo.bank import Bank, Line, payment

__all__ = ["Bank", "Line", "payment"]

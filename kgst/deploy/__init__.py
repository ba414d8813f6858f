"""A deployment: planned, carried out, and made readable on an explorer."""

from kgst.deploy.applying import apply

__all__ = ["apply"]

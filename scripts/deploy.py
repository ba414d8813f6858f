"""Deploy KGST as a policy says, and compare what stands there with it."""

from kgst.cli.deploy import cli

__all__ = ["cli"]

"""The main job: the token's life from deployment to upgrade, told in som, each step asserted."""

from kgst.cli.demo import cli

__all__ = ["cli"]

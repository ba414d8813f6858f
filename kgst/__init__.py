"""KGST operations: exact amounts, reserve statements and the commands that run the token.

Importable without ApeWorX's command line. Amounts inside the package are integers: base
units (1 som = 1_000_000) on the token's side, tyiyn (1 som = 100) on the bank's side.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]

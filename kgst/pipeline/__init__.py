"""The one way in which operators write: build, simulate, preview, confirm, journal, send, finality, read back."""

"""`ape run guard`: pauses, blocks, freezes and orders."""

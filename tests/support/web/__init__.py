"""The page in a real browser, and the nodes that it asks."""

"""Everything that can be wrong with a node and a deployment."""

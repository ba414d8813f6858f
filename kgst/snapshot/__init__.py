"""What the chain says of a deployment in one block: each reader asks for the parts that it needs."""

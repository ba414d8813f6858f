"""What `ape run` offers: each script's commands and their options, and nothing else.

They stand here and not in scripts/, because ape executes each script hundreds of times to list them, and at least twice
to find one; a module is executed once.
"""

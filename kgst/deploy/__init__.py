"""The commands of `ape run deploy`: plan, apply, resume, verify, publish."""

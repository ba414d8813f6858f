"""Attesting the reserves: draft from bank statements, sign without a network, collect, submit, show, halt."""

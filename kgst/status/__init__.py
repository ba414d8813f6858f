"""How the token stands."""

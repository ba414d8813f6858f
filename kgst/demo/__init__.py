"""The main job as a story: the token's life from deployment to upgrade, each step asserted."""

"""Who did what, when and why: journals, Safes' files and the index, read together."""

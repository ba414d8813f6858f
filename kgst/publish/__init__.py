"""What others are given to show the token: figures as files, entries of lists, a mark."""

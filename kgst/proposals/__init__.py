"""A Safe's transactions on their way: files that its owners are shown, sign without a network, and put together."""

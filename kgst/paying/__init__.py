"""Redemptions that a bank pays: who is behind a request, what the bank is told, and what its answers mean.

A holder's request on the chain carries an amount and the hash of a payee's details. Here is the rest, without a chain
and without a command: the register of those details, orders for the bank, and what was paid, rejected or returned.
"""

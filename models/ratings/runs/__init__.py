"""Runs of the calculation over the ledger, and what came out."""

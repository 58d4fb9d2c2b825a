"""What counts: schemes, the ledger and the calculation."""

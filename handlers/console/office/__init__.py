"""The office: accounts, handovers, complaints, the account's answers."""

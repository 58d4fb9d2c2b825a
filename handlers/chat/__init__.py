"""The official account's chat: what followers type, tap and scan, and the one reply each of it gets."""

"""What WeChat sends to an account's server: messages and events, sealed, repeated, its answers judged."""

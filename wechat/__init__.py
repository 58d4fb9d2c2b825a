"""How to talk to WeChat: token, calls, crypto, pushes; knows nothing of the Party."""

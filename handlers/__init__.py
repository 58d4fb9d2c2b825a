"""Who asks: the mini-program, the console, the official account, the operator."""

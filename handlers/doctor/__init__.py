"""`doctor`: what is well with an installation, and what has to be seen to; each look by itself."""

"""The guides in docs/, followed line by line by whoever they are written for."""

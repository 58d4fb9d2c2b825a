"""`make pictures`, or `python -m tests.pictures [NAME…]`: those whose names begin so, else all of them."""

import sys

from tests.pictures import console, mini_program
from tests.pictures.shelf import ALL, put_out

ALL.mkdir(parents=True, exist_ok=True)
words = sys.argv[1:]
put_out([*console.take_all(words), *mini_program.take_all(words)])
print(ALL / "index.html")

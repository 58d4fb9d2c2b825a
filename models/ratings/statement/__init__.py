"""Points and stars as a member or a branch reads them."""

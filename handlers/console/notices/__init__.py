"""The texts of a notice, and whom somebody must telephone."""

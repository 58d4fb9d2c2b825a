"""Publicity: drafted from filed records, reviewed, approved and published, each step by a named person."""

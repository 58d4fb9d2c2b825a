"""Imports from workbooks."""

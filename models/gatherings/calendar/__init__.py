"""Workdays as data, and the days that follow from them."""

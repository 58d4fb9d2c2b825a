"""请假与报备, and what is made up afterwards."""

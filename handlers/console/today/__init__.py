"""今天: what this person has to do, and the next gathering."""

"""组织生活: drafted, published, changed, called off; and how far the branches below have come."""

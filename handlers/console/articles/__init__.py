"""活动宣传: from a record to a published article."""

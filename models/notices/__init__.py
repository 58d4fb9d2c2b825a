"""What is told: notices, deliveries and what WeChat answered."""

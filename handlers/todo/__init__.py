"""What waits for a person (待办): a line each, most urgent first, for the console and the phone alike."""

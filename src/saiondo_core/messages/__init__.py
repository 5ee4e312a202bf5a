"""What was said: messages, their revisions and their reactions."""

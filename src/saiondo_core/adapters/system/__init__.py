"""What only the machine can give: time, randomness and password hashing."""

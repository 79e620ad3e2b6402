"""What is made from the code, for people who read and not run it."""

"""What AWS has, compared with the plan packet by packet."""

"""A change deployed on a private local AWS, judged call by call."""

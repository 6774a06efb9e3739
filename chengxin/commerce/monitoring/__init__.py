"""Shops patrolled by departments, drawn or for a stated reason; and risks followed from sign to handling across regions, each as one file."""

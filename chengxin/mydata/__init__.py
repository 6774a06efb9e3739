"""What whoever is recorded may know of it: who read what, by which right; asking why; taking everything away; having erased what may be."""

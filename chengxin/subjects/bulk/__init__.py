"""Set-wise work on subjects: numbers and names resolved, candidates searched, files matched."""

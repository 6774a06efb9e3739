"""How fast trades are filed, beside the same rows sorted and written without a check; a shop's year read back; deleted reviews found."""

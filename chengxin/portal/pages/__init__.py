"""The public's pages: reading what is recorded, and answering back."""

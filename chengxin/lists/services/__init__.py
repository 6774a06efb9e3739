"""Reading subjects' files, and entering subjects on lists with notice and reply."""

"""Consumer warnings: drafted from a decided ground, heard, published with an end, pushed to platforms, withdrawn as plainly as they were published."""

"""Data quality: what is wrong in the rolls, said in a sentence, and how clean a school is."""

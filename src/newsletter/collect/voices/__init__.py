"""Tells whose words the paragraphs of an unmarked text are: evidence is weighed, and a doubt names its reasons."""

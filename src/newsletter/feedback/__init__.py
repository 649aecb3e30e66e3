"""What providers tell afterwards, and what follows from it: bounces, complaints, proof."""

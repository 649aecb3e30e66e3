"""What providers report after the hand-over, and what follows from it: bounces, complaints, proof."""

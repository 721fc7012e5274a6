"""Figures of day 3 in words; Chinese stands in the catalogue."""

TEXTS = {
    "day3-puzzle": "Loss of three batch sizes: by examples the smallest wins; by updates the curves hardly overlap.",
    "day3-noise": "Variance of the gradient falls as the formula says, at first as one over B; its direction gets better.",
    "day3-floor": "Noise floor by batch size: it falls with the rate kept, falls less with rate times root B, and stays level with rate times B.",
    "day3-scale": "Updates to the target by batch size: they fall, ever more slowly, and level off beyond the noise scale.",
    "day3-accuracy": "Test accuracy falls with the batch size at one rate, not with its own rate and enough updates.",
    "day3-rate-for-large-batch-map": "Map of the training loss: up the lower diagonals, rate and batch doubled, it stays nearly the same.",
    "day3-precise-batch-size": "Variance by batch size: the dots follow the line, which bends below that with replacement.",
}

"""Figures of day 7 in words; Chinese stands in the catalogue."""

TEXTS = {
    "day7-puzzle": "Peak rate against width, both on log scales, for three families of models: all fall, two of them nearly as one over the width and GPT-3's a little less.",
    "day7-words": "One dot a word, nats left to learn against frequency: SGD's dots rise from the frequent words to the rare ones, with one or two of the most frequent high again; Adam's lie flat near zero.",
    "day7-spike": "The weight's place after one huge gradient: with β₂ 0.999 it is carried more than thirty rates away, with 0.99 about ten, with 0.95 about six; afterwards it lies still.",
    "day7-bad-batch": "Batch loss against the update: without clipping a spike at update 100 and a long way back, with clipping only the bad batch itself stands out.",
    "day7-width": "Training loss against the rate for four widths: the lowest points of the two wide ones lie farther left.",
    "day7-mup": "Best rate against width: the standard network's falls, that of muP does not.",
    "day7-muon": "Singular values of a gradient before and after: before, they fall steeply; after, more than half of them lie near one.",
}

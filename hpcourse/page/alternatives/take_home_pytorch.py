"""Figures of the notebook to take home in words; Chinese stands in the catalogue."""

TEXTS = {
    "take_home_pytorch-range": "Training loss while the rate grows: it stays, falls, and blows up.",
}

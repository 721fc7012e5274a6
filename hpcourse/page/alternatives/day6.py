"""Figures of day 6 in words; Chinese stands in the catalogue."""

TEXTS = {
    "day6-curves": "Four loss curves. A falls fast, then jumps up and down around a level above zero. B is a smooth line that sinks a little, near the top of its axis. C falls, then rises steeply above its start. D falls smoothly to a small part of its start.",
    "day6-misdiagnosed-rate-run": "Loss curves for four learning rates, each with the word that your function gives it. Two hardly fall and stay between 2.3 and 2.6; the last panel is empty, since its loss is nan.",
    "day6-loss-map": "Two maps of the loss. Left: steps, and a wide patch of lines that all share the lowest loss. Right: smooth, with one lowest point.",
    "day6-race": "Three optimizers at one learning rate: Adam's starts lie far to the right of the others.",
    "day6-fair": "Left: at one rate for all, Adam is ahead. Right: at tuned rates the three medians agree.",
    "day6-digits-sweeps": "Six sweeps with nearly the same peak height: each optimizer has its own range of good rates.",
    "day6-digits-report": "Test accuracy at tuned rates: most medians agree, and the seeds of each spread more widely.",
    "day6-more-tasks": "Spirals: all six medians lie within a point. Badly scaled digits: Adam is ahead of momentum, RMSProp and SGD.",
    "day6-search": "Two searches: both walk up from far too small rates, pass the best one, and narrow it down.",
    "day6-schedules": "Four schedules for SGD and Adam: with decay the seeds of SGD lie closer together, the worst much higher.",
}

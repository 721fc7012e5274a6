# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] key="title" lang="en"
# # Day 2 · Exercises: learning rate schedules
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday2_exercises.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day2_exercises.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day2_exercises.ipynb) · [English](../en/day2_exercises.ipynb) · [繁體中文](../zh-TW/day2_exercises.ipynb)
#
# **You will do:** write a decay, a warmup, and both in one, and train a network with each; tell a frozen run from the others, and say why it froze; find out how a longer training should decay; mend a warmup and a schedule from a textbook; find the run that can bear a larger rate, and the start that a warmup heals; and, in the last task, design a schedule of your own.
#
# **You need:** [the lesson of Day 2](day2_learning_rate_schedules.ipynb). About 60 minutes, 9 tasks, 16 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.
#
# In all tasks $t$ is the number of updates made so far: the first update has $t = 0$.

# %% [markdown] key="title" lang="zh-TW" of="9f11cd30"
# # 第 2 天 · 練習：學習率排程
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday2_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day2_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day2_exercises.ipynb) · [English](../en/day2_exercises.ipynb) · [繁體中文](../zh-TW/day2_exercises.ipynb)
#
# **你會動手做**：自己寫出衰減、預熱，再把兩者接起來，每一種都拿來訓練一個網路；認出凍結的那條路徑，並說出它為什麼凍結；查出訓練時間拉長時，衰減該怎麼跟著改；修好一段寫錯的預熱，還有一本教科書裡的排程；找出哪一次訓練受得了更大的學習率、哪一個起點靠預熱救得回來；最後一題，設計你自己的排程。
#
# **你需要**：[第 2 天的課程](day2_learning_rate_schedules.ipynb)。大約 60 分鐘，9 題，共 16 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
#
# **怎麼作答**：把每個 `...` 換成你自己的程式碼，執行那一格，再執行下面的檢查。檢查會馬上告訴你對不對。答錯不扣分，檢查會說明你的函式做了什麼，再試一次就好。提示是收合的，點一下就會展開。
#
# 每一題的 $t$ 都是「到目前為止更新了幾次」：第一次更新時，$t = 0$。

# %% key="setup"
try:
    import hpcourse as hp
except ModuleNotFoundError:  # on Colab, Kaggle or a bare Jupyter
    from glob import glob

    course = "https://github.com/your-account-/hpcourse/archive/refs/heads/main.zip"
    course = (glob("hpcourse-*.whl") or [course])[0]  # a wheel beside the notebook
    # %pip install -qqq --no-deps "{course}"
    try:
        import hpcourse as hp
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"""{course} cannot be reached: switch the Internet on
(Kaggle), or put the wheel beside this notebook; "your-account-" is no address yet.
連不到課程套件：請打開網路（Kaggle），或把 hpcourse 的 wheel 檔放在筆記本旁。""") from None
import matplotlib.pyplot as plt
import numpy as np

# %% bind="title"
free("how a longer training should decay", "", "what task 3 asks")
free("that can bear a larger rate", "更大的學習率", "what task 7 asks")

# %% key="language" tags=["language"]
hp.use_language("en")
hp.use_style()

# %% [markdown] key="exponential-decay" lang="en"
# ## 1. Let it fade (1 point)
#
# Exponential decay starts at $\eta_0$, and every update multiplies the learning rate by the same factor, $e^{-k}$. Write the rate of any update at once, without a loop.
#
# `lr0` is the first learning rate $\eta_0$, `rate` the decay rate $k$, and `t` the step $t$, counted from 0. Return the learning rate of that step.
#
# Which rate do you expect at step 0? And can it ever become negative?
#
# <details><summary>Hint</summary>
#
# `np.exp` is the exponential function. Mind the sign of what stands in it.
#
# </details>

# %% [markdown] key="exponential-decay" lang="zh-TW" of="3175ed31"
# ## 1. 慢慢變小（1 分）
#
# 指數衰減從 $\eta_0$ 開始，每更新一次，學習率就乘上同一個倍率 $e^{-k}$。不用迴圈，直接寫出任何一次更新的學習率。
#
# `lr0` 是一開始的學習率 $\eta_0$，`rate` 是衰減率 $k$，`t` 是步數 $t$，從 0 開始數。請傳回那一步的學習率。
#
# 想一想：第 0 步的學習率應該是多少？它有可能變成負的嗎？
#
# <details><summary>提示</summary>
#
# `np.exp` 就是指數函數。注意裡面的正負號。
#
# </details>


# %% key="exponential-decay-answer"
def exponential_decay(lr0, rate, t):
    ### BEGIN SOLUTION
    return lr0 * np.exp(-rate * t)
    ### END SOLUTION


# %% key="exponential-decay-check" task="exponential_decay" points=1 tags=["nbval-ignore-output"]
hp.check("exponential_decay", exponential_decay)

# %% [markdown] key="frozen-run" lang="en"
# ## 2. Which one has frozen? (1 point)
#
# Four runs on the noisy parabola of the lesson. All start at $w = -5$; the minimum is at 0, the dashed line. They differ in their first learning rate and in their decay rate. One of them has **frozen**: it stands still far from the minimum, and more steps would not bring it any nearer.

# %% [markdown] key="frozen-run" lang="zh-TW" of="e797c918"
# ## 2. 哪一條凍結了？（1 分）
#
# 下面四條路徑，都走在課程裡那條有雜訊的拋物線上。全部從 $w = -5$ 出發，最小值在 0，也就是虛線。它們的起始學習率和衰減率各不相同。其中有一條**凍結**了：停在離最小值很遠的地方，走再多步也不會更靠近。

# %% key="frozen-run-figure"
bowl = hp.Quadratic([1.0])  # curvature 1
pairs = [[0.5, 0], [0.9, 0.3], [0.05, 0.05], [0.004, 0]]  # first rate, decay rate
pairs = np.random.default_rng(5).permutation(pairs)
schedules = {name: hp.ExponentialDecay(*pair) for name, pair in zip("ABCD", pairs)}
fig, axes = plt.subplots(1, len(pairs), figsize=(10, 2.6), sharey=True)
for ax, (name, schedule) in zip(axes, schedules.items()):
    walk = hp.descend(bowl, hp.SGD(schedule), [-5.0], steps=300, noise=1.0, seed=4)
    ax.plot(walk.w, lw=1)
    ax.axhline(0, color="gray", lw=1, ls="--")
    ax.set(title=name, xlabel="step")
axes[0].set_ylabel("$w$")
hp.show(fig, "day2-frozen-run")

# %% bind="day2-frozen-run"
paths = [a.lines[0].get_ydata() for a in axes]
ends = [path[-1] for path in paths]
says("Paths from -5", "從 -5 出發的四條路徑", {path[0] for path in paths} == {-5})
says("A still rises at -1.6", "A 到 -1.6，還在上升", abs(ends[0] + 1.6) < 0.1)
says("B stays at 0", "B 停在 0", abs(ends[1]) < 0.1 and np.ptp(paths[1][-100:]) < 0.1)
says(
    "C is level at -1.7",
    "C 停在 -1.7",
    abs(ends[2] + 1.7) < 0.1 > np.ptp(paths[2][-100:]),
)
says(
    "D jumps about 0",
    "D 在 0 附近上下跳動",
    np.std(paths[3][-100:]) > 0.3 and abs(np.mean(paths[3][-100:])) < 0.3,
)

# %% bind="frozen-run-ask"
says(
    "The run with the largest decay rate is not the answer",
    "四條路徑裡衰減率最大的，並不是答案",
    pairs[:, 1].argmax() != 2,
)

# %% bind="frozen-run"
frozen = [
    schedule(np.arange(300, 10_000)).sum() < 1e-5 for schedule in schedules.values()
]
says("would not bring it any nearer", "走再多步也不會更靠近", frozen[2])
says("All start at $w = -5$", "全部從 $w = -5$ 出發", walk.w[0, 0] == -5)
dashed = [
    line.get_ydata() for a in axes for line in a.lines if line.get_linestyle() == "--"
]
says(
    "the minimum is at 0, the dashed line",
    "最小值在 0，也就是虛線",
    len(dashed) == 4 and not np.any(dashed),
)
ends = np.abs([a.lines[0].get_ydata()[-100:].mean() for a in axes])
says(
    "it stands still far from the minimum",
    "停在離最小值很遠的地方",
    sum(still and end > 1 for still, end in zip(frozen, ends)) == 1 and ends[2] > 1,
)

# %% [markdown] key="frozen-run-ask" lang="en"
# And why did it freeze? Give two answers, with a comma between them: its letter, as a string, and the **sum of all its learning rates**, however long it goes on. `schedules["A"]` is the schedule of A, which can be asked about one step or about many: `schedules["A"](np.arange(10))`.
#
# The run with the largest decay rate is not the answer. Do you see why?
#
# <details><summary>Hint</summary>
#
# Two questions to each run: does it still move at the end? And where is it? A run that trembles is moving, too. For the sum, ask about so many steps that more of them change nothing.
#
# </details>

# %% [markdown] key="frozen-run-ask" lang="zh-TW" of="de68b983"
# 它又是為什麼凍結的？請回答兩項，中間用逗號隔開：先寫它的字母（字串），再寫它**所有學習率的總和**，不管走多久都要算進去。`schedules["A"]` 是 A 的排程，可以問它某一步，也可以一次問好多步：`schedules["A"](np.arange(10))`。
#
# 四條路徑裡衰減率最大的，並不是答案。看得出為什麼嗎？
#
# <details><summary>提示</summary>
#
# 看每一條路徑，問兩個問題：最後還在動嗎？停在哪裡？抖個不停也算還在動。至於總和，步數要問得夠多，多到再多幾步也不會變。
#
# </details>

# %% key="frozen-run-answer"
frozen_run = "C", schedules["C"](np.arange(10_000)).sum()  ### SOLUTION

# %% key="frozen-run-check" task="frozen_run" points=1
hp.check("frozen_run", frozen_run)

# %% [markdown] key="best-decay-rate" lang="en"
# ## 3. Ten times the steps (2 points)
#
# In the lesson a run froze when its rate fell too fast, and more steps did not help. So a longer training wants a slower decay. How much slower? Find out with your own `exponential_decay`.
#
# `expected_loss(rate, steps)` gives the loss on the noisy parabola after that many steps, averaged over all possible noise, so that it needs no seeds. The first learning rate is 0.5. The cell below it sweeps the decay rate for a training of **300** steps. The dashed line is the loss without any decay: note where decay becomes worse than none.
#
# Which decay rate is best for a training of **3,000** steps? Predict first: the same, half, a tenth? Then change the sweep, and answer with the rate. Any rate counts whose loss is at most a quarter above the lowest possible one.
#
# <details><summary>Hint</summary>
#
# Change the number of steps in the sweep and run it again. Where in the figure does the best rate lie now? Can you be sure that nothing better lies beyond?
#
# </details>

# %% [markdown] key="best-decay-rate" lang="zh-TW" of="151ef4de"
# ## 3. 步數變成十倍（2 分）
#
# 課程裡看過：學習率降得太快，路徑就會凍結，走再多步也沒有用。所以訓練越久，衰減就要越慢。到底要慢多少？用你自己寫的 `exponential_decay` 來查清楚。
#
# `expected_loss(rate, steps)` 算出在有雜訊的拋物線上走這麼多步之後的損失，而且是對所有可能的雜訊取平均，所以不需要種子。起始的學習率是 0.5。再下一格對 **300** 步的訓練掃描衰減率。虛線是完全不衰減的損失：注意看，從哪裡開始，衰減反而比不衰減還差。
#
# 如果訓練 **3,000** 步，最好的衰減率是多少？先預測：一樣、一半，還是十分之一？再改一改掃描，把找到的衰減率填進答案。損失最多比最低值高四分之一，就算答對。
#
# <details><summary>提示</summary>
#
# 改掉掃描裡的步數，再執行一次。現在最好的衰減率落在圖上的哪裡？超出圖的範圍，會不會還有更好的？
#
# </details>


# %% key="best-decay-rate-loss"
def expected_loss(rate, steps):
    mean, variance = -5.0, 0.0
    for t in range(steps):
        lr = exponential_decay(0.5, rate, t)
        mean, variance = (1 - lr) * mean, (1 - lr) ** 2 * variance + lr**2
    return (mean**2 + variance) / 2


# %% key="best-decay-rate-sweep"
if hp.check("exponential_decay", exponential_decay).passed:
    rates, steps = np.geomspace(0.005, 1, 24), 300  # your sweep
    losses = [expected_loss(rate, steps) for rate in rates]
    fig, ax = plt.subplots(figsize=(7, 3.2))
    ax.loglog(rates, losses, "o-", ms=4)
    ax.axhline(expected_loss(0, steps), color="gray", lw=1, ls="--")
    ax.set(xlabel=r"decay rate $k$", ylabel=f"loss after {steps} steps")
    hp.show(fig, "day2-best-decay-rate-sweep")
    low, k = min(zip(losses, rates))
    hp.say(f"{steps} steps: lowest loss {low:.5f} at a decay rate of {k:.4f}")
else:
    hp.say("Task 1 first: the sweep needs your exponential_decay.")

# %% key="best-decay-rate-answer"
### BEGIN SOLUTION
tried = np.geomspace(5e-4, 0.05, 24)
### END SOLUTION
best_decay_rate = min(tried, key=lambda k: expected_loss(k, 3000))  ### SOLUTION

# %% bind="best-decay-rate"
free("Ten times the steps", "步數變成十倍", "3,000 is ten times 300")
lr_now = exponential_decay(0.5, 0, 1)  # far from the start only the noise floor is left
long, short = best_decay_rate, min(rates, key=lambda k: expected_loss(k, 300))
says(
    "a longer training wants a slower decay", "訓練越久，衰減就要越慢", long < short / 2
)
says(
    "where decay becomes worse than none",
    "從哪裡開始，衰減反而比不衰減還差",
    losses[-1] > 2 * expected_loss(0, 300)
    and expected_loss(0, 1)
    == (2.5**2 + 0.5**2) / 2,  # half of the way from -5, and half of a kick
)
dashed = next(line for line in ax.lines if line.get_linestyle() == "--").get_ydata()
says(
    "The dashed line is the loss without any decay",
    "虛線是完全不衰減的損失",
    np.allclose(dashed, 0.5 * lr_now / (2 - lr_now)) and lr_now == 0.5,
)
free("the same, half, a tenth", "一樣、一半，還是十分之一", "the question")
free(
    "at most a quarter above the lowest possible one",
    "最多比最低值高四分之一",
    "what the check allows",
)

# %% key="best-decay-rate-check" task="best_decay_rate" points=2
hp.check("best_decay_rate", best_decay_rate)

# %% [markdown] key="linear-warmup" lang="en"
# ## 4. Three slips (1 point)
#
# A linear warmup climbs $W$ equal stairs to the peak and stays there. With $W = 4$ and a peak of 0.8, the first five updates should have the rates 0.2, 0.4, 0.6, 0.8 and 0.8, and so has every later one.
#
# The function below was written in a hurry, and three things are wrong with it. Predict what it gives for steps 0, 3 and 9, then run it. Then write it as it should be.
#
# `peak_lr` is the peak, `warmup_steps` is $W$, and `t` is the step, counted from 0.
#
# Why would a first rate of zero be a waste?
#
# <details><summary>Hint</summary>
#
# At which step is the first stair, and at which the last? The share of the peak grows with `t`, and never goes above 1. You can say so with an `if`, or with the smaller of two numbers.
#
# </details>

# %% [markdown] key="linear-warmup" lang="zh-TW" of="acd3cea1"
# ## 4. 三個疏忽（1 分）
#
# 線性預熱分成 $W$ 階等高的階梯，一階一階走到最高點，之後就留在那裡。假設 $W = 4$，最高學習率是 0.8，那麼前五次更新的學習率應該是 0.2、0.4、0.6、0.8、0.8，之後每一次也都是 0.8。
#
# 下面的函式是匆忙寫成的，有三個地方不對。先預測它在第 0、3、9 步會給出什麼，再執行看看，然後把它寫對。
#
# `peak_lr` 是最高學習率，`warmup_steps` 是 $W$，`t` 是第幾步，從 0 開始數。
#
# 想一想：如果第一步的學習率是零，浪費了什麼？
#
# <details><summary>提示</summary>
#
# 第一階在第幾步？最後一階呢？這一步的學習率占最高學習率的比例，隨 `t` 變大，但不會超過 1。可以用 `if` 來寫，也可以取兩個數之中比較小的那個。
#
# </details>


# %% key="linear-warmup-broken"
def hurried_warmup(peak_lr, warmup_steps, t):
    return peak_lr * t / (warmup_steps + 1)


peak, W = 0.8, 4
for t in [0, 3, 9]:
    hp.say(f"step {t}: {hurried_warmup(peak, W, t):.2f}")


# %% key="linear-warmup-answer"
def linear_warmup(peak_lr, warmup_steps, t):
    ### BEGIN SOLUTION
    return peak_lr * np.minimum((t + 1) / warmup_steps, 1)
    ### END SOLUTION


# %% bind="linear-warmup"
wanted = [linear_warmup(peak, W, t) for t in range(5)]
says(
    "With $W = 4$ and a peak of 0.8",
    "假設 $W = 4$，最高學習率是 0.8",
    (peak, W) == (0.8, 4),
)
says(
    "0.2, 0.4, 0.6, 0.8 and 0.8",
    "0.2、0.4、0.6、0.8、0.8",
    np.allclose(wanted, [0.2, 0.4, 0.6, 0.8, 0.8]),
)
free("so has every later one", "走到最高點，之後就留在那裡", "what a warmup is")
free("the smaller of two numbers", "占最高學習率的比例 ... 比較小的那個", "the hint")
free("", "`peak_lr` 是最高學習率", "a name")


# %% key="linear-warmup-check" task="linear_warmup" points=1 tags=["nbval-ignore-output"]
hp.check("linear_warmup", linear_warmup)

# %% [markdown] key="warmup-then-decay" lang="en"
# ## 5. Up, then down (2 points)
#
# Join the two, as in the training of GPT-3 (Brown et al. 2020): a linear warmup of $W$ steps up to the peak, then a decay. Write it with an exponential decay. The decay has a clock of its own, which starts when the warmup is over: step $t = W$ is the decay's step 0, and so has the peak rate once more.
#
# `peak_lr` is $\eta_{\text{peak}}$, `warmup_steps` is $W$, `rate` is the decay rate $k$, and `t` counts all steps from 0.
#
# What would happen at the seam if the decay looked at the common clock?
#
# <details><summary>Hint</summary>
#
# You have written both parts already. Which of them is in charge at step `t`, and what does its own clock show then?
#
# </details>

# %% [markdown] key="warmup-then-decay" lang="zh-TW" of="b9a2cefb"
# ## 5. 先升後降（2 分）
#
# 像 GPT-3 的訓練（Brown 等人，2020）那樣，把兩者接起來：先用 $W$ 步線性預熱到最高點，再衰減。請配上指數衰減，把它寫出來。衰減有自己的時鐘，預熱結束才開始走：第 $t = W$ 步是衰減的第 0 步，所以學習率仍然是最高的那個值。
#
# `peak_lr` 是最高學習率 $\eta_{\text{peak}}$，`warmup_steps` 是 $W$，`rate` 是衰減率 $k$，`t` 數的是全部的步數，從 0 開始。
#
# 想一想：要是衰減看的是共同的時鐘，接縫的地方會發生什麼事？
#
# <details><summary>提示</summary>
#
# 兩個部分你都寫過了。第 `t` 步歸哪一個管？這時它自己的時鐘走到哪裡？
#
# </details>


# %% key="warmup-then-decay-answer"
def warmup_then_decay(peak_lr, warmup_steps, rate, t):
    ### BEGIN SOLUTION
    if t < warmup_steps:
        return linear_warmup(peak_lr, warmup_steps, t)
    return exponential_decay(peak_lr, rate, t - warmup_steps)
    ### END SOLUTION


# %% bind="warmup-then-decay"
free("", "預熱到最高點", "what the function has to do")
free("", "仍然是最高的那個值 ... 最高學習率", "what the function has to do")


# %% key="warmup-then-decay-check" task="warmup_then_decay" points=2 tags=["nbval-ignore-output"]
hp.check("warmup_then_decay", warmup_then_decay)

# %% [markdown] key="factor-schedule" lang="en"
# ## 6. A schedule that does not listen (2 points)
#
# [*Dive into Deep Learning*](https://d2l.ai), one of the best free textbooks there are, has a class `FactorScheduler` in its section on [learning rate scheduling](https://d2l.ai/chapter_optimization/lr-scheduler.html). Every step is meant to multiply the learning rate by the same factor $f$:
#
# $$\eta_t = \eta_0\,f^{\,t}$$
#
# The class below is ours. It behaves as the book's does, only without the book's lower limit for the rate. Run it. Start from $\eta_0 = 2$ with $f = 0.9$: which rate should step 0 have, and what does the class say when it is asked about step 0 once more? In a plot, which asks about each step once, one hardly notices. But whoever plots such a schedule first and then trains with it trains with other rates than those in the plot.
#
# Mend it. Write a function that takes $\eta_0$ and $f$, here `lr0` and `factor`, and **returns a schedule**: a function of `t`, counted from 0, that can be asked about any step, in any order, as often as one likes.
#
# <details><summary>Hint</summary>
#
# A `def` may stand inside another `def`, and the outer one can return the inner one's name, without parentheses. The inner one sees `lr0` and `factor`. Does it have to remember anything else?
#
# </details>

# %% [markdown] key="factor-schedule" lang="zh-TW" of="e2fb5212"
# ## 6. 不聽話的排程（2 分）
#
# [*Dive into Deep Learning*](https://d2l.ai)（中文版叫《動手學深度學習》）是最好的免費教科書之一，它在[學習率排程](https://d2l.ai/chapter_optimization/lr-scheduler.html)那一節有個類別叫 `FactorScheduler`。原意是每一步都把學習率乘上同一個倍率 $f$：
#
# $$\eta_t = \eta_0\,f^{\,t}$$
#
# 下面的類別是我們自己寫的，除了省略學習率的下限，做的事和書裡的一樣。請執行看看。從 $\eta_0 = 2$、$f = 0.9$ 出發：第 0 步的學習率應該是多少？再問一次第 0 步，它又怎麼回答？畫圖的時候，每一步只問一次，幾乎看不出來。可是先拿這樣的排程畫圖、再拿去訓練，訓練時用的學習率就和圖上的不一樣了。
#
# 請把它修好。寫一個函式，接收 $\eta_0$ 和 $f$，也就是 `lr0` 和 `factor`，然後**傳回一個排程**：一個 `t` 的函式，步數從 0 開始數，不管問哪一步、照什麼順序問、問幾次，都能答對。
#
# <details><summary>提示</summary>
#
# `def` 裡面可以再放一個 `def`，外面的函式可以傳回裡面那個函式的名字，不加括號。裡面的函式看得到 `lr0` 和 `factor`。除了這些，它還需要記住什麼嗎？
#
# </details>


# %% key="factor-schedule-broken"
class BrokenSchedule:
    def __init__(self, lr0, factor):
        self.lr, self.factor = lr0, factor

    def __call__(self, t):
        self.lr = self.factor * self.lr
        return self.lr


broken = BrokenSchedule(2.0, 0.9)
for t in [0, 0, 1, 5]:
    hp.say(f"asked about step {t}: {broken(t):.4g}")

# %% bind="factor-schedule"
free("one of the best free textbooks", "最好的免費教科書", "an opinion")
free("the book's lower limit", "", "of the book")
free("as often as one likes", "", "what the function has to do")


# %% key="factor-schedule-answer"
def factor_schedule(lr0, factor):
    ### BEGIN SOLUTION
    def schedule(t):
        return lr0 * factor**t

    return schedule
    ### END SOLUTION


# %% key="factor-schedule-check" task="factor_schedule" points=2
hp.check("factor_schedule", factor_schedule)

# %% [markdown] key="edge-of-stability" lang="en"
# ## 7. Room to grow (2 points)
#
# The small network of the lesson, trained with four learning rates by plain gradient descent, without any noise. After 500 updates all four losses are low, and somebody wants to go on at **twice** the rate. Only one of the four runs can bear that without its loss jumping up. The figure cannot tell: a loss that falls smoothly says nothing of how near the border is. A measurement can.
#
# On Day 1 the border of a bowl was where rate times curvature is 2. `hp.sharpness(small, w, inputs, targets)` measures the largest curvature where each of the runs stands now; the rates are in `lrs`, in the order A to D.

# %% [markdown] key="edge-of-stability" lang="zh-TW" of="955bf009"
# ## 7. 還有多少餘地（2 分）
#
# 同樣是課程裡的那個小網路，用四個學習率訓練，單純的梯度下降，沒有任何雜訊。更新 500 次之後，四個損失都很低，這時有人想把學習率調成**兩倍**再繼續。四次訓練裡，只有一次受得了，損失不會往上跳。光看圖看不出來：損失平穩下降，並不表示離界線還很遠。要量一量才知道。
#
# 第 1 天的碗，界線在學習率乘上曲率等於 2 的地方。`hp.sharpness(small, w, inputs, targets)` 會量出每一次訓練目前所在位置最大的曲率；學習率放在 `lrs` 裡，依序是 A 到 D。

# %% key="edge-of-stability-run"
rng = np.random.default_rng(1)
inputs = rng.normal(size=(50, 5))
targets = np.sin(inputs[:, 0]) + inputs[:, 1] * inputs[:, 2] / 2
small = hp.MLP((5, 20, 20, 1), activation="tanh", task="regression")
lrs = np.random.default_rng(0).permutation([0.08, 0.2, 0.3, 0.4])
w, losses = np.stack([small.init(1, float)] * len(lrs)), []
for _ in range(500):
    loss, gradient = small.loss_and_gradient(w, inputs, targets)
    losses.append(loss)
    w = w - lrs[:, None] * gradient

# %% key="edge-of-stability-figure"
fig, axes = plt.subplots(1, len(lrs), figsize=(10, 2.6), sharey=True)
for ax, name, loss in zip(axes, "ABCD", np.transpose(losses)):
    ax.semilogy(loss, lw=1)
    ax.set(title=name, xlabel="update")
axes[0].set_ylabel("training loss")
hp.show(fig, "day2-edge-of-stability")

# %% bind="day2-edge-of-stability"
curves = np.transpose(losses)
falls = ["".join("ABCD"[k] for k in range(4) if not (np.diff(curves[k]) > 0).any())]
says("over 500 updates", "在 500 次更新裡", len(losses) == 500)
says(
    "all fall far; B and C without a jump",
    "全都降得很低；B 和 C 沒有跳動",
    falls == ["BC"] and (curves[:, -1] < curves[:, 0] / 10).all(),
)

# %% [markdown] key="edge-of-stability-ask" lang="en"
# Which run can bear twice its rate, and by which **factor** could its rate be multiplied at most, before it reaches its border? Answer with the letter and the factor, with a comma between them. 4% more or less does not matter.
#
# <details><summary>Hint</summary>
#
# Multiply each rate by its sharpness. One of the four products is far below the border. How many times does it fit in?
#
# </details>

# %% [markdown] key="edge-of-stability-ask" lang="zh-TW" of="616ee3d9"
# 哪一次訓練受得了兩倍的學習率？它的學習率最多可以放大到**幾倍**，還不會越過界線？請回答字母和倍數，中間用逗號隔開。倍數差個 4% 沒關係。
#
# <details><summary>提示</summary>
#
# 把每個學習率乘上對應的銳度。四個乘積裡，有一個遠低於界線。界線是它的幾倍？
#
# </details>

# %% key="edge-of-stability-answer"
edge_of_stability = "B", 2 / (lrs * hp.sharpness(small, w, inputs, targets))[1]  ### SOLUTION  # fmt: skip

# %% bind="edge-of-stability-ask"
free("can bear twice its rate", "受得了兩倍的學習率", "the question")
free("", "最多可以放大到**幾倍**", "the question")
free("4% more or less", "差個 4%", "what the check allows")
products = lrs * hp.sharpness(small, w, inputs, targets)
says(
    "One of the four products is far below the border",
    "四個乘積裡，有一個遠低於界線",
    (np.sum(products < 1), len(products)) == (1, 4),
)
free("", "界線是它的幾倍", "the question")

# %% bind="edge-of-stability"
products = lrs * hp.sharpness(small, w, inputs, targets)
free("where rate times curvature is 2", "乘上曲率等於 2 的地方", "theory of Day 1")
says("trained with four learning rates", "用四個學習率訓練", len(lrs) == 4)
says(
    "all four losses are low", "四個損失都很低", np.max(losses[-1]) < losses[0][0] / 10
)
free("go on at **twice** the rate", "調成**兩倍**再繼續", "the wish")
twice, highest = w, losses[-1]
for _ in range(20):
    loss, gradient = small.loss_and_gradient(twice, inputs, targets)
    twice, highest = twice - 2 * lrs[:, None] * gradient, np.fmax(highest, loss)
says(
    "Only one of the four runs can bear that without its loss jumping up",
    "四次訓練裡，只有一次受得了，損失不會往上跳",
    (np.sort(highest / losses[-1])[:2] > [0.9, 10]).all()
    and np.sum(highest <= losses[-1]) == np.sum(2 * products < 2) == 1,
)
free("the largest curvature", "最大的曲率", "what sharpness is")

# %% key="edge-of-stability-check" task="edge_of_stability" points=2
hp.check("edge_of_stability", edge_of_stability)

# %% [markdown] key="edge-of-stability-use" lang="en"
# Does the border hold? Go on from there for 200 updates, with a little less than your factor and with a little more:

# %% [markdown] key="edge-of-stability-use" lang="zh-TW" of="a00ef99c"
# 這個界線可靠嗎？從那裡再更新 200 次，跑兩遍：一遍的倍數比你算出的小一點，一遍大一點：

# %% key="edge-of-stability-go-on" tags=["nbval-ignore-output"]
if hp.check("edge_of_stability", edge_of_stability).passed:
    parts = [0.85, 1.15]
    for part in parts:
        factor = part * edge_of_stability[1]
        now, path = w[1], []
        for _ in range(200):
            loss, gradient = small.loss_and_gradient(now, inputs, targets)
            path.append(loss)
            now = now - factor * lrs[1] * gradient
        rises = np.sum(np.diff(path) > 0)
        hp.say(f"times {factor:.1f}: the loss rises in {rises} of {len(path)} updates")
else:
    hp.say("Your answer first.")

# %% bind="edge-of-stability-use"
below, above = parts
says(
    "with a little less than your factor", "一遍的倍數比你算出的小一點", 0.8 < below < 1
)
says("with a little more", "一遍大一點", 1 < above < 1.25)

# %% [markdown] key="healed-start" lang="en"
# ## 8. What a warmup heals (2 points)
#
# Four starts for the digits network, and the same rate of 0.4 for all of them, without a warmup. One of them learns. The three others do not: the figure shows the training loss over 400 updates.
#
# Each of the four was made in another way, and the code says how; the letters are shuffled. One of those that fail would learn with a warmup of 200 updates, the two others would not. You can predict which, without a single training, from a measurement at the start.

# %% [markdown] key="healed-start" lang="zh-TW" of="e8132cec"
# ## 8. 預熱救得了誰（2 分）
#
# 辨識手寫數字的網路，有四個起點，學習率都是 0.4，都沒有預熱。其中一個學得起來，另外三個學不起來：圖上是 400 次更新的訓練損失。
#
# 四個起點各用不同的方法做成，程式裡寫得很清楚，只是字母打亂了。學不起來的三個裡，有一個只要用 200 次更新來預熱就學得起來，另外兩個還是不行。不必訓練，在起點量一量，就能預測是哪一個。

# %% key="healed-start-run"
network, digits = hp.MLP((64, 32, 10)), hp.digits()
starts = np.stack([network.init(3)] * 4)
starts[1, -330:] *= 8  # the output layer is eight times too large
starts[2, :2080].reshape(32, 65)[:, -1] = -100  # no hidden unit ever answers
starts[3] = 0  # all weights are zero
starts = starts[np.random.default_rng(9).permutation(4)]  # now A, B, C, D
setting = {"updates": 400, "start": starts, "seed": range(4)}
rate = 0.4
run = hp.train(network, digits, hp.SGD(rate), **setting)
fig, axes = plt.subplots(1, len(starts), figsize=(10, 2.6), sharey=True)
for ax, name, loss in zip(axes, "ABCD", run.loss):
    ax.semilogy(loss, lw=1)
    ax.set(title=name, xlabel="update")
axes[0].set_ylabel("training loss")
hp.show(fig, "day2-healed-start")

# %% bind="day2-healed-start"
level = run.loss[:, -50:].mean(axis=1)
says(
    "four starts over 400 updates",
    "四個起點在 400 次更新裡",
    run.loss.shape == (4, 400),
)
says(
    "B falls; A and C stay level; D jumps up",
    "B 下降；A 和 C 一直是平的；D 往上跳",
    level[1] < 0.5
    and np.ptp(run.loss[[0, 2]]) < 0.6
    and run.loss[3].max() > 5 * run.loss[0].max(),
)

# %% [markdown] key="healed-start-ask" lang="en"
# Which start does a warmup heal, and **how many times larger** than the border at this start is 0.4? Answer with the letter and the ratio, with a comma between them. Measure the sharpness on 500 images: `hp.sharpness(network, starts, X_some, y_some)`.
#
# <details><summary>Hint</summary>
#
# A warmup only makes the first rates smaller. For which of the starts that fail is 0.4 too large? Where the rate is not what is wrong, a smaller one does not help. The border is the one of task 7.
#
# </details>

# %% [markdown] key="healed-start-ask" lang="zh-TW" of="88a59b5d"
# 預熱救得了哪一個起點？0.4 又是這個起點界線的**幾倍**？請回答字母和倍數，中間用逗號隔開。銳度用 500 張影像來量：`hp.sharpness(network, starts, X_some, y_some)`。
#
# <details><summary>提示</summary>
#
# 預熱做的事，只是讓一開始的學習率變小。學不起來的起點裡，對哪一個來說，0.4 太大了？如果毛病不在學習率，變小也沒有用。界線和第 7 題的一樣。
#
# </details>

# %% key="healed-start-answer"
X_some, y_some = digits.X_train[:500], digits.y_train[:500]
healed_start = "D", rate * hp.sharpness(network, starts, X_some, y_some)[3] / 2  ### SOLUTION  # fmt: skip

# %% key="healed-start-check" task="healed_start" points=2
hp.check("healed_start", healed_start)

# %% [markdown] key="healed-start-use" lang="en"
# And now with a warmup. The test accuracies of all four starts:

# %% [markdown] key="healed-start-use" lang="zh-TW" of="5b60399b"
# 現在加上預熱。四個起點的測試準確率：

# %% key="healed-start-with" tags=["nbval-ignore-output"]
if hp.check("healed_start", healed_start).passed:
    warm_rate = hp.LinearWarmup(200, rate)
    warm = hp.train(network, digits, hp.SGD(warm_rate), **setting)
    for name, without, with_it in zip("ABCD", run.test_accuracy, warm.test_accuracy):
        hp.say(f"{name}: without a warmup {without:.0%}, with one {with_it:.0%}")
else:
    hp.say("Your answer first.")

# %% bind="healed-start-use"
free("all four starts", "四個起點", "those of the figure")

# %% bind="healed-start-ask"
free("", "這個起點界線的**幾倍**", "the question")
says(
    "only makes the first rates smaller",
    "只是讓一開始的學習率變小",
    hp.LinearWarmup(200, rate)(10) < rate,
)
free("a smaller one does not help", "", "the hint")
says("larger** than the border at this start is 0.4", "0.4 又是", rate == 0.4)
over = rate * hp.sharpness(network, starts, X_some, y_some) / 2 > 1
says(
    "For which of the starts that fail is 0.4 too large",
    "0.4 太大了",
    np.sum(over & (run.test_accuracy < 0.8)) == 1,
)
says("on 500 images", "500 張影像", len(X_some) == len(y_some) == 500)

# %% bind="healed-start"
without, with_it = run.test_accuracy > 0.8, warm.test_accuracy > 0.8
says(
    "One of them learns. The three others do not",
    "其中一個學得起來，另外三個學不起來",
    without.sum() == 1,
)
says("Four starts for", "有四個起點", len(starts) == 4)
says(
    "Each of the four was made in another way",
    "四個起點各用不同的方法做成",
    len(starts) == 4,
)
says("the same rate of 0.4 for all", "學習率都是 0.4", warm_rate.then == rate == 0.4)
says("with a warmup of 200 updates", "只要用 200 次更新來預熱", warm_rate.steps == 200)
says("over 400 updates", "400 次更新的訓練損失", run.loss.shape[-1] == 400)
says(
    "One of those that fail would learn ... the two others would not",
    "學不起來的三個裡 ... 另外兩個還是不行",
    with_it[~without].sum() == 1,
)

# %% [markdown] key="my-schedule" lang="en"
# ## 9. Your own schedule (3 points)
#
# An open task. A network for digits is trained for **300 updates with batches of 8**, and you choose all 300 learning rates: any function of $t$, where $t$ runs from 0 to 299. What counts is the training loss after the last update. Your schedule is tried with 20 seeds that are not shown, always the same ones, and passes when at least **18 of the 20** end at **0.15 or lower**. The best constant rate gets a few of them there.
#
# You have **40 trainings** to find it. A training is one seed; the cell counts. (Nobody stops you at 41; but somebody who needs thousands has not understood what a schedule does.)
#
# The first cell tries a constant rate. Before you spend a training: what keeps a constant rate from ending low, and from when on does the rate have to fall?
#
# <details><summary>Hint</summary>
#
# With so few updates you can waste none of them: as long as the rate is high, the network travels. And in the end the noise has to settle, which takes fewer updates than one thinks. You may also use a schedule of the course; one of the lesson's does just this.
#
# </details>

# %% [markdown] key="my-schedule" lang="zh-TW" of="5e98717f"
# ## 9. 你自己的排程（3 分）
#
# 這是一道開放題。用手寫數字訓練一個網路，**更新 300 次，每批 8 個樣本**，這 300 個學習率全部由你決定：可以是 $t$ 的任何函式，$t$ 從 0 到 299。比的是最後一次更新之後的訓練損失。我們會用 20 個沒有公開的種子（每次都是同一組）來試你的排程，只要 20 個裡至少有 **18 個**的損失在 **0.15 以下**，就算通過。固定的學習率調得再好，也只有幾個種子做得到。
#
# 你有 **40 次訓練**可以用。一個種子算一次，下面那一格會幫你數。（用到第 41 次也沒有人會攔你；不過要是得試上幾千次，表示還沒弄懂排程的作用。）
#
# 第一格先試一個固定的學習率。在用掉任何一次訓練之前，先想一想：學習率固定不變，損失為什麼降不下去？學習率又該從什麼時候開始下降？
#
# <details><summary>提示</summary>
#
# 更新次數這麼少，一次都浪費不起：學習率高的時候，網路才走得遠。到了最後，雜訊得平息下來，而這需要的更新次數比想像中少。也可以用課程裡現成的排程；其中有一種正是這樣做的。
#
# </details>

# %% key="my-schedule-trial"
trainings, budget, job = 0, 40, {"batch_size": 8, "updates": 300}


def trial(schedule, seeds=range(4)):
    global trainings
    trainings += len(seeds)
    loss = hp.train(network, digits, hp.SGD(schedule), **job, seed=seeds).train_loss
    mean, highest = loss.mean(), loss.max()
    hp.say(f"{trainings} of {budget} trainings: mean {mean:.3f}, highest {highest:.3f}")


# %% key="my-schedule-try" tags=["nbval-ignore-output"]
trial(lambda t: 0.3)  # your schedules


# %% key="my-schedule-answer"
def my_schedule(t):
    ### BEGIN SOLUTION
    return 0.5 if t < 200 else 0.5 * (300 - t) / 100
    ### END SOLUTION


# %% bind="end"
free(
    "the three want different things ... a larger one",
    "這三種情況你分得出來",
    "a summary",
)
free("how much larger a rate may become", "", "a summary")

# %% bind="my-schedule"
from hpcourse.checks.tasks import day2

contest = day2.MY_SCHEDULE
says("you choose all 300 learning rates", "這 300 個學習率全部", day2.UPDATES == 300)
says("from 0 to 299", "$t$ 從 0 到 299", day2.UPDATES == 300)
says("with 20 seeds that are not shown", "20 個沒有公開的種子", len(day2.HIDDEN) == 20)
says(
    "**18 of the 20** end at **0.15 or lower**",
    "20 個裡至少有 **18 個**的損失在 **0.15 以下**",
    (contest.enough, contest.target) == (18, 0.15),
)
says(
    "300 updates with batches of 8",
    "更新 300 次，每批 8 個樣本",
    (day2.UPDATES, day2.BATCH) == (job["updates"], job["batch_size"]) == (300, 8),
)
free(
    "The best constant rate gets a few of them there",
    "固定的學習率調得再好，也只有幾個種子做得到",
    "the tests of the exercise measure it",
)
says("**40 trainings**", "**40 次訓練**", budget == 40)
free(
    "Nobody stops you at 41 ... thousands",
    "用到第 41 次 ... 試上幾千次",
    "one more than the budget",
)
free("waste none of them ... than one thinks", "", "the hint")


# %% key="my-schedule-check" task="my_schedule" points=3 tags=["nbval-ignore-output"]
hp.check("my_schedule", my_schedule)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You can write a schedule for any training, and you know what its clock counts. You can tell a run that has frozen from one on its noise floor and from one that is merely slow, and the three want different things: a slower decay, a smaller rate, a larger one. You know that a schedule tuned for a short training is not the one for a long training, how to measure how much larger a rate may become, and which illness of a start a warmup heals.
#
# Next: [Day 3, the batch size](day3_batch_size.ipynb).

# %% [markdown] key="end" lang="zh-TW" of="d0b00ec6"
# ## 完成
#
# 不管什麼訓練，你都能替它寫出排程，也知道它的時鐘數的是什麼。凍結了、停在雜訊底線、只是走得慢，這三種情況你分得出來，而且知道它們要的不一樣：衰減慢一點、學習率小一點、學習率大一點。你也知道，替短的訓練調好的排程，不適合長的訓練；你會量學習率還能放大多少，也知道起點出了什麼毛病，預熱才救得回來。
#
# 接下來：[第 3 天，批次大小](day3_batch_size.ipynb)。

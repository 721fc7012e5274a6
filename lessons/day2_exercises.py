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
# **You will do:** write a decay, a warmup, and both in one, and train a network with each; tell a run that has frozen from three that have not; find out how a longer training should decay; mend a schedule from a textbook.
#
# **You need:** [the lesson of Day 2](day2_learning_rate_schedules.ipynb). About 30 minutes, 6 tasks, 9 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.
#
# In all tasks $t$ is the number of updates made so far: the first update has $t = 0$.

# %% [markdown] key="title" lang="zh-TW" of="39d13f0d"
# # 第 2 天 · 練習：學習率排程
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday2_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day2_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day2_exercises.ipynb) · [English](../en/day2_exercises.ipynb) · [繁體中文](../zh-TW/day2_exercises.ipynb)
#
# **你會動手做**：自己寫出衰減、預熱，再把兩者接起來，每一種都拿來訓練一個網路；從四條路徑裡認出凍結的那一條；查出訓練時間拉長時，衰減該怎麼跟著改；修好一本教科書裡的排程。
#
# **你需要**：[第 2 天的課程](day2_learning_rate_schedules.ipynb)。大約 30 分鐘，6 題，共 9 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
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

# %% key="language" tags=["language"]
hp.use_language("en")
hp.use_style()

# %% [markdown] key="exponential-decay" lang="en"
# ## 1. Let it fade (1 point)
#
# Write the exponential decay of the lesson:
#
# $$\eta_t = \eta_0\,e^{-k t}$$
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

# %% [markdown] key="exponential-decay" lang="zh-TW" of="9b2a69df"
# ## 1. 慢慢變小（1 分）
#
# 寫出課程裡的指數衰減：
#
# $$\eta_t = \eta_0\,e^{-k t}$$
#
# `lr0` 是一開始的學習率 $\eta_0$，`rate` 是衰減率 $k$，`t` 是第幾步，也就是 $t$，從 0 開始數。請傳回那一步的學習率。
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
# ## 2. 哪一次凍結了？（1 分）
#
# 下面四條路徑，都走在課程裡那條有雜訊的拋物線上。全部從 $w = -5$ 出發，最小值在 0，也就是虛線。它們的起始學習率和衰減率各不相同。其中有一次**凍結**了：停在離最小值很遠的地方，走再多步也不會更靠近。

# %% key="frozen-run-figure"
bowl = hp.Quadratic([1.0])  # curvature 1
fig, axes = plt.subplots(1, 4, figsize=(10, 2.6), sharey=True)
for ax, name, lr0, rate in zip(axes, "ABCD", (0.004, 0.9, 0.05, 0.5), (0, 0.3, 0.05, 0)):
    schedule = hp.ExponentialDecay(lr0, rate)
    walk = hp.descend(bowl, hp.SGD(schedule), [-5.0], steps=300, noise=1.0, seed=4)
    ax.plot(walk.w, lw=1)
    ax.axhline(0, color="gray", lw=1, ls="--")
    ax.set(title=name, xlabel="step")
axes[0].set_ylabel("$w$")
hp.show(fig, "day2-frozen-run")

# %% [markdown] key="frozen-run-ask" lang="en"
# Answer with the letter, as a string.
#
# The largest decay rate of the four is not the answer. Do you see why?
#
# <details><summary>Hint</summary>
#
# Two questions to each run: does it still move at the end? And where is it? A run that trembles is moving, too.
#
# </details>

# %% [markdown] key="frozen-run-ask" lang="zh-TW" of="06b50933"
# 請用字串回答字母。
#
# 四次裡衰減率最大的並不是答案。看得出為什麼嗎？
#
# <details><summary>提示</summary>
#
# 看每一條路徑，問兩個問題：最後還在動嗎？停在哪裡？抖個不停也算還在動。
#
# </details>

# %% key="frozen-run-answer"
frozen_run = "C"  ### SOLUTION

# %% key="frozen-run-check" task="frozen_run" points=1
hp.check("frozen_run", frozen_run)

# %% [markdown] key="best-decay-rate" lang="en"
# ## 3. Ten times the steps (2 points)
#
# The lesson said: a longer training wants a slower decay. How much slower? Find out with your own `exponential_decay`.
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

# %% [markdown] key="best-decay-rate" lang="zh-TW" of="31ec9c7f"
# ## 3. 步數變成十倍（2 分）
#
# 課程裡說過：訓練越久，衰減就要越慢。到底要慢多少？用你自己寫的 `exponential_decay` 來查清楚。
#
# `expected_loss(rate, steps)` 算出在有雜訊的拋物線上走這麼多步之後的損失，而且是對所有可能的雜訊取平均，所以不需要種子。起始的學習率是 0.5。再下一格對 **300** 步的訓練掃描衰減率。虛線是完全不衰減的損失：注意看，從哪裡開始，衰減反而比不衰減還差。
#
# 如果訓練 **3,000** 步，最好的衰減率是多少？先預測：一樣、一半，還是十分之一？再改一改掃描，把找到的衰減率填進答案。損失不超過最低值的 1.25 倍，就算答對。
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
    hp.say(f"{steps} steps: lowest loss {min(losses):.5f} at a decay rate of {rates[np.argmin(losses)]:.4f}")
else:
    hp.say("Task 1 first: the sweep needs your exponential_decay.")

# %% key="best-decay-rate-answer"
best_decay_rate = min(np.geomspace(5e-4, 0.05, 24), key=lambda rate: expected_loss(rate, 3000))  ### SOLUTION

# %% key="best-decay-rate-check" task="best_decay_rate" points=2
hp.check("best_decay_rate", best_decay_rate)

# %% [markdown] key="linear-warmup" lang="en"
# ## 4. Start small (1 point)
#
# Write the linear warmup of the lesson: $W$ equal stairs up to the peak, then level,
#
# $$\eta_t = \begin{cases} \eta_{\text{peak}}\,\dfrac{t + 1}{W} & t < W \\ \eta_{\text{peak}} & t \ge W \end{cases}$$
#
# `peak_lr` is $\eta_{\text{peak}}$, `warmup_steps` is $W$, and `t` is the step $t$, counted from 0. So the first update has the rate $\eta_{\text{peak}}/W$, not zero, and the update with $t = W - 1$ is the first with the full rate.
#
# Why would a first rate of zero be a waste?
#
# <details><summary>Hint</summary>
#
# The share of the peak grows with `t`, and never goes above 1. You can say so with an `if`, or with the smaller of two numbers.
#
# </details>

# %% [markdown] key="linear-warmup" lang="zh-TW" of="7f325521"
# ## 4. 從小開始（1 分）
#
# 寫出課程裡的線性預熱：分成 $W$ 階等高的階梯走到最高點，之後維持不變，
#
# $$\eta_t = \begin{cases} \eta_{\text{peak}}\,\dfrac{t + 1}{W} & t < W \\ \eta_{\text{peak}} & t \ge W \end{cases}$$
#
# `peak_lr` 是最高學習率 $\eta_{\text{peak}}$，`warmup_steps` 是 $W$，`t` 是第幾步，也就是 $t$，從 0 開始數。所以第一次更新的學習率是 $\eta_{\text{peak}}/W$，不是零；$t = W - 1$ 的那次更新，才第一次用到最高的學習率。
#
# 想一想：如果第一步的學習率是零，浪費了什麼？
#
# <details><summary>提示</summary>
#
# 這一步是最高學習率的幾分之幾？這個比例隨 `t` 變大，但不會超過 1。可以用 `if` 來寫，也可以取兩個數之中比較小的那個。
#
# </details>


# %% key="linear-warmup-answer"
def linear_warmup(peak_lr, warmup_steps, t):
    ### BEGIN SOLUTION
    return peak_lr * np.minimum((t + 1) / warmup_steps, 1)
    ### END SOLUTION


# %% key="linear-warmup-check" task="linear_warmup" points=1 tags=["nbval-ignore-output"]
hp.check("linear_warmup", linear_warmup)

# %% [markdown] key="warmup-then-decay" lang="en"
# ## 5. Up, then down (2 points)
#
# Most large trainings join the two: a linear warmup of $W$ steps up to the peak, then a decay. Write it with an exponential decay. The decay has a clock of its own, which starts when the warmup is over: step $t = W$ is the decay's step 0, and so has the peak rate once more.
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

# %% [markdown] key="warmup-then-decay" lang="zh-TW" of="2826429c"
# ## 5. 先升後降（2 分）
#
# 大型的訓練多半把兩者接起來：先用 $W$ 步線性預熱到最高點，再衰減。請配上指數衰減，把它寫出來。衰減有自己的時鐘，預熱結束才開始走：第 $t = W$ 步是衰減的第 0 步，所以學習率仍然是最高的那個值。
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


# %% key="warmup-then-decay-check" task="warmup_then_decay" points=2 tags=["nbval-ignore-output"]
hp.check("warmup_then_decay", warmup_then_decay)

# %% [markdown] key="factor-schedule" lang="en"
# ## 6. A schedule that does not listen (2 points)
#
# [*Dive into Deep Learning*](https://d2l.ai), one of the best free textbooks there are, has a class `FactorScheduler` in its chapter on [learning rate scheduling](https://d2l.ai/chapter_optimization/lr-scheduler.html). Every step is meant to multiply the learning rate by the same factor $f$:
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

# %% [markdown] key="factor-schedule" lang="zh-TW" of="5cf56944"
# ## 6. 不聽話的排程（2 分）
#
# [*Dive into Deep Learning*](https://d2l.ai)（中文版叫《動手學深度學習》）是最好的免費教科書之一，它在[學習率排程](https://d2l.ai/chapter_optimization/lr-scheduler.html)那一章有個類別叫 `FactorScheduler`。原意是每一步都把學習率乘上同一個倍率 $f$：
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


# %% key="factor-schedule-answer"
def factor_schedule(lr0, factor):
    ### BEGIN SOLUTION
    def schedule(t):
        return lr0 * factor**t

    return schedule
    ### END SOLUTION


# %% key="factor-schedule-check" task="factor_schedule" points=2
hp.check("factor_schedule", factor_schedule)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You can write a schedule for any training, and you know what its clock counts. You can tell a run that has frozen from one on its noise floor and from one that is merely slow, and the three want different things: a slower decay, a smaller rate, a larger one. And you know that a schedule tuned for a short training is not the one for a long training.
#
# Next: [Day 3, the batch size](day3_batch_size.ipynb).

# %% [markdown] key="end" lang="zh-TW" of="6705dc7d"
# ## 完成
#
# 不管什麼訓練，你都能替它寫出排程，也知道它的時鐘數的是什麼。凍結了、停在雜訊底線、只是走得慢，這三種情況你分得出來，而且知道它們要的不一樣：衰減慢一點、學習率小一點、學習率大一點。你也知道，替短的訓練調好的排程，不適合長的訓練。
#
# 接下來：[第 3 天，批次大小](day3_batch_size.ipynb)。

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
# # Day 1 · Exercises: the learning rate
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday1_exercises.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day1_exercises.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day1_exercises.ipynb) · [English](../en/day1_exercises.ipynb) · [繁體中文](../zh-TW/day1_exercises.ipynb)
#
# **You will do:** write gradient descent and train a network with it; measure the largest curvature of a bowl that you cannot see; choose a rate from a sweep; find out why a program went wrong that looked right.
#
# **You need:** [the lesson of Day 1](day1_learning_rate.ipynb). About 30 minutes, 6 tasks, 9 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.

# %% [markdown] key="title" lang="zh-TW" of="f8d82449"
# # 第 1 天 · 練習：學習率
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday1_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day1_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day1_exercises.ipynb) · [English](../en/day1_exercises.ipynb) · [繁體中文](../zh-TW/day1_exercises.ipynb)
#
# **你會動手做**：自己寫出梯度下降，並用它訓練一個網路；替一個看不見的碗量出最大的曲率；從一次掃描的結果挑出學習率；查清楚一個看起來沒問題的程式錯在哪裡。
#
# **你需要**：[第 1 天的課程](day1_learning_rate.ipynb)。大約 30 分鐘，6 題，共 9 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
#
# **怎麼作答**：把每個 `...` 換成你自己的程式碼，執行那一格，再執行下面的檢查。檢查會馬上告訴你對不對。答錯不扣分，檢查會說明你的函式做了什麼，再試一次就好。提示是收合的，點一下就會展開。

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
free("the largest curvature", "最大的曲率", "what task 4 asks")

# %% key="language" tags=["language"]
hp.use_language("en")
hp.use_style()

# %% [markdown] key="gd-step" lang="en"
# ## 1. One step (1 point)
#
# Write one step of gradient descent:
#
# $$w \leftarrow w - \eta\,\nabla L(w)$$
#
# `w` holds the weights $w$ and `grad` the gradient $\nabla L(w)$; both are arrays of the same shape. `lr` is the learning rate $\eta$. Return the new weights.
#
# What would the same line do with a plus in place of the minus?
#
# <details><summary>Hint</summary>
#
# NumPy calculates with whole arrays, entry by entry. One line is enough, and no loop.
#
# </details>

# %% [markdown] key="gd-step" lang="zh-TW" of="7da0fcf9"
# ## 1. 走一步（1 分）
#
# 寫出梯度下降的一步：
#
# $$w \leftarrow w - \eta\,\nabla L(w)$$
#
# `w` 是權重 $w$，`grad` 是梯度 $\nabla L(w)$，兩個都是陣列，形狀相同。`lr` 是學習率 $\eta$。請傳回新的權重。
#
# 想一想：如果把減號寫成加號，這一行會做什麼？
#
# <details><summary>提示</summary>
#
# NumPy 可以直接拿整個陣列來算，一項對一項。一行就夠，不需要迴圈。
#
# </details>


# %% key="gd-step-answer"
def gd_step(w, grad, lr):
    ### BEGIN SOLUTION
    return w - lr * grad
    ### END SOLUTION


# %% key="gd-step-check" task="gd_step" points=1 tags=["nbval-ignore-output"]
hp.check("gd_step", gd_step)

# %% [markdown] key="largest-stable-lr" lang="en"
# ## 2. The border (1 point)
#
# A bowl with several directions has a curvature $\lambda_i$ in each of them. Along direction $i$, a step multiplies the weight by $1 - \eta\lambda_i$ (the minimum lies at 0). Up to which learning rate does no direction diverge?
#
# Write a function that takes the `eigenvalues` $\lambda_1, \lambda_2, \dots$ (none negative, at least one positive) and returns this border as one number.
#
# <details><summary>Hint</summary>
#
# First take a single direction. For which $\eta$ is the size of $1 - \eta\lambda$ just 1? Then ask which of the directions reaches its border first when $\eta$ grows.
#
# </details>

# %% [markdown] key="largest-stable-lr" lang="zh-TW" of="09b26f16"
# ## 2. 界線（1 分）
#
# 一個碗如果有好幾個方向，每個方向各有自己的曲率 $\lambda_i$。沿著方向 $i$，每走一步，權重就乘上 $1 - \eta\lambda_i$（最小值在 0）。學習率最大可以到多少，還不會有任何方向發散？
#
# 寫一個函式，接收 `eigenvalues`，也就是 $\lambda_1, \lambda_2, \dots$（都不是負的，至少有一個是正的），傳回這個界線（一個數字）。
#
# <details><summary>提示</summary>
#
# 先看一個方向就好：$\eta$ 是多少時，$1 - \eta\lambda$ 的絕對值剛好是 1？再想想，$\eta$ 慢慢變大，哪個方向最先碰到自己的界線？
#
# </details>


# %% key="largest-stable-lr-answer"
def largest_stable_lr(eigenvalues):
    ### BEGIN SOLUTION
    return 2 / np.max(eigenvalues)
    ### END SOLUTION


# %% bind="largest-stable-lr"
free("none negative", "", "what is given")
free("just 1", "剛好是 1", "the hint's question")


# %% key="largest-stable-lr-check" task="largest_stable_lr" points=1
hp.check("largest_stable_lr", largest_stable_lr)

# %% [markdown] key="steepest-bowl" lang="en"
# ## 3. Three bowls (1 point)
#
# Gradient descent walked 20 steps down three bowls, A, B and C, with 300 learning rates each. The bowls differ only in their curvature. The figure shows how far from the minimum each walk ended, for a start at distance 1. Which bowl is the steepest: the one with the largest curvature?

# %% [markdown] key="steepest-bowl" lang="zh-TW" of="0039d9e1"
# ## 3. 三個碗（1 分）
#
# 梯度下降在 A、B、C 三個碗裡各走 20 步，每個碗試了 300 個學習率。三個碗只有曲率不同。下圖畫出每次走完之後離最小值還有多遠；起點的距離是 1。哪個碗最陡，也就是曲率最大？

# %% key="steepest-bowl-figure"
lr, steps = np.geomspace(0.01, 10, 300), 20
curvatures = np.random.default_rng(5).permutation([0.5, 2.0, 8.0])
fig, ax = plt.subplots(figsize=(7, 3.4))
for name, curvature, dash in zip("ABC", curvatures, ("-", "--", ":")):
    distance = abs(1 - lr * curvature) ** steps
    ax.loglog(lr, np.maximum(distance, 1e-12), dash, label=name, lw=2)
ax.axhline(1, color="gray", lw=1)
ax.set(xlabel=r"learning rate $\eta$", ylim=(1e-8, 1e8))
ax.set_ylabel(f"distance after {steps} steps")
ax.legend(title="bowl")
hp.show(fig, "day1-steepest-bowl")

# %% bind="day1-steepest-bowl"
order = "".join("ABC"[k] for k in np.argsort(-curvatures))
says(
    "B does so first, then A, then C",
    "最先上升的是 B，接著是 A，最後是 C",
    order == "BAC",
)
says(
    "Three curves, A, B and C: distance after 20 steps",
    "走 20 步之後的距離",
    steps == 20,
)

# %% bind="steepest-bowl"
says("Three bowls", "三個碗（", len(curvatures) == 3)
gray = [line.get_ydata() for line in ax.lines if line.get_color() == "gray"]
says("for a start at distance 1", "起點的距離是 1", np.all(np.array(gray) == 1))
says("three bowls, A, B and C", "在 A、B、C 三個碗裡", len(curvatures) == 3)
free("Which bowl is the steepest", "三個碗只有曲率不同", "the question")

# %% [markdown] key="steepest-bowl-ask" lang="en"
# And how does the figure show it? Give two answers, with a comma between them: the letter, as a string, and the **learning rate at which its curve crosses the gray line** on its way up. Reading it off is precise enough; 10% do not matter.
#
# <details><summary>Hint</summary>
#
# Where does a curve cross the gray line on its way up? There the rate is too large for its bowl. Task 2 says what this rate has to do with the curvature.
#
# </details>

# %% [markdown] key="steepest-bowl-ask" lang="zh-TW" of="1a15437b"
# 從圖上的哪裡看得出來？請回答兩項，中間用逗號隔開：先寫字母（字串），再寫**它的曲線往上爬時，在哪個學習率穿過灰線**。用眼睛讀就夠準了，差個 10% 沒關係。
#
# <details><summary>提示</summary>
#
# 曲線往上爬的時候，在哪裡穿過灰線？從那裡開始，學習率對那個碗就太大了。這個學習率和曲率有什麼關係，第 2 題已經給了答案。
#
# </details>

# %% key="steepest-bowl-answer"
steepest_bowl = "B", 0.25  ### SOLUTION

# %% bind="steepest-bowl-ask"
free("10% do not matter", "差個 10% 沒關係", "what the check allows")

# %% key="steepest-bowl-check" task="steepest_bowl" points=1
hp.check("steepest_bowl", steepest_bowl)

# %% [markdown] key="steepest-curvature" lang="en"
# ## 4. A bowl that nobody sees (2 points)
#
# The next bowl has 30 weights, so nobody can draw it. Nor do you get its curvatures. All you can do is walk in it, with your own `gd_step`. How large is its largest curvature? Find it to within 2%.
#
# `walk(lr)` makes 200 steps from the same start and returns how far from the minimum they end. Change the rates in the list, and run the cell as often as you like.
#
# <details><summary>Hint</summary>
#
# Look for two rates close together: with the smaller one the walk comes nearer than it started, with the larger one it ends farther away. Halve the gap between them, again and again. Task 2 turns the border into a curvature.
#
# </details>

# %% [markdown] key="steepest-curvature" lang="zh-TW" of="7c30902b"
# ## 4. 一個看不見的碗（2 分）
#
# 下一個碗有 30 個權重，沒有人畫得出來，題目也不告訴你它的曲率。你能做的，只有用自己寫的 `gd_step` 在裡面走。它最大的曲率是多少？誤差要在 2% 以內。
#
# `walk(lr)` 從同一個起點走 200 步，傳回最後離最小值多遠。請改動串列裡的學習率；下面印出 lr 的那一格，想執行幾次都可以。
#
# <details><summary>提示</summary>
#
# 找兩個很接近的學習率：用小的那個，走完比起點更近；用大的那個，走完反而更遠。把兩者的間隔一再減半。有了界線，第 2 題就能幫你換算成曲率。
#
# </details>

# %% key="steepest-curvature-walk"
bowl = hp.Quadratic(np.random.default_rng(2026).uniform(0.5, 8, 30))
start = np.ones(bowl.dim)


def walk(lr, steps=200):
    w = start.copy()
    for _ in range(steps):
        w = gd_step(w, bowl.gradient(w), lr)
    return np.linalg.norm(w)


# %% key="steepest-curvature-try"
if hp.check("gd_step", gd_step).passed:
    hp.say(f"start: {np.linalg.norm(start):.3g}")
    for rate in [0.1, 0.2, 0.3]:  # your rates
        hp.say(f"lr = {rate:g}: {walk(rate):.3g}")
else:
    hp.say("Task 1 first: walk needs your gd_step.")

# %% bind="steepest-curvature"
free("A bowl that nobody sees", "", "a manner of speaking")
free("so nobody can draw it", "", "a manner of speaking")
free("to within 2%", "2% 以內", "what the check allows")
free("as often as you like", "", "the task")
near, far = walk(0.25) < np.linalg.norm(start), walk(0.27) > np.linalg.norm(start)
says("with the smaller one ... farther away", "用小的那個 ... 反而更遠", near and far)
free("", "減半", "the hint")

# %% key="steepest-curvature-answer"
steepest_curvature = 2 / 0.2581  ### SOLUTION

# %% key="steepest-curvature-check" task="steepest_curvature" points=2
hp.check("steepest_curvature", steepest_curvature)

# %% [markdown] key="best-learning-rate" lang="en"
# ## 5. Choose from a sweep (2 points)
#
# A sweep trains a network with several learning rates, each with several seeds. `lrs` holds the rates. `losses` holds the final losses: one row for each rate, one column for each seed. A run that diverged has the loss `nan` or `inf`.
#
# Write a function that returns the best rate: the one with the lowest mean loss over the seeds. A rate at which even one seed diverged does not qualify.
#
# <details><summary>Hint</summary>
#
# What is the mean of a row with a `nan` in it? And what do `np.argmin` and `np.nanmean` make of a `nan`? `np.isfinite` tells you which numbers are usable; ask it about whole rows.
#
# </details>

# %% [markdown] key="best-learning-rate" lang="zh-TW" of="c60bf91c"
# ## 5. 從掃描結果挑學習率（2 分）
#
# 掃描就是用好幾個學習率訓練同一個網路，每個學習率再用好幾個種子各跑一次。`lrs` 是這些學習率。`losses` 是最後的損失：每一列（row）是一個學習率，每一欄（column）是一個種子。發散的那一次，損失是 `nan` 或 `inf`。
#
# 寫一個函式，傳回最好的學習率，也就是對種子取平均之後損失最低的那一個。只要有一個種子發散，那個學習率就不合格。
#
# <details><summary>提示</summary>
#
# 一列裡面有 `nan`，平均會是多少？`np.argmin` 和 `np.nanmean` 又會怎麼處理 `nan`？`np.isfinite` 會告訴你哪些數字能用；要看的是一整列是不是都能用。
#
# </details>


# %% key="best-learning-rate-answer"
def best_learning_rate(lrs, losses):
    ### BEGIN SOLUTION
    losses = np.asarray(losses, float)
    usable = np.isfinite(losses).all(axis=1)
    means = np.full(len(losses), np.inf)
    means[usable] = losses[usable].mean(axis=1)
    return lrs[np.argmin(means)]
    ### END SOLUTION


# %% bind="best-learning-rate"
free(
    "returns the best rate ... over the seeds",
    "傳回最好的學習率 ... 損失最低的那一個",
    "what the function has to do",
)


# %% key="best-learning-rate-check" task="best_learning_rate" points=2
hp.check("best_learning_rate", best_learning_rate)

# %% [markdown] key="best-learning-rate-use" lang="en"
# Now your function chooses for a real network: 16 rates, 5 seeds, 80 trainings on handwritten digits. The loss of a run is the mean over its last epoch.

# %% [markdown] key="best-learning-rate-use" lang="zh-TW" of="863f154e"
# 現在讓你的函式替真正的網路挑一次：16 個學習率、5 個種子，用手寫數字訓練 80 次。每次訓練的損失，取最後一個訓練週期的平均。

# %% key="best-learning-rate-sweep" tags=["nbval-ignore-output"]
lrs = np.geomspace(0.01, 30, 16)
network, setting = hp.MLP((64, 32, 10)), {"epochs": 8, "seed": range(5)}
sweep = hp.train(network, hp.digits(), hp.SGD(lr=lrs), batch_size=64, **setting)
epoch = -(-len(hp.digits().X_train) // 64)  # updates
losses = sweep.loss[..., -epoch:].mean(axis=-1)
if hp.check("best_learning_rate", best_learning_rate).passed:
    fig, ax = plt.subplots(figsize=(7, 3))
    hp.figures.sweep(lrs, losses, ax, "training loss", better=min)
    ax.axvline(best_learning_rate(lrs, losses), color="black", lw=1, ls="--")
    hp.show(fig, "day1-best-learning-rate-sweep")
else:
    hp.say("Your function first.")

# %% bind="day1-best-learning-rate-sweep"
says("five seeds each", "每個學習率有五個種子", losses.shape[1] == 5)

# %% bind="best-learning-rate-use"
says("80 trainings", "訓練 80 次", losses.size == 80)
by_epoch = sweep.loss.reshape(*losses.shape, setting["epochs"], -1).mean(axis=-1)
says(
    "the mean over its last epoch",
    "取最後一個訓練週期的平均",
    np.allclose(losses, by_epoch[..., -1], equal_nan=True),
)

# %% [markdown] key="slope-step" lang="en"
# ## 6. A program that went wrong (2 points)
#
# Anyone who writes gradients by hand should check them. The usual check is a **central difference**: walk a small step $h$ to both sides, and see how much the loss changes,
#
# $$L'(w) \approx \frac{L(w + h) - L(w - h)}{2h}.$$
#
# A well-made program that animates gradient descent ([lilipads/gradient_descent_viz](https://github.com/lilipads/gradient_descent_viz), the desktop version) gets all its gradients this way, with $h = 10^{-12}$. On its surfaces most of them have only about four right digits. The formula is right, and the animation looks right. So what is wrong?
#
# The function below does the same. Try it with several `h`, between `1e-14` and `1`, and compare with the exact slope. Then answer with an `h` that makes the error smaller than one millionth.
#
# <details><summary>Hint</summary>
#
# Your computer keeps about 16 digits. How many digits of $L(w+h)$ and $L(w-h)$ differ when $h$ is tiny? And what is wrong with a large $h$ on a curve that bends more and more?
#
# </details>

# %% [markdown] key="slope-step" lang="zh-TW" of="319bd19d"
# ## 6. 一個出錯的程式（2 分）
#
# 自己動手寫梯度的人，都應該檢查一下寫得對不對。常用的檢查是**中央差分**：往兩邊各走一小步 $h$，看損失差多少，
#
# $$L'(w) \approx \frac{L(w + h) - L(w - h)}{2h}.$$
#
# 有一個做得很好的梯度下降動畫程式（[lilipads/gradient_descent_viz](https://github.com/lilipads/gradient_descent_viz) 的桌面版），梯度全部是這樣算的，用的是 $h = 10^{-12}$。在它的曲面上，這些梯度大多只有四位左右的數字是對的。公式是對的，動畫看起來也對。那麼，問題出在哪裡？
#
# 下面的函式做的是同一件事。請用 `1e-14` 到 `1` 之間的幾個 `h` 試試看，和正確的斜率比較。最後填一個 `h` 當作答案，要讓誤差小於百萬分之一。
#
# <details><summary>提示</summary>
#
# 電腦大約只留 16 位有效數字。$h$ 非常小的時候，$L(w+h)$ 和 $L(w-h)$ 有幾位不一樣？反過來，曲線越來越彎，$h$ 太大又有什麼問題？
#
# </details>


# %% key="slope-step-try" tags=["nbval-ignore-output"]
def loss(w):
    return np.exp(w) + 40


def slope(w, h):
    return (loss(w + h) - loss(w - h)) / (2 * h)


here = 1.0
exact = np.exp(here)
for h in [1e-12, 1]:  # your steps
    error = abs(slope(here, h) - exact) / exact
    hp.say(f"h = {h:g}: error {error:.1g}")

# %% bind="slope-step"
free(
    "most of them have only about four right digits",
    "大多只有四位左右的數字是對的",
    "another program; measured again in tests/claims",
)
free("smaller than one millionth", "小於百萬分之一", "what the check allows")
says(
    "The function below does the same",
    "下面的函式做的是同一件事",
    abs(slope(here, 1e-5) - exact) < 1e-6,
)
says(
    "compare with the exact slope",
    "和正確的斜率比較",
    np.isclose(error, abs(np.sinh(h) / h - 1)),
)
says("about 16 digits", "16 位有效數字", 15 < -np.log10(np.finfo(type(exact)).eps) < 17)

# %% key="slope-step-answer"
slope_step = 1e-5  ### SOLUTION

# %% bind="end"
free("in more than one way", "", "a summary")

# %% key="slope-step-check" task="slope_step" points=2
hp.check("slope_step", slope_step)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You can now write the step that everything else in this course builds on. You know where its border is, you can find that border by experiment, and you choose a rate by a sweep with seeds instead of by luck. And you have seen that a small step can be too small, in more than one way.
#
# Next: [Day 2, learning rate schedules](day2_learning_rate_schedules.ipynb).

# %% [markdown] key="end" lang="zh-TW" of="98a1c36a"
# ## 完成
#
# 這門課後面的一切，都建立在你剛剛寫的這一步上。你知道它的界線在哪裡，也會用實驗找出界線；挑學習率靠的是多個種子的掃描，不是運氣。你還看到，一步太小也會出問題，而且問題不只一種。
#
# 接下來：[第 2 天，學習率排程](day2_learning_rate_schedules.ipynb)。

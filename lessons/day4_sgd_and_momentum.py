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
# # Day 4 · SGD and momentum: which way do I step?
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday4_sgd_and_momentum.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day4_sgd_and_momentum.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day4_sgd_and_momentum.ipynb) · [English](../en/day4_sgd_and_momentum.ipynb) · [繁體中文](../zh-TW/day4_sgd_and_momentum.ipynb)
#
# **You will do:** drag a noisy walk and a ball with memory down a ravine; walk thousands of settings of momentum in one call, and see their border; train digits 170 times to settle an unfair comparison.
#
# **You will learn:** what noise does to SGD, and what it does not; why a ravine is slow and memory is fast; why momentum and the learning rate have to be set together.
#
# **You need:** Days 1 to 3: the border $2/\lambda_{\max}$, the noise floor, batches. About 45 minutes; sections 8 and 9 are optional. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" of="b6abfac6"
# # 第 4 天 · SGD 與動量：該往哪裡走？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday4_sgd_and_momentum.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day4_sgd_and_momentum.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day4_sgd_and_momentum.ipynb) · [English](../en/day4_sgd_and_momentum.ipynb) · [繁體中文](../zh-TW/day4_sgd_and_momentum.ipynb)
#
# **你會動手做**：拖動滑桿，看一條充滿雜訊的路徑，和一顆有記憶的球，怎樣走下山谷；一次呼叫就走完上萬組動量設定，看見它們的界線；用手寫數字訓練 170 次，替一場不公平的比賽重新評分。
#
# **你會學到**：雜訊對 SGD 有什麼影響、沒有什麼影響；在山谷裡為什麼走得慢，有記憶為什麼走得快；為什麼動量和學習率要一起調。
#
# **你需要**：第 1 到 3 天的內容，尤其是界線 $2/\lambda_{\max}$、雜訊底線和批次。大約 45 分鐘，第 8、9 節可以略過。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。

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

# %% [markdown] key="puzzle" lang="en"
# ## 1. A puzzle
#
# A **ravine** is a bowl that bends sharply in one direction and hardly in the other. Two walkers start at the black point. Both see only the gradient where they stand, both make 40 steps. The first is plain gradient descent (in the figure: SGD), with the learning rate that is best for this ravine in the long run. The second has about half that rate, but remembers its last step.
#
# **Predict:** which one gets closer, and by how much?

# %% [markdown] key="puzzle" lang="zh-TW" of="58897b98"
# ## 1. 一個謎題
#
# **山谷**（ravine）是一個方向彎得很急、另一個方向幾乎不彎的碗。兩個人從黑點出發，都只看得到腳下的梯度，都走 40 步。第一個人用一般的梯度下降（圖上標成 SGD），學習率就長遠來說最適合這個山谷；第二個人的學習率大約只有一半，但他記得自己的上一步。
#
# **先預測**：走完之後，誰離最小值比較近？近多少？

# %% key="puzzle-run"
with hp.predict("day4-puzzle"):
    ravine, start = hp.Quadratic([1, 50]), (-2.5, 0.8)
    walkers = {"SGD": hp.SGD(lr=0.0392), "Momentum": hp.Momentum(0.02, momentum=0.75)}
    walks = {n: hp.descend(ravine, rule, start, 40) for n, rule in walkers.items()}
    fig, ax = plt.subplots(figsize=(7.6, 3.4))
    hp.figures.ravine_walks(ravine, walks, ax, height=1.1)
    hp.show(fig, "day4-puzzle")
    left = {n: float(np.linalg.norm(walk.end).round(3)) for n, walk in walks.items()}
    hp.say(f"distance left: {left}")

# %% bind="day4-puzzle"
right("The second, more than ten times closer", left["SGD"] > 10 * left["Momentum"])
says("closer after 40 steps", "走完 40 步", len(walks["SGD"].w) == 41)
says("both take 40 steps", "都在同一個斜坡上走 40 步", len(walks["Momentum"].w) == 41)

# %% bind="puzzle"
slow, fast = walkers.values()
says(
    "both make 40 steps",
    "都走 40 步",
    {len(walk.w) - 1 for walk in walks.values()} == {40},
)
says(
    "best for this ravine in the long run",
    "學習率就長遠來說最適合這個山谷",
    0.99 < slow.lr * sum(ravine.eigenvalues) / 2 < 1.01,
)
says("about half that rate", "學習率大約只有一半", 0.45 < fast.lr / slow.lr < 0.55)
free("which one gets closer", "誰離最小值比較近", "the question")

# %% [markdown] key="puzzle-answer" lang="en"
# <details><summary>After your answer: across and along</summary>
#
# The second ends some thirty times nearer. The gradient points along the steepest slope. In a ravine that is mostly *across*, not *along*. The first walker spends its steps on a zigzag; the second gets there.
#
# </details>

# %% [markdown] key="puzzle-answer" lang="zh-TW" of="25d0cdcb"
# <details><summary>作答之後：橫越山谷，還是沿著谷底</summary>
#
# 第二個人最後的距離，大約只有第一個人的三十分之一。梯度指的是最陡的方向。在山谷裡，最陡的方向多半是**橫越**山谷，而不是**沿著**谷底走。第一個人把步伐浪費在來回折返上，第二個人卻走到了。
#
# </details>

# %% [markdown] key="today" lang="en"
# Today: first the walker without memory, noise included (section 2), and what a ravine costs it (section 3); then what one remembered step changes.

# %% [markdown] key="today" lang="zh-TW" of="1b309159"
# 今天先看沒有記憶的走法，連雜訊一起看（第 2 節），也看山谷讓它付出多少代價（第 3 節）；再看多記住一步，會帶來什麼改變。

# %% bind="puzzle-answer"
far, near = (np.linalg.norm(walk.end) for walk in walks.values())
says("some thirty times nearer", "大約只有第一個人的三十分之一", 25 < far / near < 36)
free("along the steepest slope", "梯度指的是最陡的方向", "what a gradient is")
downhill = np.abs(ravine.gradient(walks["SGD"].w)).T
says(
    "mostly *across*, not *along*",
    "最陡的方向多半是**橫越**山谷",
    0.9 < np.mean(downhill[1] > downhill[0]),
)
turns = (np.diff(np.sign(walks["SGD"].w), axis=0) != 0).sum(axis=0)
says("spends its steps on a zigzag", "浪費在來回折返上", turns[1] == 40)

# %% [markdown] key="sgd" lang="en"
# ## 2. SGD and its noise
#
# **Stochastic gradient descent** takes the step of Day 1,
#
# $$w \leftarrow w - \eta\,\nabla_w L,$$
#
# with a gradient from one example, or a few, instead of all. So each gradient is the true one plus **noise**. Three sayings about this **optimizer** (the rule that turns gradients into steps) are tested here: it is unstable, it falls into local minima easily, it is fast.
#
# **Unstable?** Day 2 found the answer. At a constant rate the loss falls to its **noise floor**, $\frac{\eta\,\sigma^2}{2\,(2-\eta\lambda)}$ for one weight with curvature $\lambda$ and noise of standard deviation $\sigma$, and stays there. So under such noise SGD never settles, but inside its border it does not run away either. Two ways down you know: lower the rate (Day 2), or enlarge the batch (Day 3). A third keeps both and averages the weights of the last steps (after Polyak and Juditsky 1992); section 7 comes back to it.
#
# **Your turn.** The bowl below bends 10 times as sharply up and down as it does sideways. With the noise at 1, find a rate that brings the dashed line, the floor, below 0.01. What does it cost? Then set the noise to zero.

# %% [markdown] key="sgd" lang="zh-TW" allow="優化器" of="9aa8792a"
# ## 2. SGD 與它的雜訊
#
# **隨機梯度下降**（SGD）走的是第 1 天的步伐：
#
# $$w \leftarrow w - \eta\,\nabla_w L,$$
#
# 只不過梯度只用一筆或少數幾筆資料來算，而不是全部。所以每個梯度都是真正的梯度加上**雜訊**。把梯度變成步伐的規則，叫做**最佳化器**（optimizer，也有人譯作優化器）。關於 SGD，這裡檢驗三種說法：不穩定、容易陷入局部最小值、很快。
#
# **不穩定嗎？** 第 2 天已經找到答案。學習率固定時，損失會降到**雜訊底線**，然後停在那裡。只有一個權重、曲率為 $\lambda$、雜訊的標準差為 $\sigma$ 時，底線是 $\frac{\eta\,\sigma^2}{2\,(2-\eta\lambda)}$。所以在這樣的雜訊下，SGD 永遠靜不下來；但只要還在界線以內，它也不會跑掉。要壓低這條底線，你已經學過兩個辦法：調低學習率（第 2 天），或加大批次（第 3 天）。還有第三個：兩者都不動，改把最後許多步的權重平均起來（源自 Polyak 和 Juditsky，1992），第 7 節會再提到。
#
# **換你玩**：下面這個碗，上下方向的曲率是左右方向的 10 倍。雜訊保持 1，找出能讓虛線（也就是底線）降到 0.01 以下的學習率。代價是什麼？再把雜訊調成零看看。

# %% bind="sgd"
free(
    "At a constant rate the loss falls",
    "學習率固定時，損失會降到",
    "Day 2 measures it; bound there, and in section 7",
)
free(
    "Two ways down you know ... comes back to it",
    "你已經學過兩個辦法 ... 第 7 節會再提到",
    "Days 2 and 3; section 7 binds the average",
)
free(
    "The bowl below ... noise to zero",
    "下面這個碗 ... 調成零看看",
    "a task, at the live figure's own bowl",
)

# %% key="explore-noisy-walk"
hp.explore_noisy_walk()

# %% [markdown] key="escape" lang="en"
# **Easily caught in local minima?** Take the two valleys of Day 1 again, with a small learning rate and no, some or much noise. Start at the bottom of each valley and walk 1,000 steps, with 200 seeds. A walk has left if it *ends* in the other valley. The line is the median of five groups of 40 seeds, the band their range. **Predict** first:

# %% [markdown] key="escape" lang="zh-TW" of="4fa4ea9c"
# **容易陷入局部最小值嗎？** 再拿第 1 天那兩個谷來試，用小的學習率，雜訊從無到小、再到大。分別從兩個谷底出發，走 1,000 步，用 200 個種子。**最後**停在另一個谷的，才算離開。把種子分成五組，每組 40 個：線是五組的中位數，色帶是五組的範圍。請**先預測**：

# %% key="escape-run"
with hp.predict("day4-noise"):
    curve = hp.TwoBasins(tilt=0.2)
    deep, barrier, shallow = curve.stationary_points()
    spread, ends = np.array([0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4]), []
    job = {"steps": 1000, "seed": range(200), "record": False}
    for sigma in spread:
        path = hp.descend(curve, hp.SGD(0.1), [shallow, deep], noise=sigma, **job)
        ends.append(path.end[..., 0].reshape(2, 5, 40))  # starts, groups, seeds
    at_left = np.array(ends) < barrier

# %% key="escape-figure"
with hp.after("day4-noise"):
    shares = {
        "leave shallow": at_left[:, 0].mean(axis=-1),
        "leave deep": (~at_left[:, 1]).mean(axis=-1),
    }
    fig, ax = plt.subplots(figsize=(8, 3.4))
    hp.figures.share_bands(spread, shares, ax, r"noise $\sigma$")
    hp.show(fig, "day4-escape")
    heights = [curve([barrier]) - curve([valley]) for valley in (shallow, deep)]
    low, high = (f"{height:.2f}" for height in heights)
    hp.say(
        f"height of the barrier from the shallow valley {low}, from the deep one {high}"
    )

# %% bind="day4-noise"
out, back = at_left[spread > 0, 0].mean(), (~at_left[spread > 0, 1]).mean()
right("It may be pushed over the barrier", out > 2 * back and out > 0.5)

# %% bind="escape"
says(
    "walk 1,000 steps, with 200 seeds",
    "走 1,000 步，用 200 個種子",
    job["steps"] == 1000 and path.end.shape[1] == at_left[0, 0].size == 200,
)
says(
    "Start at the bottom of each valley",
    "分別從兩個谷底出發",
    np.abs(curve.gradient(np.array([[shallow], [deep]]))).max() < 1e-9,
)
says(
    "no, some or much noise", "雜訊從無到小、再到大", spread[0] == 0 and max(spread) > 2
)
groups = {share.shape for share in shares.values()}
says(
    "five groups of 40 seeds",
    "分成五組，每組 40 個",
    (at_left.shape[2:], groups) == ((5, 40), {(len(spread), 5)}),
)

# %% [markdown] key="escape-seen" lang="en"
# <details><summary>After your answer: what noise does to a walk that is caught</summary>
#
# The saying has it backwards on this curve. *Without* noise nobody leaves, and the start decides. *Some* noise, $\sigma = 1$, carries nearly every walk out of the shallow valley into the deep one, and none the other way, for from there the barrier is six times as high. *Much* noise throws walks out of the deep valley too. So noise can free SGD from a local minimum, provided it is strong enough for the barrier, and weak enough to stay where it is good.
#
# </details>

# %% [markdown] key="escape-seen" lang="zh-TW" of="57608100"
# <details><summary>作答之後：雜訊對困住的球做了什麼</summary>
#
# 在這條曲線上，這個說法剛好說反了。**沒有**雜訊時，誰也出不去，起點決定一切。**適量**的雜訊（$\sigma = 1$），幾乎每一次都把淺谷裡的球推過山頭，送進深谷；從深谷這一側看，山頭的高度是淺谷那一側的六倍，所以沒有一次往反方向跑。雜訊**太大**，連深谷裡的也會被推出來一些。所以雜訊可以幫 SGD 離開局部最小值，條件是：雜訊要大到能把球推過山頭，又要小到讓球留在好的地方。
#
# </details>

# %% bind="escape-seen"
up, down = (share.mean(axis=1) for share in shares.values())
some, much = list(spread).index(1), spread > 1
says(
    "*Without* noise nobody leaves",
    "**沒有**雜訊時，誰也出不去",
    up[0] + down[0] + spread[0] == 0,
)
says(
    "carries nearly every walk out of the shallow valley",
    "幾乎每一次都把淺谷裡的球推過山頭，送進深谷",
    0.9 < up[some] <= 1,
)
says("and none the other way", "所以沒有一次往反方向跑", down[some] == 0)
says(
    "six times as high",
    "山頭的高度是淺谷那一側的六倍",
    5.5 < heights[1] / heights[0] < 6.5,
)
says(
    "throws walks out of the deep valley too",
    "連深谷裡的也會被推出來一些",
    0.02 < down[much].min(),
)

# %% [markdown] key="fast" lang="en"
# **Fast?** One pass over the digits: 1,437 steps with one image each, or one step with all 1,437. Each at the best of three rates, chosen with three seeds by the training loss, and reported with five others; the last line has ten full steps with the momentum of section 4:

# %% [markdown] key="fast" lang="zh-TW" of="5cbaf1d9"
# **很快嗎？** 把手寫數字看過一遍：可以每步一張、走 1,437 步，也可以 1,437 張一起算、只走一步。各試三個學習率，用三個種子挑出訓練損失最低的那個，再用另外五個種子報告成績；最後一行用完整的梯度走十步，並加上第 4 節的動量：

# %% key="fast-run" tags=["nbval-ignore-output", "long"]
digits, network = hp.digits(), hp.MLP((64, 32, 10))
contest = [
    ([0.01, 0.03, 0.09], 0, 1, 1),  # rates, momentum, batch size, passes
    ([0.5, 1, 2], 0, 1437, 1),
    ([0.5, 0.7, 1], 0, 1437, 10),
    ([0.5, 0.7, 1], 0.8, 1437, 10),
]
marks, to_choose, to_report = [], range(3), range(3, 8)
for tried, gamma, size, passes in contest:
    job = {"batch_size": size, "epochs": passes}
    rule = hp.Momentum(tried, gamma)  # with 0 it is SGD
    loss = hp.train(network, digits, rule, **job, seed=to_choose).train_loss
    own = tried[np.nan_to_num(loss, nan=9).mean(axis=1).argmin()]
    best = hp.train(network, digits, hp.Momentum(own, gamma), **job, seed=to_report)
    marks.append(best.test_accuracy)
    hp.say(
        f"images a step {size:>4}, passes {passes:>2}: "
        f"test accuracy {marks[-1].min():.0%} to {marks[-1].max():.0%}"
    )

# %% bind="fast"
says(
    "1,437 steps with one image each, or one",
    "每步一張、走 1,437 步",
    len(digits.X_train) == 1437,
)
says(
    "Each at the best of three rates, chosen with three seeds by the training loss",
    "各試三個學習率，用三個種子挑出訓練損失最低的那個",
    loss.shape == (3, len(to_choose)) == (3, 3)
    and all(len(set(tried)) == 3 for tried, *_ in contest),
)
says(
    "reported with five others",
    "再用另外五個種子報告",
    {len(accuracy) for accuracy in marks} == {5}
    and set(to_choose).isdisjoint(best.axes["seed"]),
)
says(
    "one step with all 1,437",
    "1,437 張一起算、只走一步",
    [part[2:] for part in contest][:2] == [(1, 1), (1437, 1)],
)
says(
    "the last line has ten full steps",
    "最後一行用完整的梯度走十步",
    contest[-1][2:] == (1437, 10),
)

# %% [markdown] key="fast-seen" lang="en"
# Per image seen, single images are far ahead, even of ten passes with full gradients. Momentum makes up most of that, though it has seen ten times the images. Per second is another matter, which Day 3 put to the clock: a step with many images is cheaper than many steps with one.
#
# ## 3. The ravine, in numbers
#
# Even without noise SGD is slow in a ravine. Its **condition number** is $\kappa = \lambda_{\max}/\lambda_{\min}$, the largest curvature over the smallest. The best rate, $\eta = 2/(\lambda_{\min}+\lambda_{\max})$, lets both directions shrink by the same factor $\frac{\kappa-1}{\kappa+1}$ per step. How many steps until a millionth of the distance is left?

# %% [markdown] key="fast-seen" lang="zh-TW" of="2d94d665"
# 以看過的影像數來算，每步一張遙遙領先，用完整的梯度走十遍也追不上。加上動量可以追回大半，但看過的影像也變成十倍。以秒數來算就另當別論了，第 3 天實際計時過：一步算很多張，比很多步各算一張來得省。
#
# ## 3. 用數字看山谷
#
# 就算沒有雜訊，SGD 在山谷裡也很慢。山谷的**條件數**是 $\kappa = \lambda_{\max}/\lambda_{\min}$，也就是最大曲率除以最小曲率。最好的學習率 $\eta = 2/(\lambda_{\min}+\lambda_{\max})$，會讓兩個方向每步縮小的倍率都是 $\frac{\kappa-1}{\kappa+1}$。要走幾步，距離才會剩下百萬分之一？

# %% bind="fast-seen"
single, once, ten, rolling = (mark.mean() for mark in marks)
says("single images are far ahead", "每步一張遙遙領先", single > once + 0.3)
says(
    "even of ten passes with full gradients",
    "用完整的梯度走十遍也追不上",
    single > ten + 0.05,
)
says(
    "Momentum makes up most of that",
    "加上動量可以追回大半",
    rolling - ten > (single - ten) / 2,
)
says(
    "ten times the images", "看過的影像也變成十倍", contest[-1][3] == 10 * contest[0][3]
)
free("is cheaper than many steps with one", "來得省", "Day 3 measures it")
free("the largest curvature over the smallest", "最大曲率除以最小曲率", "a definition")
free("The best rate", "最好的學習率", "theory, from Day 1")


# %% key="ravine-steps"
def steps_to_a_millionth(optimizer, kappa, limit):
    w = hp.descend(hp.Quadratic([1, kappa]), optimizer, (1.0, 1.0), limit).w
    left = np.linalg.norm(w, axis=-1) / np.linalg.norm(w[0])
    return int(np.flatnonzero(left > 1e-6)[-1]) + 1


kappas = np.array([10, 30, 100, 300, 1000])
steps = {"SGD": [steps_to_a_millionth(hp.SGD(2 / (1 + k)), k, 8 * k) for k in kappas]}
for k, count in zip(kappas, steps["SGD"]):
    hp.say(f"κ = {k:>4}: {count:>4} steps, {count / k:.2f} κ")

# %% bind="fast-seen"
k, count = kappas[0], steps["SGD"][0]
path = hp.descend(hp.Quadratic([1, k]), hp.SGD(2 / (1 + k)), (1.0, 1.0), count)
left = np.linalg.norm(path.w[[0, -2, -1]], axis=-1)
says(
    "until a millionth",
    "剩下百萬分之一",
    left[2] <= 1e-6 * left[0] < left[1],
)

# %% [markdown] key="momentum" lang="en"
# Ten times the $\kappa$, ten times the steps.
#
# ## 4. A step that remembers
#
# **Momentum** keeps part of the last step, like a rolling ball:
#
# $$v_t = \gamma\,v_{t-1} + \eta\,\nabla_w L, \qquad w \leftarrow w - v_t.$$
#
# $v_t$ is the step, also called the **velocity**. (On Day 5 the letter $v$ stands for something else: a size, not a step.) The **momentum coefficient** $\gamma$, between 0 and 1, says how much of the last step stays (usually 0.9). Written out, $v_t = \eta\,(g_t + \gamma g_{t-1} + \gamma^2 g_{t-2} + \dots)$ with $g_t$ the gradient at step $t$. Gradients that agree add up; gradients that alternate cancel. In code:

# %% [markdown] key="momentum" lang="zh-TW" of="fad1c944"
# $\kappa$ 變成十倍，步數也變成十倍。
#
# ## 4. 記得上一步
#
# **動量**（momentum）會留下上一步的一部分，就像滾動的球：
#
# $$v_t = \gamma\,v_{t-1} + \eta\,\nabla_w L, \qquad w \leftarrow w - v_t.$$
#
# $v_t$ 就是這一步，也叫做**速度**（velocity）。（第 5 天的 $v$ 是另一回事：那是大小，不是步伐。）$\gamma$ 叫做**動量係數**，介於 0 與 1 之間，決定上一步要留多少（通常是 0.9）。展開來看，$v_t = \eta\,(g_t + \gamma g_{t-1} + \gamma^2 g_{t-2} + \dots)$，其中 $g_t$ 是第 $t$ 步的梯度。方向一致的梯度會越加越大，正負交替的梯度會互相抵消。寫成程式：

# %% bind="momentum"
growth = np.array(steps["SGD"])[[2, 4]] / np.array(steps["SGD"])[[0, 2]]
says(
    r"Ten times the $\kappa$",
    r"$\kappa$ 變成十倍",
    kappas[2] / kappas[0] == kappas[4] / kappas[2] == 10,
)
says("ten times the steps", "步數也變成十倍", 9.8 < growth.min() <= growth.max() < 10.2)
free("usually 0.9", "通常是 0.9", "a convention")

# %% key="momentum-by-hand"
w, v, lr, momentum = np.array(start), 0.0, 0.02, 0.75
for _ in range(40):
    v = momentum * v + lr * ravine.gradient(w)
    w = w - v
assert np.allclose(w, walks["Momentum"].end, rtol=1e-9)
print(w)

# %% [markdown] key="play-ravine" lang="en"
# **Your turn.**
#
# 1. Leave $\gamma$ at 0 and find the fastest rate.
# 2. Raise $\gamma$ to about 0.6. How far can the rate go now?
# 3. Set $\gamma$ to 0.95. What is new?

# %% [markdown] key="play-ravine" lang="zh-TW" of="437fb03b"
# **換你玩**：
#
# 1. 讓 $\gamma$ 保持 0，找出最快的學習率。
# 2. 把 $\gamma$ 提高到大約 0.6。現在學習率可以加到多大？
# 3. 把 $\gamma$ 設成 0.95。出現了什麼新的現象？

# %% bind="play-ravine"
free("Leave ... What is new?", "讓 ... 新的現象？", "tasks at the live figure")

# %% key="explore-ravine"
hp.explore_ravine()

# %% [markdown] key="swings" lang="en"
# Momentum is said to damp oscillation. Which one? Compare at two rates whose steps on a steady slope become equally long (section 6 says why), and count how often each walk crosses the floor, and how often it overshoots the minimum along it.

# %% [markdown] key="swings" lang="zh-TW" of="4d56e1c1"
# 常聽人說動量能減少震盪。是哪一種震盪？挑兩個學習率，讓一般的梯度下降和動量法在固定的坡度上，步伐最後一樣長（原因第 6 節會說明），數一數路徑橫越谷底幾次，沿著谷底衝過最小值又是幾次。

# %% key="swings-count"
fair, crossings = {"SGD": hp.SGD(lr=0.19), "Momentum": hp.Momentum(0.019, 0.9)}, {}
n_steps = 60
for name, walker in fair.items():
    w = hp.descend(hp.Quadratic([1, 10]), walker, start, n_steps).w
    along, across = crossings[name] = (np.diff(np.sign(w), axis=0) != 0).sum(axis=0)
    hp.say(f"{name:<8} in {n_steps} steps: across the floor {across:>2} times, "
           f"past the minimum {along} times")  # fmt: skip

# %% [markdown] key="swings-seen" lang="en"
# *Across* the floor there are far fewer turns: in this sense the saying holds. (They do not die out sooner: here each step leaves 0.95 of the swing, without momentum 0.90.) In exchange the ball swings *along* the floor, which plain descent did not do once. Too much memory for the rate brings a new oscillation.
#
# ## 5. The map of two numbers
#
# Memory moves the border of Day 1 as well. Walk 17,640 pairs $(\eta, \gamma)$ down a ravine with $\kappa = 30$, in one call, 100 steps each. **Predict** first, for another bowl:

# %% [markdown] key="swings-seen" lang="zh-TW" of="add0d759"
# **橫越**谷底的折返少了很多：就這一點來說，那句話成立。（但擺盪並沒有更快平息：在這裡，每走一步，擺幅變成原來的 0.95 倍，沒有動量時是 0.90 倍。）代價是：球會**沿著**谷底來回擺盪，一般的梯度下降則一次也沒有。對這個學習率來說，記憶如果太長，就會帶來另一種震盪。
#
# ## 5. 兩個數字的地圖
#
# 有了記憶，第 1 天的界線也跟著移動。在 $\kappa = 30$ 的山谷裡，一次呼叫走完 17,640 組 $(\eta, \gamma)$，每組 100 步。請**先預測**，題目用的是另一個碗：

# %% bind="swings"
says(
    "whose steps on a steady slope become equally long",
    "在固定的坡度上，步伐最後一樣長",
    np.isclose(fair["SGD"].lr, fair["Momentum"].lr / (1 - fair["Momentum"].momentum)),
)

# %% bind="swings-seen"
(sgd_along, sgd_across), (along, across) = crossings.values()
says("far fewer turns", "**橫越**谷底的折返少了很多", across < sgd_across / 4)
paths = {
    name: hp.descend(hp.Quadratic([1, 10]), walker, start, n_steps).w[:, 1]
    for name, walker in fair.items()
}
fade = {
    name: (abs(w[-10:]).max() / abs(w[:10]).max()) ** 0.02 for name, w in paths.items()
}
says(
    "each step leaves 0.95 of the swing, without momentum 0.90",
    "每走一步，擺幅變成原來的 0.95 倍，沒有動量時是 0.90 倍",
    np.isclose(fair["Momentum"].momentum ** 0.5, 0.95, atol=0.005)
    and abs(fade["Momentum"] - 0.95) < 0.015
    and np.isclose(10 * fair["SGD"].lr - 1, 0.9)
    and abs(fade["SGD"] - 0.9) < 0.015,
)
free("They do not die out sooner", "擺盪並沒有更快平息", "bound by what follows")
says("the ball swings *along* the floor", "球會**沿著**谷底來回擺盪", along > 1)
says(
    "which plain descent did not do once", "一般的梯度下降則一次也沒有", sgd_along == 0
)

# %% key="map-run" tags=["long"]
with hp.predict("day4-border"):
    kappa, x, gammas = 30, np.linspace(0.01, 3.99, 180), np.linspace(0, 0.97, 98)
    settings, limit = hp.Momentum(lr=x / kappa, momentum=gammas), 100
    bowl = hp.Quadratic([1, kappa])
    begin = np.array([1.0, 1.0])
    grid = hp.descend(bowl, settings, begin, limit, record=False)
    distance = np.linalg.norm(grid.end, axis=-1) / np.linalg.norm(begin)
    distance[grid.diverged] = np.inf
    best_lr, best_momentum = hp.figures.momentum_star(kappa)
    fig, ax = plt.subplots(figsize=(7.6, 3.8))
    hp.figures.momentum_map(x, gammas, distance, ax, steps=limit, lowest=1e-14)
    star = {"ms": 16, "mfc": "white", "mec": "black", "zorder": 6}
    ax.plot(best_lr * kappa, best_momentum, "*", **star)
    hp.show(fig, "day4-map")
    i, j = np.unravel_index(distance.argmin(), distance.shape)
    hp.say(f"best of the map: lr {x[i] / kappa:.3f}, momentum {gammas[j]:.2f}")
    hp.say(f"star:            lr {best_lr:.3f}, momentum {best_momentum:.2f}")

# %% bind="day4-border"
from_here = (distance[np.abs(x - 10 * 0.3).argmin()] < 1).argmax()
right("γ above 0.5", 0.48 < gammas[from_here] < 0.53)

# %% bind="swings-seen"
says("Walk 17,640 pairs", "走完 17,640 組", distance.size == 17_640)
says(r"a ravine with $\kappa = 30$", r"在 $\kappa = 30$ 的山谷裡", kappa == 30)
says("in one call, 100 steps each", "每組 100 步", limit == 100)

# %% [markdown] key="map-seen" lang="en"
# <details><summary>After your answer: what the map shows</summary>
#
# In the question $\eta\lambda = 3$. On the map the line crosses 3 at $\gamma = 0.5$: with more memory than that the walk converges.
#
# </details>

# %% [markdown] key="map-seen" lang="zh-TW" of="9e256886"
# <details><summary>作答之後：地圖上看到什麼</summary>
#
# 題目裡 $\eta\lambda = 3$。在地圖上，界線在 $\gamma = 0.5$ 的地方通過 3：記憶比這個多，就會收斂。
#
# </details>

# %% [markdown] key="map-border" lang="en"
# <details><summary>After your answer: the border and the star</summary>
#
# The border is the straight line
#
# $$0 < \eta\,\lambda_{\max} < 2\,(1+\gamma).$$
#
# Momentum lets the learning rate be larger, up to almost twice. (A few settings right beside the line are on the wrong side: 100 steps are too few to decide.) The fastest setting, the star, can be computed exactly (Polyak 1964). Why it lies there, and where it lies in any bowl, you will derive yourself in the [exercises](day4_exercises.ipynb).
#
# </details>

# %% [markdown] key="map-border" lang="zh-TW" of="a286f9d8"
# <details><summary>作答之後：界線和星號</summary>
#
# 界線是一條直線：
#
# $$0 < \eta\,\lambda_{\max} < 2\,(1+\gamma).$$
#
# 有了動量，學習率可以更大，最多將近兩倍。（緊貼著線的有幾組站錯邊：只走 100 步還分不出結果。）最快的設定，也就是星號，可以精確算出來（Polyak，1964）。它為什麼落在那裡、換一個碗又落在哪裡，留給你在[練習](day4_exercises.ipynb)裡自己推出來。
#
# </details>

# %% [markdown] key="map-play" lang="en"
# Along the bottom edge, $\gamma = 0$, lies plain gradient descent. Below is the ravine with $\kappa = 300$: where has the star gone, and what has become of the bottom edge? Then make the bowl round.

# %% [markdown] key="map-play" lang="zh-TW" of="4153d286"
# 最下面的邊是 $\gamma = 0$，也就是一般的梯度下降。下面換成 $\kappa = 300$ 的山谷：星號跑到哪裡去了？最下面的邊有什麼變化？再把碗變圓看看。

# %% bind="map-seen"
free(
    "In the question ... the walk converges",
    "題目裡 ... 就會收斂",
    "the border, bound below",
)

# %% bind="map-border"
wrong = (distance < 1) != (x[:, None] < 2 * (1 + gammas))
reach, beside = (
    x[(distance < 1).any(axis=1)].max() / x[distance[:, 0] < 1].max(),
    x[:, None] - 2 * (1 + gammas),
)
says("The border is the straight line", "界線是一條直線", wrong.mean() < 0.002)
says("be larger, up to almost twice", "可以更大，最多將近兩倍", 1.85 < reach < 2)
says(
    "A few settings right beside the line",
    "緊貼著線的有幾組站錯邊",
    0 < wrong.sum() < 50,
)
says("100 steps are too few", "只走 100 步還分不出結果", limit == 100)
says("are on the wrong side", "站錯邊", np.abs(beside[wrong]).max() < 0.1)
says(
    "The fastest setting, the star",
    "最快的設定，也就是星號",
    0.95 < x[i] / kappa / best_lr < 1.05,
)
says("can be computed exactly", "可以精確算出來", abs(gammas[j] - best_momentum) < 0.03)

# %% bind="map-play"
free(
    r"the ravine with $\kappa = 300$",
    r"下面換成 $\kappa = 300$ 的山谷",
    "where the live figure opens",
)
# %% key="explore-map"
with hp.after("day4-border"):
    hp.show(hp.explore_momentum_map())

# %% [markdown] key="acceleration" lang="en"
# At the star each step leaves about $\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$ of the distance, with $\sqrt\kappa$ in place of $\kappa$. So the number of steps should grow like $\sqrt\kappa$. Measure it. On logarithmic axes a power law is a line, and its power is the slope.

# %% [markdown] key="acceleration" lang="zh-TW" of="2afb9e67"
# 在星號處，每走一步，距離大約變成原來的 $\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$ 倍，式子裡的 $\kappa$ 換成了 $\sqrt\kappa$。步數應該跟著 $\sqrt\kappa$ 成長。來量量看：在對數刻度上，冪次關係是一條直線，斜率就是次方。


# %% key="acceleration-run"
def tuned(kappa):
    return hp.Momentum(*hp.figures.momentum_star(kappa))


steps["Momentum"] = [steps_to_a_millionth(tuned(k), k, 500) for k in kappas]
print(steps["Momentum"])

# %% key="acceleration-figure"
slopes = {}
for name, counts in steps.items():
    slopes[name], _ = np.polyfit(np.log(kappas), np.log(counts), 1)
fig, ax = plt.subplots(figsize=(6.4, 3.6))
hp.figures.steps_by_condition(kappas, steps, slopes, ax)
hp.show(fig, "day4-acceleration")

# %% key="which-kappa"
fits, many_kappas = {}, np.geomspace(1, 1e6, 100_000)
best_momenta = hp.figures.momentum_star(many_kappas)[1]
for momentum in [0.6, 0.9, 0.99]:
    fits[momentum] = np.interp(momentum, best_momenta, many_kappas)
    hp.say(f"momentum {momentum:<4} is the best for κ = {fits[momentum]:,.0f}")

# %% [markdown] key="acceleration-seen" lang="en"
# Momentum does speed up convergence: where the ravine is long, and when both numbers fit it. The usual $\gamma = 0.9$ fits a $\kappa$ above a thousand. In a round bowl, $\kappa = 1$, the best is $\gamma = 0$: nothing to gain.
#
# ## 6. A comparison, unfair and fair
#
# Let the gradient stay 1, and watch the step. **Predict:** where does its length end?

# %% [markdown] key="acceleration-seen" lang="zh-TW" of="665684fd"
# 動量確實能加速收斂，前提是山谷夠長，而且兩個數字都配合得上。常用的 $\gamma = 0.9$，適合的 $\kappa$ 在一千以上。如果碗是圓的（$\kappa = 1$），最好的就是 $\gamma = 0$，動量幫不上忙。
#
# ## 6. 一場比較：不公平的與公平的
#
# 讓梯度一直是 1，看看步伐。**先預測**：最後會變成多長？

# %% bind="acceleration-seen"
says(
    "Momentum does speed up convergence",
    "動量確實能加速收斂",
    0.45 < slopes["Momentum"] < 0.57,
)
says(
    "where the ravine is long",
    "前提是山谷夠長",
    2 * steps["Momentum"][0] < steps["SGD"][0],
)
says(r"The usual $\gamma = 0.9$", r"常用的 $\gamma = 0.9$", 0.9 in fits)
says(
    r"fits a $\kappa$ above a thousand",
    r"適合的 $\kappa$ 在一千以上",
    1000 < fits[0.9] < 2000,
)
free(r"In a round bowl ... the best", "如果碗是圓的 ... 最好的", "algebra")

# %% key="gain-run"
with hp.predict("day4-gain"):
    memories = [0, 0.5, 0.9, 0.95]
    rule, place, lengths = hp.Momentum(lr=0.1, momentum=memories), np.zeros(4), []
    state = rule.init(place)
    for _ in range(60):
        place, state = rule.step(place, np.ones(4), state)
        lengths.append(state.v)
    fig, ax = plt.subplots(figsize=(6.4, 3.4))
    lines = {f"γ = {g}": values for g, values in zip(memories, np.transpose(lengths))}
    look = {"xlabel": "step", "ylabel": "length of the step"}
    hp.figures.named_lines(np.arange(1, 61), lines, ax, **look)
    hp.show(fig, "day4-gain")
    hp.say(f"last step / lr: {(state.v / rule.lr).round(1)}")

# %% [markdown] key="gain-seen" lang="en"
# <details><summary>After your answer: what each step adds</summary>
#
# Each step adds $\eta$ and loses a share $1-\gamma$ of what there is, until both are equal. (The last curve is still growing, towards 20 times $\eta$.)
#
# </details>

# %% [markdown] key="gain-seen" lang="zh-TW" of="30593932"
# <details><summary>作答之後：每一步加上什麼</summary>
#
# 每一步都加上 $\eta$，又失去原有長度的一部分（比例是 $1-\gamma$），直到兩者相等。（最後一條線還在成長，會到 $\eta$ 的 20 倍。）
#
# </details>

# %% [markdown] key="effective-rate" lang="en"
# <details><summary>After your answer: the effective rate</summary>
#
# The step grows to $\dfrac{\eta}{1-\gamma}$, the **effective rate**. With $\gamma = 0.9$ that is ten times $\eta$.
#
# </details>

# %% [markdown] key="effective-rate" lang="zh-TW" of="f2e19472"
# <details><summary>作答之後：有效學習率</summary>
#
# 步伐會成長到 $\dfrac{\eta}{1-\gamma}$，稱為**有效學習率**（effective rate）。$\gamma = 0.9$ 時，它是 $\eta$ 的十倍。
#
# </details>

# %% [markdown] key="effective" lang="en"
# So what does it mean to compare SGD and momentum *at the same learning rate*? Train digits in batches of 64: 17 rates, five seeds, both optimizers, 170 trainings.

# %% [markdown] key="effective" lang="zh-TW" of="a58332fc"
# 那麼，「用同一個學習率」比較 SGD 和動量法，到底是在比什麼？拿手寫數字來訓練，每批 64 張：17 個學習率、五個種子、兩種最佳化器，一共 170 次。

# %% bind="day4-gain"
says("η = 0.1 and γ = 0.9", "η = 0.1，γ = 0.9", rule.lr == 0.1 and 0.9 in memories)
right("1", abs(state.v[memories.index(0.9)] - 1) < 0.01)

# %% bind="gain-seen"
gains = dict(zip(memories, state.v / rule.lr))
free("Each step adds ... both are equal", "每一步都加上 ... 直到兩者相等", "algebra")
says(
    "The last curve is still growing", "最後一條線還在成長", gains[memories[-1]] < 19.5
)
says("towards 20", r"會到 $\eta$ 的 20 倍", 19.9 < 1 / (1 - memories[-1]) < 20.1)

# %% bind="effective-rate"
gains = dict(zip(memories, state.v / rule.lr))
says(r"With $\gamma = 0.9$", r"$\gamma = 0.9$ 時", 0.9 in gains)
says(r"that is ten times $\eta$", r"它是 $\eta$ 的十倍", 9.9 < gains[0.9] < 10.1)

# %% key="digits-run"
rates, gamma = np.logspace(-3, 1, 17), 0.9
job = {"batch_size": 64, "epochs": 10, "seed": hp.seeds(5)}
plain = hp.train(network, digits, hp.SGD(rates), **job)
heavy = hp.train(network, digits, hp.Momentum(rates, gamma), **job)

# %% bind="effective"
says("17 rates, five seeds", "17 個學習率、五個種子", plain.train_loss.shape == (17, 5))
says(
    "170 trainings", "一共 170 次", plain.train_loss.size + heavy.train_loss.size == 170
)
says("in batches of 64", "每批 64 張", job["batch_size"] == 64)

# %% bind="title"
says(
    "thousands of settings of momentum in one call",
    "一次呼叫就走完上萬組動量設定",
    10_000 < distance.size < 20_000,
)
says(
    "train digits 170 times",
    "用手寫數字訓練 170 次",
    plain.train_loss.size + heavy.train_loss.size == 170,
)

# %% key="digits-figure"
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True)
labels = [r"learning rate $\eta$", r"effective rate $\eta/(1-\gamma)$"]
gains = [1, 1 / (1 - gamma)]
for ax, gain, label in zip(axes, gains, labels):
    curves = {"SGD": (rates, plain.train_loss)}
    curves["Momentum"] = gain * rates, heavy.train_loss
    hp.figures.rate_sweeps(curves, ax, label, "training loss")
axes[0].legend()
hp.show(fig, "day4-digits")

# %% key="digits-numbers" tags=["nbval-ignore-output"]
common = [4, 12]
for k in common:
    losses = plain.train_loss[k], heavy.train_loss[k]
    slow, fast = (np.median(loss) for loss in losses)
    hp.say(f"both at {rates[k]:g}: SGD {slow:.2f}, momentum {fast:.2f}")

# %% key="digits-fair" tags=["nbval-ignore-output"]
fair_rates, tuned_well, own, seeds = rates[4:13], {}, {}, hp.seeds(5)
for size in [64, 16]:
    job = {"batch_size": size, "epochs": 10}
    for name, rule in [("SGD", hp.SGD), ("Momentum", hp.Momentum)]:
        sweep = hp.train(network, digits, rule(fair_rates), seed=seeds, **job)
        mean_loss = np.nan_to_num(sweep.train_loss, nan=9).mean(axis=1)
        best = own[name, size] = fair_rates[mean_loss.argmin()]
        again = hp.train(network, digits, rule(best), seed=range(5, 15), **job)
        tuned_well[name, size] = again

# %% key="digits-fair-numbers" tags=["nbval-ignore-output"]
for (name, size), again in tuned_well.items():
    loss, read = again.train_loss, again.test_accuracy
    hp.say(
        f"batch size {size}: {name:<8} at {own[name, size]:.2g}, "
        f"{len(again.loss)} new seeds: "
        f"loss {np.median(loss):.3f} ({loss.min():.3f} to {loss.max():.3f}), "
        f"accuracy {np.median(read):.1%} ({read.min():.1%} to {read.max():.1%})"
    )

# %% [markdown] key="digits-seen" lang="en"
# At 0.01 momentum wins by far; at 1 it loses by far. Whoever picks the common rate picks the winner.
#
# Over the effective rate (right) the two curves nearly coincide: there, momentum **acts like** SGD with ten times the rate. They part as SGD nears its cliff. Momentum bears more, as on the map: in terms of the effective rate its border is $\dfrac{\eta}{1-\gamma}\,\lambda_{\max} < 2\,\dfrac{1+\gamma}{1-\gamma}$ instead of $2$.
#
# The fair contest, each at its own best rate and with new seeds: in batches of 64, after ten epochs, momentum's median loss is about half of SGD's or less, while the accuracies overlap. In batches of 16 little is left of the lead on average. There the gradients are noisier; what momentum does about noise, section 7 asks.

# %% [markdown] key="digits-seen" lang="zh-TW" of="1c763514"
# 學習率 0.01 時動量法大勝，學習率 1 時卻慘敗。誰決定共用的學習率，誰就決定了贏家。
#
# 改用有效學習率來看（右圖），兩條曲線幾乎疊在一起：在那裡，動量法**就像**學習率是十倍的 SGD。快到 SGD 的懸崖時，兩者才分開。動量法承受得住更大的有效學習率，和地圖上一樣：用有效學習率來寫，它的界線是 $\dfrac{\eta}{1-\gamma}\,\lambda_{\max} < 2\,\dfrac{1+\gamma}{1-\gamma}$，而不是 $2$。
#
# 公平的比賽是各用自己最好的學習率，再換新的種子。每批 64 張時，十個訓練週期之後，動量法損失的中位數大約只有 SGD 的一半，甚至更低；準確率的範圍則彼此重疊。每批 16 張時，這點領先平均起來所剩無幾。批次小，梯度的雜訊就比較大；動量對雜訊有什麼作用，第 7 節再看。

# %% bind="digits-seen"
says("Over the effective rate (right)", "改用有效學習率來看（右圖）", gains[0] == 1)
medians = np.array([np.median(sweep.train_loss, axis=1) for sweep in (plain, heavy)])
low, high = (medians[0, k] / medians[1, k] for k in common)
says("At 0.01", "學習率 0.01 時", 0.0099 < rates[common[0]] < 0.0101)
says("momentum wins by far", "動量法大勝", 3 < low)
says("at 1 it loses by far", "學習率 1 時卻慘敗", 0.99 < rates[common[1]] / 1 < 1.01)
says("Whoever picks the common rate", "誰決定共用的學習率", high < 0.33)
free("picks the winner", "誰就決定了贏家", "what the sentence before says")
shift = round(
    np.log(gain) / np.log(rates[1] / rates[0])
)  # the gain that the right figure is drawn with
same = medians[1, :-shift] / medians[0, shift:]
cliff = np.argmax(medians[0, shift:] > 2)
says(
    "the two curves nearly coincide",
    "兩條曲線幾乎疊在一起",
    0.8 < same[: cliff - 1].min() <= same[: cliff - 1].max() < 1.2,
)
says("SGD with ten times the rate", "學習率是十倍的 SGD", round(gain, 6) == 10)
says(
    "They part as SGD nears its cliff",
    "快到 SGD 的懸崖時，兩者才分開",
    same[cliff] < 0.1,
)
says(
    "Momentum bears more, as on the map",
    "動量法承受得住更大的有效學習率，和地圖上一樣",
    medians[1, cliff] < 0.1,
)
sgd, momentum, noisy_sgd, noisy_momentum = tuned_well.values()
fresh = set(seeds).isdisjoint(momentum.axes["seed"])
fresh &= set(sweep.axes["seed"]) == set(seeds)
free(
    "each at its own best rate",
    "公平的比賽是各用自己最好的學習率",
    "the rule of the contest",
)
says("and with new seeds", "再換新的種子", fresh and len(momentum.axes["seed"]) == 10)
says(
    "after ten epochs",
    "十個訓練週期之後",
    np.isclose(momentum.examples[-1], 10 * len(digits.X_train), rtol=0.01),
)
half = np.median(momentum.train_loss) / np.median(sgd.train_loss)
says(
    "is about half of SGD's or less", "大約只有 SGD 的一半，甚至更低", 0.2 < half < 0.6
)
free("the gradients are noisier", "梯度的雜訊就比較大", "Day 3: variance as 1/B")
says("in batches of 64,", "每批 64 張時", ("SGD", 64) in tuned_well)
noisy_half = np.median(noisy_momentum.train_loss) / np.median(noisy_sgd.train_loss)
says(
    "In batches of 16 little is left",
    "每批 16 張時，這點領先平均起來所剩無幾",
    noisy_half > 0.7,
)
says(
    "while the accuracies overlap",
    "準確率的範圍則彼此重疊",
    sgd.test_accuracy.max() > momentum.test_accuracy.min(),
)

# %% [markdown] key="memory" lang="en"
# **How much memory?** Give each $\gamma$ its own best rate, in batches of 64. That takes 3,660 trainings, too many for this page, so they were made once: 20 seeds to choose the rate, 50 others to report the median loss, and the lowest and highest.

# %% [markdown] key="memory" lang="zh-TW" of="21e655df"
# **記憶要多長？** 讓每個 $\gamma$ 各用自己最好的學習率，每批 64 張。這需要訓練 3,660 次，在這裡跑太久，所以事先跑過一次：用 20 個種子挑學習率，再用另外 50 個種子，回報損失的中位數和最低、最高值。

# %% key="memory-table"
memory_table = hp.measured("day4-memory")
print(memory_table.date, memory_table.seeds)
for row in memory_table.rows:
    line = "γ = {momentum:<4}  η = {lr:<5.2g}  L = {loss:.3f} "
    line += "({lowest:.3f}, {highest:.3f})"
    print(line.format(**row))

# %% bind="memory"
free("in batches of 64", "每批 64 張", "the default of hp.train, which made the table")
tuning, reported = (len(eval(seeds)) for seeds in memory_table.seeds.values())
says("3,660 trainings", "訓練 3,660 次", memory_table["trainings"].sum() == 3660)
says("20 seeds to choose the rate", "用 20 個種子挑學習率", tuning == 20)
says("50 others to report", "另外 50 個種子", reported == 50)
free("its own best rate", "各用自己最好的學習率", "the rule of the contest")
free("the lowest and highest", "最低、最高值", "what the table shows")

# %% [markdown] key="memory-seen" lang="en"
# In this table, the longer the memory, the smaller the best rate. Here the usual 0.9 has the lowest loss, less than half of plain SGD's, and 0.8 is hardly behind. With 0.99 the loss is the highest of all, even at its own best rate: in so short a training, too much memory is worse than none.

# %% [markdown] key="memory-seen" lang="zh-TW" of="ba05c1c1"
# 在這張表裡，記憶越長，最好的學習率就越小。其中，常用的 0.9 損失最低，不到一般 SGD 的一半，0.8 幾乎不相上下。用 0.99 的話，就算配上自己最好的學習率，損失還是全部之中最高的：訓練這麼短的時候，記憶太長比沒有記憶更糟。

# %% bind="memory-seen"
by_memory = dict(zip(memory_table["momentum"], memory_table["loss"]))
says(
    "In this table, the longer the memory, the smaller the best rate",
    "在這張表裡，記憶越長，最好的學習率就越小",
    np.diff(memory_table["lr"]).max() < 0,
)
says(
    "the usual 0.9 has the lowest loss",
    "常用的 0.9 損失最低",
    by_memory[0.9] == min(by_memory.values()),
)
says(
    "less than half of plain SGD's",
    "不到一般 SGD 的一半",
    0.3 < by_memory[0.9] / by_memory[0] < 0.5,
)
says(
    "and 0.8 is hardly behind",
    "0.8 幾乎不相上下",
    1 < by_memory[0.8] / by_memory[0.9] < 1.15,
)
says(
    "With 0.99 the loss is the highest of all",
    "用 0.99 的話...損失還是全部之中最高的",
    by_memory[0.99] == max(by_memory.values()),
)
free("even at its own best rate", "配上自己最好的學習率", "the rule of the contest")
says(
    "too much memory is worse than none",
    "記憶太長比沒有記憶更糟",
    by_memory[0.99] > 1.5 * by_memory[0],
)
live = {
    0: tuned_well["SGD", 64],
    0.9: tuned_well["Momentum", 64],
}  # the two rows that the lesson trains itself
same = [
    np.median(again.train_loss) / by_memory[momentum]
    for momentum, again in live.items()
]
says("Here the usual 0.9", "其中，常用的 0.9", 0.4 < min(same) <= max(same) < 2.5)

# %% [markdown] key="noise" lang="en"
# ## 7. Does momentum quiet the noise?
#
# It averages gradients, so it should. One weight in a parabola, noise in every gradient, long after the start. **Predict:** compared with SGD at $\eta = 0.1$, how wide does the weight wander with momentum 0.9 at the same *effective* rate?

# %% [markdown] key="noise" lang="zh-TW" of="88f42371"
# ## 7. 動量會讓雜訊安靜下來嗎？
#
# 動量把梯度平均起來，照理應該會。取拋物線上的一個權重，每個梯度都有雜訊，走了很久之後再看。**先預測**：和 $\eta = 0.1$ 的 SGD 相比，動量係數 0.9、**有效**學習率相同時，權重會晃得多寬？

# %% key="noise-run"
with hp.predict("day4-still"):
    rate, memory = 0.1, 0.9
    cases = {
        f"SGD, rate {rate}": (rate, 0),
        f"momentum, rate {rate}": (rate, memory),
        f"momentum, effective rate {rate}": (rate * (1 - memory), memory),
    }
    parabola, rests = hp.Quadratic([1.0]), {}
    for title, (lr, gamma) in cases.items():
        rule = hp.Momentum(lr, gamma)
        path = hp.descend(parabola, rule, [0.0], 500, noise=1.0, seed=range(300))
        exact = np.sqrt(lr * (1 + gamma) / ((1 - gamma) * (2 * (1 + gamma) - lr)))
        rests[title] = path.w[:, -300:, 0], exact

# %% key="noise-figure"
with hp.after("day4-still"):
    fig, axes = plt.subplots(1, 3, figsize=(10, 2.8), sharey=True)
    examples = {title: w[0] for title, (w, _) in rests.items()}
    hp.figures.wanders(examples, [exact for _, exact in rests.values()], axes, 2.4)
    hp.show(fig, "day4-noise")
    for title, (w, exact) in rests.items():
        step, mean = np.diff(w).std(), w.mean(axis=1).std()
        hp.say(
            f"{title:<29} weight ± {w.std():.3f} (formula {exact:.3f})   "
            f"one step ± {step:.3f}   mean ± {mean:.3f}"
        )

# %% [markdown] key="noise-seen" lang="en"
# <details><summary>After your answer: the weight, its steps, and their mean</summary>
#
# (Dashed lines: the standard deviation by the formula below.) The weight wanders **almost as wide as before** at the same effective rate, and three times as wide at the same rate. Averaging gradients does not help it: what one step takes up only in part, the next ones take up too, and in all every gradient counts $\eta/(1-\gamma)$. Only the single *steps* become smoother, and less than a quarter as large.
#
# So at the same effective rate "momentum reduces the fluctuation" holds for the number of turns across the ravine of section 4, and for the single update. It does not hold for the noise floor, at effective rates far below SGD's border. To lower that, take a smaller effective rate or a larger batch, or average the weights instead of the gradients: the last number of each printed line is how far the mean of the last 300 weights still wanders.
#
# </details>

# %% [markdown] key="noise-seen" lang="zh-TW" of="64fcc6d3"
# <details><summary>作答之後：權重、步伐和平均</summary>
#
# （虛線是用下面的公式算出的標準差。）有效學習率相同時，權重晃動的範圍**幾乎沒有變窄**；學習率相同時，反而是三倍寬。把梯度平均起來沒有用：這一步只用了一部分的梯度，後面幾步會接著用完，每個梯度的份量加起來，仍然是 $\eta/(1-\gamma)$。變小、變平滑的，只有單獨的每一**步**，小到四分之一以下。
#
# 所以，在有效學習率相同時，「動量能減少波動」這句話，對第 4 節橫越山谷的折返次數成立，對單次更新也成立；但有效學習率遠低於 SGD 的界線時，對雜訊底線就不成立了。要壓低底線，得靠更小的有效學習率，或更大的批次；也可以不平均梯度，改成平均權重：印出的每一行，最後一個數字就是最後 300 個權重的平均還會晃動的範圍。
#
# </details>

# %% [markdown] key="noise-formula" lang="en"
# <details><summary>After your answer: the formula</summary>
#
# For one weight the variance settles at
#
# $$\operatorname{Var} = \frac{\eta\,\sigma^2\,(1+\gamma)}{\lambda\,(1-\gamma)\,\big(2(1+\gamma)-\eta\lambda\big)}.$$
#
# With $\gamma = 0$ it is Day 2's, and $\tfrac12\lambda\operatorname{Var}$ is the floor of section 2. The two rules part as the effective rate nears SGD's border: for $\lambda = 1$ and the effective rate 1, half of that border, momentum 0.9 has about half of SGD's variance, and at 2 SGD finds no level at all.
#
# </details>

# %% [markdown] key="noise-formula" lang="zh-TW" of="be4d1179"
# <details><summary>作答之後：公式</summary>
#
# 只有一個權重時，變異數最後穩定在
#
# $$\operatorname{Var} = \frac{\eta\,\sigma^2\,(1+\gamma)}{\lambda\,(1-\gamma)\,\big(2(1+\gamma)-\eta\lambda\big)}.$$
#
# $\gamma = 0$ 時，就是第 2 天的公式，而 $\tfrac12\lambda\operatorname{Var}$ 就是第 2 節的底線。有效學習率越靠近 SGD 的界線，兩種規則差得越多：$\lambda = 1$、有效學習率是 1，也就是這條界線的一半時，動量 0.9 的變異數大約只有 SGD 的一半；到了 2，SGD 根本停不下來。
#
# </details>

# %% bind="day4-still"
sgd, _, same = (w.std() for w, _ in rests.values())
right("About as wide", 0.9 < same / sgd < 1.1)

# %% bind="noise-seen"
wide, same_rate, same_effective = (w.std() for w, _ in rests.values())
single, _, smooth = (np.diff(w).std() for w, _ in rests.values())
says(
    "**almost as wide as before**",
    "**幾乎沒有變窄**",
    0.95 < same_effective / wide < 1,
)
says(
    "three times as wide at the same rate",
    "學習率相同時，反而是三倍寬",
    2.7 < same_rate / wide < 3.4,
)
says("less than a quarter as large", "小到四分之一以下", 0.15 < smooth / single < 0.25)
says("become smoother", "變小、變平滑的", smooth < single)
free(
    "To lower that ... larger batch",
    "要壓低底線 ... 更大的批次",
    "the formula; Days 2 and 3 measure it",
)
averaged = [w.mean(axis=1).var() / w.var() for w, _ in rests.values()]
says("the last 300 weights", "最後 300 個權重", w.shape[1] == 300)
says("average the weights instead", "改成平均權重", max(averaged) < 0.15)

# %% bind="noise-formula"
off = [abs(w.std() / exact - 1) for w, exact in rests.values()]
says("the variance settles at", "變異數最後穩定在", max(off) < 0.05)
level = {}
for effective, gamma in [(1, 0), (1, 0.9), (2, 0), (2, 0.9)]:
    rule = hp.Momentum(effective * (1 - gamma), gamma)
    path = hp.descend(parabola, rule, [0.0], 500, noise=1.0, seed=range(300))
    level[effective, gamma] = path.w[:, 200:].var()
says(
    "about half of SGD's variance",
    "大約只有 SGD 的一半",
    0.45 < level[1, 0.9] / level[1, 0] < 0.58,
)
free("half of that border", "這條界線的一半", "the border is 2/λ")
says(
    "SGD finds no level at all",
    "SGD 根本停不下來",
    level[2, 0] > 50 * level[2, 0.9],
)

# %% [markdown] key="nesterov" lang="en"
# ## 8. Nesterov: look ahead (optional)
#
# **Nesterov** momentum takes the gradient where the ball is about to be, and so brakes sooner. In the package's form (Bengio et al. 2013) $w$ is already the point ahead, so $g_t$ is simply the gradient at $w$:
#
# $$v_t = \gamma v_{t-1} + \eta\,g_t, \qquad w \leftarrow w - (\gamma v_t + \eta\,g_t).$$
#
# When does it help? Twenty curvatures from 1 to 100, 100 steps. For every $\gamma$ each rule gets its own best of 60 rates:

# %% [markdown] key="nesterov" lang="zh-TW" of="b13a99b9"
# ## 8. Nesterov：先往前看（可略過）
#
# **Nesterov** 動量看的是球即將到達之處的梯度，所以比較早煞車。套件採用 Bengio 等人（2013）的寫法，$w$ 已經是往前看到的那個點，$g_t$ 直接在 $w$ 處計算：
#
# $$v_t = \gamma v_{t-1} + \eta\,g_t, \qquad w \leftarrow w - (\gamma v_t + \eta\,g_t).$$
#
# 什麼時候有幫助？取 1 到 100 之間的二十個曲率，走 100 步。對每個 $\gamma$，兩種規則各自從 60 個學習率中挑最好的：

# %% key="nesterov-run"
many, memory = hp.Quadratic(np.geomspace(1, 100, 20)), np.linspace(0, 0.98, 50)
tried, lowest, n_steps = np.geomspace(5e-4, 0.05, 60), {}, 100
for name, kind in [("Momentum", hp.Momentum), ("Nesterov", hp.Nesterov)]:
    rule = kind(tried, memory)
    tries = hp.descend(many, rule, np.ones(many.dim), n_steps, record=False)
    lowest[name] = np.where(tries.diverged, np.inf, many(tries.end)).min(axis=0)
usual = 45
for name, losses in lowest.items():
    best = memory[losses.argmin()]
    hp.say(f"{name:<8} best at γ = {best:.2f}, "
           f"loss at γ = {memory[usual]:.1f}: {losses[usual]:.0e}")  # fmt: skip

# %% bind="nesterov"
plain, ahead = (
    hp.descend(hp.Quadratic([1.0]), kind(0.1, 0.9), [1.0], 100).w.min()
    for kind in (hp.Momentum, hp.Nesterov)
)
says("so brakes sooner", "所以比較早煞車", plain < 1.2 * ahead < 0)
curvatures = many.eigenvalues
says("100 steps.", "走 100 步", n_steps == 100)
says(
    "Twenty curvatures from 1 to 100,",
    "1 到 100 之間的二十個曲率",
    (len(curvatures), *curvatures[::19]) == (20, 1, 100),
)
free(
    "its own best of",
    "學習率中挑最好的",
    "the rule of the contest; 60 stands in the code",
)

# %% key="nesterov-figure"
fig, ax = plt.subplots(figsize=(6.4, 3.4))
look = {"xlabel": r"momentum $\gamma$", "ylabel": "best loss", "yscale": "log"}
hp.figures.named_lines(memory, lowest, ax, **look)
hp.show(fig, "day4-nesterov")

# %% bind="day4-nesterov"
dip = lowest["Momentum"].argmin()
says(
    "momentum has a deep dip, Nesterov is far better beyond it",
    "動量法有一個很深的低谷，過了低谷，Nesterov 好得多",
    lowest["Momentum"][dip] < lowest["Momentum"][[0, -1]].min() / 100
    and lowest["Nesterov"][usual] < lowest["Momentum"][usual] / 10,
)

# %% [markdown] key="nesterov-seen" lang="en"
# Well tuned, plain momentum wins on this bowl; its best $\gamma$ is about that of section 5's star for $\kappa = 100$, 0.67. With too much memory, from about 0.8 on, Nesterov wins by far, since it damps the swings. Here the usual 0.9 is such a case.

# %% [markdown] key="nesterov-seen" lang="zh-TW" of="a91aa05f"
# 在這個碗裡，調得好的話，贏的是一般的動量法；它最好的 $\gamma$，和第 5 節的星號在 $\kappa = 100$ 時的 0.67 差不多。記憶太多時（大約從 0.8 起），Nesterov 大勝，因為它會抑制擺盪。常用的 0.9 在這裡就算記憶太多。

# %% bind="nesterov-seen"
(heavy_ball, ahead), root = (
    lowest.values(),
    np.sqrt(many.eigenvalues[-1] / many.eigenvalues[0]),
)
best, formula = memory[heavy_ball.argmin()], ((root - 1) / (root + 1)) ** 2
better = memory[ahead < heavy_ball]
says(
    "plain momentum wins on this bowl",
    "贏的是一般的動量法",
    heavy_ball.min() < ahead.min() / 10,
)
says(
    r"its best $\gamma$ is about that", r"它最好的 $\gamma$", abs(best - formula) < 0.05
)
says(r"$\kappa = 100$, 0.67", r"$\kappa = 100$ 時的 0.67", 0.665 < formula < 0.675)
says(
    "from about 0.8 on",
    "大約從 0.8 起",
    0.77 < better.min() < 0.83 and len(better) == (memory >= better.min()).sum(),
)
says(
    "Nesterov wins by far",
    "Nesterov 大勝",
    (ahead / heavy_ball)[memory >= 0.84].max() < 0.1,
)
says(
    "Here the usual 0.9 is such a case",
    "常用的 0.9 在這裡就算記憶太多",
    np.isclose(memory[usual], 0.9),
)

# %% [markdown] key="forms" lang="en"
# ## 9. Two spellings (optional)
#
# Some libraries keep the rate outside: $z_t = \gamma z_{t-1} + g_t$, then $w \leftarrow w - \eta_t z_t$. With a constant rate $v_t = \eta z_t$, and nothing differs. Now cut the rate to a tenth at step 50, on a constant slope:

# %% [markdown] key="forms" lang="zh-TW" of="80a33ee8"
# ## 9. 兩種寫法（可略過）
#
# 有些函式庫把學習率放在外面：$z_t = \gamma z_{t-1} + g_t$，接著 $w \leftarrow w - \eta_t z_t$。學習率固定時，$v_t = \eta z_t$，兩者沒有差別。現在讓坡度保持固定，到第 50 步把學習率降為十分之一：

# %% key="forms-run"
cut, v, z, inside, outside, gamma = 50, 0.0, 0.0, [], [], 0.9
schedule = hp.StepDecay(lr=0.1, factor=0.1, every=cut)
for t in range(2 * cut):
    v = gamma * v + schedule(t) * 1.0
    z = gamma * z + 1.0
    inside.append(v)
    outside.append(schedule(t) * z)
for when, part in [("before", slice(cut)), ("after", slice(cut, None))]:
    hp.say(f"way made in the {cut} steps {when} the cut: "
           f"{sum(inside[part]):.1f} and {sum(outside[part]):.1f}")  # fmt: skip

# %% bind="forms"
says(
    "cut the rate to a tenth at step 50,",
    "到第 50 步把學習率降為十分之一",
    np.isclose(schedule(50), schedule(49) / 10),
)

# %% key="forms-figure"
fig, ax = plt.subplots(figsize=(6.4, 3.2))
forms = {"rate inside (today, Keras)": inside, "rate outside (PyTorch)": outside}
look = {"xlabel": "step", "ylabel": "step length", "yscale": "log"}
hp.figures.named_lines(np.arange(1, len(inside) + 1), forms, ax, **look)
hp.show(fig, "day4-forms")

# %% [markdown] key="forms-seen" lang="en"
# With the rate outside the step drops at once. With the rate inside, as in today's formula, the old speed lives on in $v$ and fades only by a factor $\gamma$ per step: it goes 13.0 further instead of 5.0. In the end both steps are equally long. A schedule moved from one library to the other is not quite the same schedule.
#
# ## In practice
#
# - **PyTorch**: `torch.optim.SGD(params, lr=0.01, momentum=0.9, nesterov=True)`, rate outside. **Keras**: `keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True)`, rate inside. In both the default momentum is 0: you have to ask for it.
# - Some courses write $v_t = \gamma v_{t-1} + (1-\gamma)\,g_t$. Their $\eta$ is then the effective rate, ten times ours at $\gamma = 0.9$.
# - If you change $\gamma$ from 0.9 to 0.99, divide $\eta$ by 10. Then tune again.

# %% [markdown] key="forms-seen" lang="zh-TW" of="52efaf23"
# 學習率放在外面，步伐立刻變小。學習率放在裡面（今天的公式就是），原來的速度還會留在 $v$ 裡，每步只乘上 $\gamma$，慢慢消退，所以又走了 13.0，而不是 5.0。到最後，兩者的步伐一樣長。所以，把排程從一個函式庫搬到另一個，得到的並不完全是同一個排程。
#
# ## 實務上
#
# - **PyTorch**：`torch.optim.SGD(params, lr=0.01, momentum=0.9, nesterov=True)`，學習率在外面。**Keras**：`keras.optimizers.SGD(learning_rate=0.01, momentum=0.9, nesterov=True)`，學習率在裡面。兩者的動量預設都是 0，要用就得自己寫上去。
# - 有些課程寫成 $v_t = \gamma v_{t-1} + (1-\gamma)\,g_t$。這時它的 $\eta$ 就是有效學習率，在 $\gamma = 0.9$ 時是我們的十倍。
# - 把 $\gamma$ 從 0.9 改成 0.99 時，要把 $\eta$ 除以 10，然後重新調整。

# %% bind="forms-seen"
says(
    "With the rate outside the step drops at once",
    "學習率放在外面，步伐立刻變小",
    outside[50] < 0.15 * outside[49],
)
says(
    r"by a factor $\gamma$ per step",
    r"每步只乘上 $\gamma$，慢慢消退",
    0.9 < inside[51] / inside[50] < 0.95,
)
says("it goes 13.0 further", "所以又走了 13.0", f"{sum(inside[50:]):.1f}" == "13.0")
says("instead of 5.0", "而不是 5.0", f"{sum(outside[50:]):.1f}" == "5.0")
says(
    "In the end both steps are equally long",
    "到最後，兩者的步伐一樣長",
    0.95 < inside[-1] / outside[-1] < 1.05,
)
free(
    "## In practice ... tune again",
    "## 實務上 ... 重新調整",
    "what libraries do, and algebra",
)

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - SGD's noise holds it at a noise floor, which rises with the rate. On our curve some noise got it out of a local minimum; much noise also threw it out of the deep valley.
# - In a ravine the number of steps grows like $\kappa$ for gradient descent, and like $\sqrt\kappa$ for well-tuned momentum. The border moves to $\eta\lambda_{\max} < 2(1+\gamma)$.
# - As long as the true gradient hardly changes within the memory, about $1/(1-\gamma)$ steps, the effective rate $\eta/(1-\gamma)$ is what counts. Compare at each one's own best rate, never at the same $\eta$.
#
# **Your turn:** the [exercises of Day 4](day4_exercises.ipynb) answer at once.
#
# **Next:** [Day 5](day5_adam.ipynb). One rate for all weights is a compromise in every ravine. What if each weight had its own?

# %% [markdown] key="recap" lang="zh-TW" of="763a6792"
# ## 今天帶走的東西
#
# - 雜訊讓 SGD 停在雜訊底線上，學習率越大，底線越高。在我們的曲線上，適量的雜訊把它帶出局部最小值；雜訊太大，也會把它甩出深谷。
# - 在山谷裡，梯度下降需要的步數隨 $\kappa$ 成長，調得好的動量法只隨 $\sqrt\kappa$ 成長。界線移到 $\eta\lambda_{\max} < 2(1+\gamma)$。
# - 只要真正的梯度在記憶所及的範圍（大約 $1/(1-\gamma)$ 步）之內幾乎不變，真正要看的就是有效學習率 $\eta/(1-\gamma)$。比較時，各用自己最好的學習率，絕不要用同一個 $\eta$。
#
# **換你動手**：[第 4 天的練習](day4_exercises.ipynb)，每一題做完，馬上知道對不對。
#
# **下一站**：[第 5 天](day5_adam.ipynb)。在山谷裡，所有權重共用一個學習率，總是一種妥協。如果每個權重都有自己的學習率呢？

# %% bind="recap"
free("which rises with the rate", "學習率越大，底線越高", "the formula of section 2")
says(
    "some noise got it out",
    "適量的雜訊把它帶出",
    0.9 < shares["leave shallow"].mean(axis=1)[4],
)
says(
    "much noise also threw it out",
    "雜訊太大，也會把它甩出深谷",
    shares["leave deep"].mean(axis=1)[-1] > 0.1,
)
says(
    r"like $\kappa$ for gradient descent",
    r"梯度下降需要的步數隨 $\kappa$ 成長",
    0.97 < slopes["SGD"] < 1.03,
)
says(
    r"like $\sqrt\kappa$ for well-tuned momentum",
    r"動量法只隨 $\sqrt\kappa$ 成長",
    0.45 < slopes["Momentum"] < 0.57,
)
free("Compare at each one's own best rate", "比較時，各用自己最好的學習率", "advice")

# %% key="progress"
hp.progress()

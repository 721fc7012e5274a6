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
# # Day 3 · The batch size: how many examples per step?
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday3_batch_size.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day3_batch_size.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day3_batch_size.ipynb) · [English](../en/day3_batch_size.ipynb) · [繁體中文](../zh-TW/day3_batch_size.ipynb)
#
# **You will do:** shrink the batch from the whole training set to one example, and watch the path begin to tremble; measure the noise and meet its formula; race six batch sizes, counted in updates, in examples and in seconds.
#
# **You will learn:** what a large batch buys and what it costs; why learning rate and batch size move together; what speaks for 32 to 128, and how to tell when it does not hold.
#
# **You need:** Day 1, and section 2 of Day 2. About 45 minutes; section 7 is optional. Run the cells from top to bottom with Shift+Enter. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" allow="批量大小" of="aef1c179"
# # 第 3 天 · 批次大小：一步要看幾個樣本？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday3_batch_size.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day3_batch_size.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day3_batch_size.ipynb) · [English](../en/day3_batch_size.ipynb) · [繁體中文](../zh-TW/day3_batch_size.ipynb)
#
# **你會動手做**：把批次從整個訓練集一路縮到一個樣本，看路徑開始顫抖；量出雜訊有多大，再用公式對答案；讓六種批次大小賽跑，分別用更新次數、樣本數和秒數計分。
#
# **你會學到**：大批次換來什麼、代價是什麼；學習率和批次大小為什麼要一起調；32 到 128 這個建議有什麼道理，又怎樣看出它不適用。（批次大小也有人譯作批量大小。）
#
# **你需要**：第 1 天的內容，以及第 2 天的第 2 節。大約 45 分鐘，第 7 節可以略過。請由上到下，用 Shift+Enter 逐格執行。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。

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
digits, network = hp.digits(), hp.MLP((64, 32, 10))
images, labels, n_images = digits.X_train, digits.y_train, len(digits.X_train)

# %% [markdown] key="puzzle" lang="en"
# ## 1. A puzzle
#
# Three trainings of the digits network from Day 1. All three have the same learning rate, 0.05, and see every one of the 1,437 training images three times. The **batch size** differs, the number of examples that one update is made from: 1, 64, or all 1,437.
#
# The gradient of all images together is exact. That of one image is a guess. **Predict:** after three epochs, which network reads digits best?

# %% [markdown] key="puzzle" lang="zh-TW" of="4b0f31a3"
# ## 1. 一個謎題
#
# 第 1 天那個辨識手寫數字的網路，訓練三次。三次的學習率都是 0.05，1,437 張訓練影像也都看過三遍。差別只在**批次大小**，也就是一次更新用幾個樣本來算：1 個、64 個，或是全部 1,437 個。
#
# 用全部影像算出來的梯度是精確的，只用一張算出來的只是猜測。**先預測**：三個訓練週期之後，哪一個網路最會認數字？

# %% key="puzzle-run"
with hp.predict("day3-puzzle"):
    puzzle_sizes = [1, 64, n_images]
    job = {"batch_size": puzzle_sizes, "epochs": 3, "seed": range(3)}
    rule = hp.SGD(0.05)
    puzzle = hp.train(network, digits, rule, **job)
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
    examples = puzzle.examples + np.array(puzzle_sizes)[:, None]
    updates = np.ones_like(examples).cumsum(axis=1)
    for ax, x, name in zip(axes, [examples, updates], ["examples seen", "updates"]):
        hp.figures.losses_by_batch_size(
            x, puzzle.loss.mean(axis=1), puzzle_sizes, ax, name
        )
    axes[0].legend()
    hp.show(fig, "day3-puzzle")

# %% key="puzzle-numbers" tags=["nbval-ignore-output"]
with hp.after("day3-puzzle"):
    made = [job["epochs"] * int(np.ceil(n_images / size)) for size in puzzle_sizes]
    for size, count, accuracy in zip(puzzle_sizes, made, puzzle.test_accuracy):
        low, high = accuracy.min(), accuracy.max()
        hp.say(
            f"batch size {size:>4}: {count:>4} updates, "
            f"{low:.0%} to {high:.0%} of unseen digits"
        )

# %% bind="day3-puzzle"
says(
    "Three epochs at the same learning rate",
    "同樣的學習率，三個訓練週期",
    job["epochs"] == 3,
)
says("Loss of three batch sizes", "三種批次大小的損失", len(puzzle_sizes) == 3)
says("but it makes 1,437 an epoch", "一個訓練週期走 1,437 步", made[0] == 3 * 1437)
says("69 good steps get less far than 4,311", "69 步走得再準", made[:2] == [4311, 69])
says("one step an epoch: three in all", "總共才三步", made[2] == 3)

# %% [markdown] key="puzzle-answer" lang="en"
# <details><summary>After your answer: what the race was about</summary>
#
# The guesser wins. From the images of one exact update it makes 1,437 rough ones. But look at the right-hand picture: counted in updates, the race has hardly begun, for the full batch has made three. Which is faster depends on what you count, and seconds are not even shown. (Each curve is averaged over the last 256 images, so the one of B = 1 begins late.)
#
# Nor was the race fair: who says that 0.05 suits all three? To settle it we need to know how large the noise is, what it does, what an update costs, and which learning rate belongs to which batch size.
#
# </details>

# %% [markdown] key="puzzle-answer" lang="zh-TW" of="9e226311"
# <details><summary>作答之後：這場比賽比的是什麼</summary>
#
# 用猜的贏了。精確更新一次要看的影像，夠它粗略地更新 1,437 次。但是看看右圖：以更新次數來算，比賽根本才剛開始，因為全批次的那一個只更新了三次。誰比較快，要看你數的是什麼；何況還沒比秒數。（每條曲線都取最近 256 張影像的平均，所以 B = 1 的曲線比較晚才出現。）
#
# 這場比賽也不公平：誰說 0.05 對三者都合適？要弄清楚，得先知道雜訊有多大、雜訊造成什麼後果、一次更新要花多少成本，以及哪個學習率該配哪個批次大小。
#
# </details>

# %% bind="day3-puzzle"
right("Batch size 1", puzzle_sizes[puzzle.test_accuracy.mean(axis=1).argmax()] == 1)

# %% bind="title"
free("six batch sizes", "六種批次大小", "the race of section 6, bound there")
free(
    "what speaks for 32 to 128, and",
    "32 到 128 這個建議有什麼道理",
    "the advice that is examined",
)

# %% bind="puzzle"
says(
    "the same learning rate, 0.05",
    "學習率都是 0.05",
    rule.lr == 0.05,
)
says(
    "Three trainings of",
    "的網路，訓練三次",
    puzzle.loss.shape[0] == len(puzzle_sizes) == 3,
)
says("three times. The **batch size**", "也都看過三遍", job["epochs"] == 3)
says("after three epochs", "三個訓練週期之後", job["epochs"] == 3)
free("All three have", "三次的學習率", "the three trainings")
says("every one of the 1,437 training images", "1,437 張訓練影像", n_images == 1437)
says(
    "1, 64, or all 1,437",
    "1 個、64 個，或是全部 1,437 個",
    puzzle_sizes == [1, 64, 1437],
)
free("which network reads digits best", "哪一個網路最會認數字", "the question")

# %% bind="puzzle-answer"
one, some, everything = puzzle.test_accuracy
says("The guesser wins", "用猜的贏了", one.min() > max(some.max(), everything.max()))
says("it makes 1,437 rough ones", "夠它粗略地更新 1,437 次", made[0] == 3 * 1437)
says("the full batch has made three", "全批次的那一個只更新了三次", made[-1] == 3)
free(
    "Which is faster depends",
    "誰比較快，要看",
    "no result: the text asks what to count",
)
free(
    "the last 256 images",
    "最近 256 張影像",
    "how hp.figures.losses_by_batch_size averages",
)
free("", "比較晚才出現", "how the average begins")
free("0.05 suits all three", "", "a question")
says(
    "the one of B = 1 begins late",
    "B = 1 的曲線比較晚才出現",
    puzzle_sizes[0] == 1 and (examples[0] <= 2).sum() > 0,
)

# %% bind="kinds"
free("## 2. Three kinds of gradient descent", "三種梯度下降", "names")
free("All three are one loop", "三種其實是同一個迴圈", "names")

# %% [markdown] key="kinds" lang="en"
# ## 2. Three kinds of gradient descent
#
# - **Batch gradient descent**: every update uses the full batch, all N training examples.
# - **Stochastic gradient descent**, in the strict sense: every update uses one example.
# - **Mini-batch gradient descent**: every update uses B of them. In daily use this, too, is called SGD.
#
# All three are one loop. Shuffle the examples, cut them into batches of B, and make an update with the mean gradient of each batch. Here is one epoch of fitting a line, with two weights, slope and offset:

# %% [markdown] key="kinds" lang="zh-TW" of="3a1b7d22"
# ## 2. 三種梯度下降
#
# - **批次梯度下降**（batch gradient descent）：每次更新都用全批次，也就是全部 N 個訓練樣本。
# - 嚴格意義的**隨機梯度下降**（stochastic gradient descent，SGD）：每次更新只用一個樣本。
# - **小批次梯度下降**（mini-batch gradient descent）：每次更新用 B 個樣本。平常說的 SGD，多半也包括這一種。
#
# 三種其實是同一個迴圈：把樣本洗牌，每 B 個切成一批，每一批用平均梯度更新一次。下面是一個訓練週期，用兩個權重（斜率和截距）擬合出一條直線：

# %% key="by-hand"
points = hp.linear_regression(250, weights=(2.0,), noise=1.0)
line, rng = hp.linear_regression_model(1), np.random.default_rng(0)
w = line.init(rng, float)
for X, y in hp.minibatches(points.X_train, points.y_train, 10, rng):
    error = w[0] * X[:, 0] + w[1] - y
    w = w - 0.1 * np.array([(error * X[:, 0]).mean(), error.mean()])
trained = hp.train(
    line, points, hp.SGD(0.1), batch_size=10, epochs=1, seed=0, dtype=float
)
assert np.allclose(trained.weights, w)
hp.say(f"slope and offset after one epoch: {w.round(3)}")

# %% [markdown] key="play-batches" lang="en"
# **Your turn.** There are 200 points in the training part. The cross is the minimum.
#
# 1. Go from 200 to 1. Who is nearest after one epoch? And in the last epoch?
# 2. With batch size 1, find a rate that ends nearer to the minimum. What do you pay?
# 3. At which rate does batch size 200 diverge, and at which batch size 1?

# %% [markdown] key="play-batches" lang="zh-TW" of="aa2e1f0e"
# **換你玩**：訓練集有 200 個點，十字是最小值。
#
# 1. 把批次大小從 200 調到 1。走完一個訓練週期，誰離最小值最近？最後一個訓練週期呢？
# 2. 批次大小固定為 1，找一個最後能更靠近最小值的學習率。代價是什麼？
# 3. 批次大小 200 從哪個學習率開始發散？批次大小 1 呢？

# %% key="explore-batches"
hp.explore_batches()

# %% [markdown] key="kinds-seen" lang="en"
# At the rate 0.1, a small batch is there first, and then cannot rest: it trembles around the minimum. A full batch comes in slowly and straight. At 0.01, batch size 1 trembles far less, but needs more than an epoch to arrive. The larger its rate, the farther it jumps, soon farther away than it began; from about 1.1 on it never comes back: it diverges. The full batch bears almost 2: that is the $2/\lambda_{\max}$ of Day 1.
#
# In this sense "SGD converges unstably" is true here. Is it always so?

# %% [markdown] key="kinds-seen" lang="zh-TW" of="8707de68"
# 學習率 0.1 時，小批次最先走到附近，卻停不下來，在最小值周圍顫抖；全批次走得慢，但路徑平穩。學習率降到 0.01，批次大小為 1 時抖得輕多了，但要一個訓練週期以上才走得到。批次大小為 1 時，學習率越大，就跳得越遠，很快就跳得比出發時還遠；大約從 1.1 開始，一去不回，也就是發散。全批次則幾乎可以用到 2，也就是第 1 天的 $2/\lambda_{\max}$。
#
# 就這一點來說，「SGD 收斂不穩定」在這裡成立。永遠都是這樣嗎？

# %% bind="play-batches"
says("There are 200 points", "訓練集有 200 個點", len(points.X_train) == 200)
free("", "十字是最小值", "the mark")
free("Go from 200 to 1", "從 200 調到 1", "a task at the live figure")
free("Who is nearest", "誰離最小值最近", "a task")
free("a rate that ends nearer", "", "a task")
free("does batch size 200 diverge", "批次大小 200 從哪個學習率", "a task")

# %% bind="kinds-seen"
inputs, one = np.column_stack([points.X_train, np.ones(len(points.X_train))]), np.eye(2)


def growth(lr, epochs=50):
    """Mean logarithm of what a shuffled epoch of single examples makes of a distance."""
    orders, rng = np.tile(np.arange(len(inputs)), (epochs, 1)), np.random.default_rng(0)
    left = np.tile(one, (epochs, 1, 1))
    for z in np.moveaxis(inputs[rng.permuted(orders, axis=1)], 1, 0):
        left = left - lr * z[:, :, None] * (z[:, None] @ left)
    return np.log(np.linalg.norm(left, axis=(1, 2))).mean()


free(
    "At the rate 0.1, a small batch",
    "學習率 0.1 時，小批次最先走到附近",
    "what the reader saw in the live figure",
)
free(
    "At 0.01, batch size 1 ... more than an epoch",
    "學習率降到 0.01 ... 一個訓練週期以上",
    "the live figure",
)
free(
    "The larger its rate, the farther ... soon farther away than it began",
    "學習率越大，就跳得越遠 ... 很快就跳得比出發時還遠",
    "the live figure, from about 0.6 on",
)
says(
    "from about 1.1 on it never comes back",
    "大約從 1.1 開始，一去不回",
    growth(1.05) < -3 < 3 < growth(1.15),
)
full = 2 / np.linalg.eigvalsh(inputs.T @ inputs / len(inputs)).max()
says("almost 2", "幾乎可以用到 2", 1.9 < full < 2)

# %% key="noise-free"
ends = []
for noise in [1.0, 0.0]:
    points = hp.linear_regression(250, weights=(2.0,), noise=noise)
    exact = hp.train(
        line, points, hp.SGD(0.5), batch_size=200, epochs=200, dtype=float
    ).weights
    job = {"batch_size": 1, "epochs": 20, "seed": range(50), "dtype": float}
    single = hp.train(line, points, hp.SGD(0.1), **job)
    B, off = job["batch_size"], np.linalg.norm(single.weights - exact, axis=1).mean()
    ends.append(off)
    hp.say(f"points scatter by {noise}: batch size {B} ends {off:.2f} from the minimum")

# %% bind="noise-free-seen"
says(
    "single examples lead all the way to it",
    "一次只看一個樣本，也能一路走到最小值",
    noise == 0 and ends[1] < 1e-3,
)
says("examples **disagree** there", "樣本在那裡**意見不合**", ends[0] > 0.05 and B == 1)

# %% [markdown] key="noise-free-seen" lang="en"
# No. When one line fits *every* point, the examples agree about the minimum, and at a moderate rate single examples lead all the way to it. What makes SGD restless is that the examples **disagree** there.

# %% [markdown] key="noise-free-seen" lang="zh-TW" of="f7954306"
# 不是。如果有一條直線通過**每一個**點，所有樣本對最小值的看法就一致；學習率不太大的話，一次只看一個樣本，也能一路走到最小值。SGD 停不下來，是因為樣本在那裡**意見不合**。

# %% [markdown] key="online" lang="en"
# Single examples have one more merit: they need not all be there. Readings of a sensor, clicks, trades come one at a time, and each may be used once and thrown away. Learning from such a stream is called **online learning**. A full batch would have to wait for the end, and there is none. Here are twenty streams of 10,000 points, each point used once, with a rate that falls (Day 2); the true line has slope 2 and offset 0.

# %% [markdown] key="online" lang="zh-TW" of="f0625748"
# 一次一個樣本還有一個好處：資料不必先到齊。感測器的讀數、網站的點擊、股市的成交，都是一筆一筆來的，用過就可以丟掉。從這樣的資料流學習，叫做**線上學習**（online learning，也有人譯作在線學習）。全批次得等到最後一筆，而資料流沒有最後一筆。下面有二十個資料流，各有 10,000 點，每一點只用一次，學習率逐漸下降（第 2 天）；真正的直線斜率是 2，截距是 0。

# %% key="online-run"
rng, shown, away = np.random.default_rng(0), [100, 1000, 10_000], []
w, falling = np.zeros((20, 2)), hp.InverseTimeDecay(0.5, 0.5)(np.arange(shown[-1]))
for seen, lr in enumerate(falling, start=1):
    x, scatter = rng.normal(size=(2, len(w)))  # of each stream the next point
    error = w[:, 0] * x + w[:, 1] - (2 * x + scatter)
    w = w - lr * np.stack([error * x, error], axis=1)
    if seen in shown:
        away.append(np.linalg.norm(w - [2, 0], axis=1).mean())
        hp.say(f"after {seen:>6,} points: {away[-1]:.3f} from the true line")

# %% [markdown] key="online-seen" lang="en"
# A hundred times the points leave about a tenth of the error, and nothing was stored but two weights. That is what SGD suits: data that never end, or more than a memory holds.

# %% [markdown] key="online-seen" lang="zh-TW" of="1c27af93"
# 看過的點變成一百倍，誤差大約剩十分之一，而記憶體裡只存了兩個權重。SGD 適合的正是這種情況：資料沒有盡頭，或是多到記憶體放不下。

# %% bind="online"
says(
    "twenty streams of 10,000 points",
    "二十個資料流，各有 10,000 點",
    (len(w), seen) == (20, 10_000),
)
free("each point used once", "每一點只用一次", "what the code does")
free("and there is none", "", "streams do not end")
says(
    "slope 2 and offset 0",
    "斜率是 2，截距是 0",
    np.abs(w.mean(axis=0) - [2, 0]).max() < 0.02,
)

# %% bind="online-seen"
says(
    "A hundred times the points",
    "看過的點變成一百倍",
    len(away) == len(shown) == 3 and shown[2] / shown[0] == 100,
)
says(
    "about a tenth of the error",
    "誤差大約剩十分之一",
    0.05 < away[2] / away[0] < 0.15,
)
says("two weights", "兩個權重", line.n_weights == 2)
free("more than a memory holds", "多到記憶體放不下", "what such data are like")

# %% key="quiz-twice"
hp.quiz("day3-twice")

# %% [markdown] key="last-batch" lang="en"
# Two details of the loop cause real mistakes. The **last batch** may be smaller: 10 examples in batches of 4 make 4, 4 and 2, and whoever reports the mean of the batch means counts the last two examples double. And the gradient is a **mean** over the batch: whoever takes the sum has multiplied the learning rate by B, without a word.

# %% [markdown] key="last-batch" lang="zh-TW" of="dbd1b109"
# 這個迴圈有兩個細節，真的會讓人出錯。第一，**最後一批**可能比較小：10 個樣本每批 4 個，會切成 4、4、2；如果回報「各批平均的平均」，最後兩個樣本就被加倍計算。第二，梯度是一批的**平均**：如果不小心用了總和，等於默默把學習率乘上 B。

# %% key="last-batch-run"
losses, w_start = np.arange(10.0), network.init(0)
batches = [losses[start : start + 4] for start in (0, 4, 8)]
means = [batch.mean() for batch in batches]
hp.say(f"mean of the batch means {np.mean(means):.3f}, true mean {losses.mean():.3f}")
for size in [64, 256, 1024]:
    length = np.linalg.norm(network.gradient(w_start, images[:size], labels[:size]))
    hp.say(
        f"batch of {size:>4}: length of the mean gradient {length:.1f}, "
        f"of the sum {length * size:.0f}"
    )

# %% bind="last-batch"
says(
    "10 examples in batches of 4",
    "10 個樣本每批 4 個",
    len(batches[0]) == 4 and len(losses) == 10,
)
free("may be smaller", "可能比較小", "a rest")
says(
    "make 4, 4 and 2,",
    "會切成 4、4、2",
    [len(batch) for batch in batches] == [4, 4, 2]
    and np.array_equal(np.concatenate(batches), losses),
)
weight_of_last = (1 / len(means) / 2) / (1 / len(losses))
says(
    "counts the last two examples double",
    "最後兩個樣本就被加倍計算",
    1.5 < weight_of_last < 2.5,
)

# %% [markdown] key="noise" lang="en"
# ## 3. How noisy is a mini-batch?
#
# Ten examples whose gradients are the numbers 0 to 9; the full-batch gradient is 4.5. There are so few that we can list *every* batch there is. How far do their means scatter?

# %% [markdown] key="noise" lang="zh-TW" of="8b7ff3d2"
# ## 3. 小批次的雜訊有多大？
#
# 假設有十個樣本，梯度就是 0 到 9 這十個數字，全批次的梯度是 4.5。樣本這麼少，可以把**所有**可能的批次全部列出來。它們的平均散得多開？

# %% key="enumerate"
from itertools import combinations

for size in [1, 2, 5, 9, 10]:
    means = np.mean(list(combinations(range(10), size)), axis=1)
    formula = np.var(range(10)) / size * (10 - size) / (10 - 1)
    assert np.isclose(means.var(), formula)
    hp.say(
        f"batches of {size:>2}: there are {len(means):>3}, "
        f"variance of their means {means.var():.3f}"
    )

# %% bind="noise"
says(
    "Ten examples whose gradients are the numbers 0 to 9",
    "假設有十個樣本，梯度就是 0 到 9 這十個數字",
    size == 10
    and np.ravel(list(combinations(range(10), size))).tolist() == [*range(size)],
)
says("the full-batch gradient is 4.5", "全批次的梯度是 4.5", np.allclose(means, 4.5))

# %% [markdown] key="noise-formula" lang="en"
# The assert holds for each size. The formula is exact, whatever the numbers:
#
# $$\operatorname{Var}(g_B) = \frac{S^2}{B}\cdot\frac{N-B}{N-1}$$
#
# Here $g_B$ is the mean gradient of a batch, $S^2$ the variance of the single examples' gradients (their mean squared distance from the full-batch gradient), $B$ the batch size and $N$ the number of examples. The second factor comes from the fact that a batch never holds an example twice; it is close to 1 for small batches, and 0 for the full one. That is why a full batch has no noise.
#
# Does this hold for the network, with the variances of its 2,410 weights added up? Take 100 batches of each size. Right: the cosine of the angle between a batch's gradient and the exact one; 1 is the same direction. There the dots are the median of the 100, and the band runs from the lowest to the highest.

# %% [markdown] key="noise-formula" lang="zh-TW" of="978df3b5"
# 每一種大小都通過 assert。換成任何數字，這個公式都精確成立：
#
# $$\operatorname{Var}(g_B) = \frac{S^2}{B}\cdot\frac{N-B}{N-1}$$
#
# 其中 $g_B$ 是一批的平均梯度，$S^2$ 是單一樣本梯度的變異數（和全批次的梯度相差多少，平方後取平均），$B$ 是批次大小，$N$ 是樣本總數。會有第二個因子，是因為同一批裡不會抽到重複的樣本；批次小的時候它接近 1，全批次時是 0。所以全批次沒有雜訊。
#
# 網路有 2,410 個權重，把各權重的變異數加起來，公式也成立嗎？每種大小抽 100 批來看。右圖是一批的梯度與精確梯度的夾角餘弦，1 代表方向完全相同；圓點是 100 批的中位數，色帶從最低到最高。


# %% key="noise-run"
def gradients(batches):
    runs = np.tile(w_start, (len(batches), 1))
    return network.gradient(runs, images[batches], labels[batches])


each = gradients(np.arange(n_images)[:, None])  # one row for each example
full = each.mean(axis=0)
spread = ((each - full) ** 2).sum(axis=1).mean()  # S²

# %% key="noise-draw"
noise_sizes, rng = np.array([1, 4, 16, 64, 256, 1024]), np.random.default_rng(1)
drawn = [
    gradients(np.stack([rng.permutation(n_images)[:B] for _ in range(100)]))
    for B in noise_sizes
]
variance = [((g - full) ** 2).sum(axis=1).mean() for g in drawn]
predicted = spread / noise_sizes * (n_images - noise_sizes) / (n_images - 1)
cosine = [g @ full / np.linalg.norm(g, axis=1) / np.linalg.norm(full) for g in drawn]

# %% key="noise-figure"
fig, (left_ax, right_ax) = plt.subplots(1, 2, figsize=(9.4, 3.4))
hp.figures.by_batch_size(
    noise_sizes, {" formula": variance}, left_ax, "variance", {" formula": predicted}
)
hp.figures.by_batch_size(
    noise_sizes, {"": cosine}, right_ax, "cosine with full batch", scale="linear"
)
hp.show(fig, "day3-noise")

# %% bind="noise-formula"
free("an example twice", "", "drawing without replacement")
says("its 2,410 weights", "網路有 2,410 個權重", network.n_weights == 2410)
free("the lowest to the highest", "從最低到最高", "what the band is")

# %% bind="noise-seen"
ratio = np.array(variance) / predicted
free("Four times the examples", "樣本變成四倍", "the quizzed factor")
says("The dots lie on the line", "圓點都落在線上", np.abs(ratio - 1).max() < 0.2)
says(
    "a quarter of the variance",
    "變異數剩四分之一",
    0.2 < np.median(variance[1:5] / np.array(variance[:4])) < 0.3,
)
says(
    "half the typical error",
    "所以只減為一半",
    0.45 < np.sqrt(variance[2] / variance[1]) < 0.55,
)
says("The last dot is lower still", "最後一點還更低", variance[5] / variance[4] < 0.2)
gain = np.diff([np.median(c) for c in cosine])  # the first three up to 64 examples
says(
    "the first dozens of examples improve the direction most",
    "改善方向的多半是一批裡的頭幾十個樣本",
    gain[:3].sum() > 0.6 * gain.sum(),
)
says(
    "the last hundreds hardly at all",
    "最後那幾百個幾乎沒有差別",
    gain[-1] < 0.1,
)

# %% key="quiz-noise"
hp.quiz("day3-noise")

# %% [markdown] key="noise-seen" lang="en"
# The dots lie on the line. Four times the examples leave a quarter of the variance, and so half the typical error, which is its square root. (The last dot is lower still: 1,024 images are almost the full batch.) On the right, the first dozens of examples improve the direction most, the last hundreds hardly at all.

# %% [markdown] key="noise-seen" lang="zh-TW" of="dae980a3"
# 圓點都落在線上。樣本變成四倍，變異數剩四分之一；典型誤差是變異數的平方根，所以只減為一半。（最後一點還更低：1,024 張已經接近全批次。）右圖中，改善方向的多半是一批裡的頭幾十個樣本，最後那幾百個幾乎沒有差別。

# %% [markdown] key="floor" lang="en"
# ## 4. What the noise does, and how the rate can undo it
#
# On Day 2 you met the noise floor: with a constant rate, noise keeps SGD at a certain height above the minimum. A larger batch has less noise, so it could afford a larger rate. Three batch sizes on a parabola, 32 runs each, and three rules: keep the rate, raise it with $\sqrt B$, raise it with $B$. **Predict:** which rule keeps the floor where it is?

# %% [markdown] key="floor" lang="zh-TW" of="5e120937"
# ## 4. 雜訊的後果，以及怎樣用學習率抵銷
#
# 第 2 天見過雜訊底線：學習率固定時，雜訊讓 SGD 停在最小值上方某個高度，下不去。批次大，雜訊就小，學習率應該可以用大一點。在一條拋物線上試三種批次大小，各跑 32 次，再配三種規則：學習率不變、隨 $\sqrt B$ 放大、隨 $B$ 放大。**先預測**：哪一種規則會讓底線留在原來的高度？


# %% key="floor-run"
with hp.predict("day3-floor"):
    parabola, power = hp.Quadratic([1.0]), np.array([0, 0.5, 1])
    floor_sizes = np.array([1, 4, 16])
    eta = 0.01 * floor_sizes[:, None] ** power
    exact_floors = eta / (2 * floor_sizes[:, None] * (2 - eta))
    walks = [
        hp.descend(
            parabola, hp.SGD(lr), [0.0], 4000, noise=1 / np.sqrt(B), seed=range(32)
        )
        for lr, B in zip(eta, floor_sizes)
    ]
    floors = np.array([walk.loss[..., 1000:].mean(axis=(1, 2)) for walk in walks])

# %% key="floor-figure"
with hp.after("day3-floor"):
    rules = ["same rate", "rate × √B", "rate × B"]
    fig, ax = plt.subplots(figsize=(6.4, 3.4))
    dots, lines = dict(zip(rules, floors.T)), dict(zip(rules, exact_floors.T))
    hp.figures.by_batch_size(floor_sizes, dots, ax, "noise floor", lines)
    hp.show(fig, "day3-floor")
    ratios = (floors[2] / floors[0]).round(2)
    few, _, many = floor_sizes
    hp.say(f"floor at B = {many} / floor at B = {few}: {ratios}")

# %% [markdown] key="floor-seen" lang="en"
# <details><summary>After your answer: the rules compared</summary>
#
# With the rate kept, the floor falls as the batch grows: sixteen times the examples, a sixteenth of the height. To stay level, the rate has to grow as fast as the batch, $\eta \propto B$. Dots are measured, lines are the formula below.
#
# </details>

# %% [markdown] key="floor-seen" lang="zh-TW" of="ec9acfd3"
# <details><summary>作答之後：比較這些規則</summary>
#
# 學習率不變，批次越大，底線就越低：樣本變成十六倍，高度剩十六分之一。要維持同樣的高度，學習率就得和批次放大同樣的倍數，$\eta \propto B$。圖上的點是量到的，線是下面的公式。
#
# </details>

# %% [markdown] key="floor-formula" lang="en"
# <details><summary>After your answer: the formula</summary>
#
# For a parabola of curvature $\lambda$, when one example's gradient has variance $\sigma^2$ and every example is drawn independently, the floor, the mean loss $E[L]$, is exactly
#
# $$E[L] = \frac{\eta\,\sigma^2}{2B\,(2-\eta\lambda)}.$$
#
# (In shuffled epochs the kicks of an epoch cancel, and for $\eta\lambda < 1$ the floor is lower.) For small $\eta\lambda$ only $\eta/B$ matters. And so it is with progress: twice the batch makes half as many steps an epoch, each twice as long. That is the **linear rule**: raise the rate $\eta$ and the batch size $B$ by the same factor, and training stays nearly *the same run*, in the same number of epochs. It does not say which rate is best. (Adam has a rule of its own, on Day 5.)
#
# </details>

# %% [markdown] key="floor-formula" lang="zh-TW" of="8c892d7d"
# <details><summary>作答之後：公式</summary>
#
# 拋物線的曲率是 $\lambda$，若單一樣本梯度的變異數是 $\sigma^2$，而且每一個樣本都是獨立抽出來的，底線（也就是平均損失 $E[L]$）精確地等於
#
# $$E[L] = \frac{\eta\,\sigma^2}{2B\,(2-\eta\lambda)}.$$
#
# （如果每個訓練週期先洗牌、再分批，同一個週期裡的擾動會互相抵消；只要 $\eta\lambda < 1$，底線還會更低。）當 $\eta\lambda$ 很小，起作用的只有 $\eta/B$。進展也是如此：批次加倍，一個訓練週期的步數減半，每一步卻長一倍。這就是**線性規則**：學習率 $\eta$ 和批次大小 $B$ 放大同樣的倍數，訓練過程就幾乎**和原來一樣**，訓練週期數也相同。至於哪個學習率最好，它沒有說。（Adam 另有規則，第 5 天再談。）
#
# </details>

# %% bind="day3-floor"
says(
    "From one example an update to sixteen",
    "從 1 個樣本變成 16 個",
    (few, many) == (1, 16),
)
right("The rate times B", max(ratios[:2]) < 0.8 < ratios[2] < 1.2)

# %% bind="floor"
free("A larger batch", "", "what section 3 showed")
free("a larger rate", "", "the idea to be tested")
says("Three batch sizes", "三種批次大小", len(floor_sizes) == 3)
says("32 runs each", "各跑 32 次", walks[0].loss.shape[1] == 32)
says("three rules", "三種規則", len(rules) == len(power) == 3)

# %% bind="floor-seen"
says(
    "sixteen times the examples",
    "樣本變成十六倍",
    floor_sizes[-1] / floor_sizes[0] == 16,
)
says("a sixteenth of the height", "高度剩十六分之一", 0.055 < ratios[0] < 0.07)
says("as fast as the batch", "放大同樣的倍數", 0.9 < ratios[2] < 1.2)

# %% bind="floor-formula"
error = np.abs(floors / exact_floors - 1).max()
says("is exactly", "精確地等於", error < 0.1)
free("twice the batch ... twice as long", "批次加倍 ... 卻長一倍", "arithmetic")
free("which rate is best", "哪個學習率最好", "what it does not say")
free("the floor is lower", "底線還會更低", "tests/claims")

# %% key="quiz-scaling"
hp.quiz("day3-scaling")

# %% [markdown] key="map" lang="en"
# ## 5. Rate and batch size on one map
#
# A parabola is patient. What about the network? Nine rates, eight batch sizes, each twice the one before, and three seeds: 216 trainings of five epochs, in one call.

# %% [markdown] key="map" lang="zh-TW" of="aee2d287"
# ## 5. 把學習率和批次大小畫成一張地圖
#
# 拋物線很好說話，網路呢？九個學習率、八種批次大小，後一個都是前一個的兩倍，再配三個種子：216 次訓練，每次五個訓練週期，一次呼叫跑完。

# %% key="map-run"
rates, sizes = 2.0 ** np.arange(-6, 3), [4, 8, 16, 32, 64, 128, 256, 512]
sweep = hp.train(
    network, digits, hp.SGD(lr=rates), batch_size=sizes, epochs=5, seed=hp.seeds(3)
)

# %% key="explore-map" tags=["nbval-ignore-output"]
hp.explore_map(sweep)

# %% key="map-diagonals" tags=["nbval-ignore-output"]
middle = sweep.train_loss.mean(axis=2)
firsts, smallest = [0, 1, 2, 3], sizes[0]
for first in firsts:
    steps = range(7 - first)
    doubled = [f"{middle[first + k, k]:.2f}" for k in steps]
    hp.say(f"{rates[first]:.3f} at B = {smallest}, then both doubled: {doubled}")

# %% [markdown] key="map-seen" lang="en"
# Follow the **diagonals** up to the right: twice the batch at twice the rate leaves the loss nearly the same, over many doublings. (The printed lines follow four of them.) The linear rule came from a parabola, and here it holds on a network.
#
# Then it stops, at the cliff of Day 1: here, at the last rate before it, the loss is already about twice what it was, or more. The cliff hardly moves with the batch size: it is a matter of curvature, and a larger batch does not make the bowl flatter. Only for the smallest batches does noise pull it down. So: *the rule holds well below the cliff; beyond the place where the diagonal meets it, a larger batch gives less than the rule promises.* Move the slider and watch the rule run over the edge.
#
# "The same run" is one question, "the **best** rate" another. Here is the best rate of each batch size, by the mean loss of three seeds:

# %% [markdown] key="map-seen" lang="zh-TW" of="e9da3398"
# 沿著**對角線**往右上方走：批次加倍、學習率也加倍，損失幾乎不變，連續加倍好幾次都成立。（印出來的四行，各是一條對角線。）線性規則是從拋物線推出來的，在這個網路上也成立。
#
# 到了第 1 天的懸崖，規則就失效了：這裡用懸崖前的最後一個學習率，損失已經到兩倍左右，甚至更高。懸崖的位置幾乎不隨批次大小移動：它由曲率決定，批次再大，碗也不會變平。只有批次極小時，雜訊才把懸崖往下拉。所以：**規則在離懸崖還遠的地方成立；對角線碰到懸崖之後，更大的批次帶來的好處，就比規則說的少**。移動滑桿，看規則怎樣衝出懸崖。
#
# 「訓練過程和原來一樣」是一回事，「哪個學習率**最好**」是另一回事。下面列出每種批次大小最好的學習率，用三個種子的平均損失來選：

# %% key="best-rates" tags=["nbval-ignore-output"]
best_rates = rates[np.nan_to_num(middle, nan=np.inf).argmin(axis=0)]
shown = [float(rate) for rate in best_rates]
hp.say(f"best rates for B = {sizes[0]} to {sizes[-1]}: {shown}")

# %% [markdown] key="best-seen" lang="en"
# The batch grows 128-fold, the best rate far less, here not even tenfold, and for most batch sizes it is the largest rate of the map that still works, or half of that. So the linear rule tells how to *keep* a run when the batch size changes; it does not replace a sweep. On larger problems, too, best rates follow neither the linear nor the square-root rule reliably (Shallue et al. 2019).

# %% [markdown] key="best-seen" lang="zh-TW" of="cb425014"
# 批次放大 128 倍，最好的學習率放大的倍數卻少得多，這裡不到十倍；而且多半就是地圖上還能用的最大學習率，或是它的一半。所以線性規則教你的是：批次大小改變時，怎樣**維持**原來的訓練過程；它不能代替掃描。在更大的問題上也一樣，最好的學習率不一定照線性規則走，也不一定照平方根規則走（Shallue 等人，2019）。

# %% bind="map"
says(
    "Nine rates, eight batch sizes",
    "九個學習率、八種批次大小",
    sweep.loss.shape[:2] == (9, 8),
)
says(
    "each twice the one before",
    "後一個都是前一個的兩倍",
    set(np.diff(np.log2(sizes))) == {1},
)
says("and three seeds", "再配三個種子", sweep.loss.shape[2] == 3)
says("216 trainings", "216 次訓練", sweep.diverged.size == 216)

# %% bind="map-seen"
along = [
    np.array([middle[first + k, k] for k in range(6 - first)]) for first in set(firsts)
]
says(
    "nearly the same, over many doublings",
    "連續加倍好幾次都成立",
    max(a.max() / a.min() for a in along) < 1.5,
)
free(
    "twice the batch at twice the rate",
    "批次加倍、學習率也加倍",
    "the rule that is tested",
)
says(
    "by the mean loss of three seeds",
    "用三個種子的平均",
    sweep.train_loss.shape[2] == 3,
)
says("follow four of them", "印出來的四行", len(along) == 4 and smallest == min(sizes))
cliff = [
    np.flatnonzero(column < 1.5).max() for column in np.nan_to_num(middle, nan=9).T
]
before = [max(k for k, top in enumerate(cliff) if f + k <= top) for f in set(firsts)]
risen = [middle[f + k, k] / middle[f, 0] for f, k in zip(set(firsts), before)]
says(
    "here, at the last rate before it, the loss is already about twice what it was, or more",
    "這裡用懸崖前的最後一個學習率，損失已經到兩倍左右，甚至更高",
    1.5 < min(risen) < 2.5,
)
says("The cliff hardly moves", "懸崖的位置幾乎不隨批次大小移動", np.ptp(cliff[2:]) <= 1)
free(
    "a larger batch does not make the bowl flatter",
    "批次再大，碗也不會變平",
    "curvature is of the full loss",
)
says("Only for the smallest batches", "只有批次極小時", cliff[0] < min(cliff[2:]))
free(
    "a larger batch gives less than the rule promises",
    "更大的批次帶來的好處，就比規則說的少",
    "the rule in words",
)
free('"the **best** rate" another', "「哪個學習率**最好**」", "another question")
free("Here is the best rate", "最好的學習率，用三個種子", "what is printed below")

# %% bind="best-seen"
cliff = [
    np.flatnonzero(column < 1.5).max() for column in np.nan_to_num(middle, nan=9).T
]
grows = best_rates.max() / best_rates.min()
says("The batch grows 128-fold", "批次放大 128 倍", sizes[-1] / sizes[0] == 128)
says(
    "the best rate far less, here not even tenfold",
    "最好的學習率放大的倍數卻少得多，這裡不到十倍",
    2 <= grows <= 8,
)
near = [cliff[k] - list(rates).index(best) <= 1 for k, best in enumerate(best_rates)]
says(
    "for most batch sizes it is the largest rate of the map that still works, or half of that",
    "多半就是地圖上還能用的最大學習率，或是它的一半",
    np.mean(near) > 0.5,
)
free(
    "On larger problems ... best rates follow",
    "在更大的問題上 ... 最好的學習率不一定",
    "Shallue et al. measured it",
)

# %% [markdown] key="price" lang="en"
# ## 6. What a step costs
#
# **Memory** first. To compute a gradient, a network keeps the numbers of every layer, for every example of the batch: here 64 + 32 + 10, four bytes each. The weights, 2,410 of them, are there once, whatever the batch.

# %% [markdown] key="price" lang="zh-TW" of="6c538775"
# ## 6. 走一步要花多少？
#
# 先看**記憶體**。要算梯度，網路得替批次裡的每一個樣本記下每一層的數字：這裡是 64 + 32 + 10 個，每個 4 位元組。2,410 個權重則只有一份，和批次大小無關。

# %% key="memory"
bytes_each = 4
weights = bytes_each * network.n_weights / 1000
hp.say(f"weights {weights:.1f} kB")
for size in [1, 64, n_images]:
    values = bytes_each * size * sum(network.sizes) / 1000
    hp.say(f"batch of {size:>4}: {values:>5.1f} kB of layer values")

# %% bind="price"
says("four bytes each", "每個 4 位元組", bytes_each == 4 == each.itemsize)
says("here 64 + 32 + 10,", "64 + 32 + 10 個", network.sizes == (64, 32, 10))
says(
    "for every example of the batch",
    "批次裡的每一個樣本",
    np.isclose(values, 4e-3 * n_images * 106),
)
says(
    "whatever the batch",
    "和批次大小無關",
    np.isclose(weights, 4e-3 * network.n_weights),
)
says("2,410 of them", "2,410 個權重", network.n_weights == 2410)

# %% [markdown] key="time" lang="en"
# What the batch needs grows with B in strict proportion. Now **time**, on the machine that runs this page. **Predict:** 64 examples instead of one. How many times longer does the update take?

# %% [markdown] key="time" lang="zh-TW" of="ef801335"
# 批次占的記憶體和 B 嚴格成正比。再看**時間**，用的就是正在執行這一頁的機器。**先預測**：樣本從 1 個變成 64 個，一次更新的時間會變成幾倍？

# %% key="seconds" tags=["nbval-ignore-output"]
with hp.predict("day3-time"):
    race_updates = {1: 6000, 4: 3000, 16: 1500, 64: 700, 256: 400, n_images: 200}
    seconds = dict.fromkeys(race_updates, np.inf)
    for _ in range(4):  # in turn: a busy moment of the machine hits all sizes
        for size in race_updates:
            made = 300 if size < 100 else 30
            run = hp.train(network, digits, hp.SGD(0.1), batch_size=size, updates=made)
            seconds[size] = min(seconds[size], run.seconds / made)
    for size, each in seconds.items():
        hp.say(
            f"batch of {size:>4}: {1e6 * each:>5.0f} µs an update, "
            f"{size / each:>9,.0f} examples/s"
        )

# %% [markdown] key="time-seen" lang="en"
# <details><summary>After your answer: where the time goes</summary>
#
# An update with 64 examples costs far less than 64 updates with one: most of a tiny update is overhead, the same for any batch. At first the examples per second grow almost with the batch size; once the computer is busy, they grow slowly or not at all.
#
# </details>

# %% [markdown] key="time-seen" lang="zh-TW" of="4b2f9829"
# <details><summary>作答之後：時間花到哪裡去了</summary>
#
# 用 64 個樣本更新一次，比每次用 1 個樣本、更新 64 次便宜得多：批次極小時，時間大半花在固定開銷（overhead）上。起初，每秒能處理的樣本數幾乎和批次大小成正比；等電腦滿載之後，就增加得很慢，甚至不再增加。
#
# </details>

# %% bind="day3-time"
import time


def cpu_seconds(size, updates=100):
    start = time.process_time()
    hp.train(network, digits, hp.SGD(0.1), batch_size=size, updates=updates)
    return (time.process_time() - start) / updates


for size in seconds:  # what else the machine does in the meantime is not counted
    seconds[size] = min(seconds[size], *(cpu_seconds(size) for _ in range(3)))
right("Less than 8 times", 0.5 < seconds[64] / seconds[1] < 8)
says(
    "more than the arithmetic of eight examples",
    "比替 8 個樣本做算術還多",
    seconds[64] < 8 * seconds[1],  # t = a + b B: a > 8 b
)

# %% bind="time"
says(
    "64 examples instead of one", "樣本從 1 個變成 64 個", {1, 64} <= set(race_updates)
)
free("How many times longer", "會變成幾倍", "the question")

# %% bind="time-seen"
says("costs far less than 64 updates", "便宜得多", seconds[64] < 64 * seconds[1] / 4)
says(
    "most of a tiny update is overhead",
    "時間大半花在固定開銷",
    seconds[64] < 32 * seconds[1],  # t = a + b B: a > b
)
speed = {size: size / each for size, each in seconds.items()}
says(
    "At first the examples per second grow almost with the batch size",
    "起初，每秒能處理的樣本數幾乎和批次大小成正比",
    speed[4] > 1.5 * speed[1] and speed[16] > 4 * speed[1],
)
says(
    "they grow slowly or not at all",
    "就增加得很慢，甚至不再增加",
    speed[n_images] / speed[256] < 0.7 * n_images / 256,
)

# %% [markdown] key="race" lang="en"
# Now a fairer race to a loss of 0.2. Each batch size has its own rate: from the map, the one at which the worst of the three seeds ends lowest. 1 and 1,437 are not on the map. For 1 use the linear rule; 1,437 gets what 256 has. Which is fastest? Choose what to count.

# %% [markdown] key="race" lang="zh-TW" of="a2473bd7"
# 現在來一場比較公平的比賽，看誰的損失先降到 0.2。每種批次大小用自己的學習率，從地圖上挑：每個學習率都看三個種子裡最差的損失，再挑其中最低的。1 和 1,437 不在地圖上：1 用線性規則推算；1,437 和 256 用同一個。哪一個最快？選一種計分方式看看。

# %% key="race-run" tags=["nbval-ignore-output"]
worst = np.nan_to_num(sweep.train_loss.max(axis=2), nan=np.inf)
own = {size: float(rates[column.argmin()]) for size, column in zip(sizes, worst.T)}
own |= {1: own[4] / 4, n_images: own[256]}
races, seeds = {}, hp.seeds(3, start=10)
for size, count in race_updates.items():
    optimizer = hp.SGD(own[size])
    races[size] = hp.train(
        network, digits, optimizer, batch_size=size, updates=count, seed=seeds
    )
used = {size: own[size] for size in races}
hp.say(f"each one's own rate: {used}")

# %% key="explore-race" tags=["nbval-ignore-output"]
hp.explore_race(races, seconds)

# %% key="race-table" tags=["nbval-ignore-output"]
goal = 0.2
needed = [hp.updates_to_target(races[B].loss, goal, max(1, 512 // B)) for B in races]
hp.say(f"batch size   updates ({len(needed[0])} seeds)      examples   seconds")
for size, count in zip(races, needed):
    mean = count.mean()
    print(
        f"{size:>10}   {count!s:<22} {mean * size:>8,.0f}   {mean * seconds[size]:.3f}"
    )

# %% [markdown] key="race-seen" lang="en"
# Three ways to count, three winners:
#
# - in **updates**, large batches win, but beyond some size they gain almost nothing;
# - in **examples**, small batches win, but below some size they gain almost nothing;
# - in **seconds**, the middle wins. Too small wastes the machine, too large wastes examples.
#
# Such a valley speaks for advice like **32 to 128** (Bengio 2012 calls 32 a good default). This one belongs to this network on this machine, and its bottom is flat: compare 16, 64 and 256 in the table. On a graphics card, which works on many examples at once, it usually lies at larger batches.
#
# So here "SGD is fast", said of single examples, is true per *example* and false per *second*: batch size 1 takes many times as long as the best. "The full batch is accurate but expensive" is true: no noise, and many times the examples. "Small batches train faster" holds down to the valley, not below.

# %% [markdown] key="race-seen" lang="zh-TW" of="b297907b"
# 三種計分，三個贏家：
#
# - 數**更新次數**，大批次贏，但大到某個程度就幾乎不再進步；
# - 數**樣本**，小批次贏，但小到某個程度也幾乎不再進步；
# - 數**秒數**，中間的贏。太小浪費機器，太大浪費樣本。
#
# 這樣的谷，正好支持 **32 到 128** 這類建議（Bengio 在 2012 年說，32 是不錯的預設值）。這個谷只屬於這個網路、這台機器，而且谷底很平：看看表中的 16、64 和 256 就知道。GPU 可以同時算很多樣本，谷通常落在更大的批次。
#
# 所以在這裡，「SGD 很快」這句話（指每次只用一個樣本），以**樣本**來算是對的，以**秒數**來算是錯的：批次大小為 1 時，花的時間是最快者的許多倍。「全批次準確但昂貴」是對的：沒有雜訊，但要用許多倍的樣本。「小批次訓練比較快」，到谷底為止成立，再小就不成立。

# %% bind="race"
says(
    "the worst of the three seeds ends lowest",
    "三個種子裡最差的損失，再挑其中最低的",
    sweep.train_loss.shape[2] == 3,
)
says(
    "1 and 1,437 are not on the map",
    "1 和 1,437 不在地圖上",
    not {1, n_images} & set(sizes),
)
says("1,437 gets what 256 has", "1,437 和 256 用同一個", own[n_images] == own[256])
free("Which is fastest", "哪一個最快", "the question")

# %% bind="race-seen"
updates_needed = np.array([count.mean() for count in needed])
examples_needed = updates_needed * np.array(list(races))
seconds_needed = updates_needed * np.array([seconds[size] for size in races])
says("Three ways to count, three winners", "三種計分，三個贏家", len(races) == 6)
says(
    "large batches win ... almost nothing",
    "大批次贏 ... 幾乎不再進步",
    updates_needed[0] > 5 * updates_needed[3] > 5 * updates_needed[5],
)
says(
    "small batches win ... almost nothing",
    "小批次贏 ... 幾乎不再進步",
    examples_needed[5] > 4 * examples_needed[:3].max(),
)
says("the middle wins", "中間的贏", seconds_needed.argmin() in (2, 3, 4))
free("**32 to 128**", "**32 到 128**", "the advice")
free(
    "calls 32 a good default",
    "說，32 是不錯的預設值",
    "Practical Recommendations, arXiv:1206.5533",
)
flat = seconds_needed[2:5]
says("compare 16, 64 and 256", "看看表中的 16、64 和 256", flat.max() < 4 * flat.min())
free(
    "at larger batches", "落在更大的批次", "known of graphics cards, not measured here"
)
says(
    "many times as long as the best",
    "是最快者的許多倍",
    seconds_needed[0] > 3 * seconds_needed.min(),
)
says(
    "many times the examples",
    "要用許多倍的樣本",
    examples_needed[5] > 3 * examples_needed.min(),
)
free("Small batches train faster", "小批次訓練比較快", "a saying")

# %% [markdown] key="scale" lang="en"
# ## 7. Where does the gain end? (optional)
#
# For B far below N the variance falls as $1/B$, so there is a batch size at which it equals the squared length of the gradient itself: as much noise as signal. This is the **gradient noise scale**, in its simple form (McCandlish et al. 2018):
#
# $$\mathcal{B} = \frac{\operatorname{tr}\Sigma}{|G|^2}$$
#
# where $|G|$ is the length of the full gradient, and $\operatorname{tr}\Sigma$ the variance of single examples' gradients, added over all weights: the $S^2$ of section 3. Nobody needs all those gradients to estimate it. The squared lengths of the gradients of two batch sizes are enough:

# %% [markdown] key="scale" lang="zh-TW" of="366139bf"
# ## 7. 好處到哪裡為止？（可略過）
#
# B 遠小於 N 時，變異數隨 $1/B$ 變小，所以在某個批次大小，變異數會正好等於梯度本身長度的平方：雜訊和訊號一樣大。這就是**梯度雜訊尺度**（gradient noise scale），這裡用的是它的簡單形式（McCandlish 等人，2018）：
#
# $$\mathcal{B} = \frac{\operatorname{tr}\Sigma}{|G|^2}$$
#
# 其中 $|G|$ 是全批次梯度的長度，$\operatorname{tr}\Sigma$ 是單一樣本梯度的變異數，由各權重的變異數相加而得，也就是第 3 節的 $S^2$。要估計它，不必算出每個樣本的梯度，只要兩種批次大小的梯度長度平方就夠了：

# %% key="scale-exact" tags=["nbval-ignore-output"]
few, many = 8, 256
here, sizes_used = (network, w_start, images, labels), {"small": few, "large": many}
estimates = [
    hp.gradient_noise_scale(*here, **sizes_used, seed=seed) for seed in range(5)
]
exact_scale = spread / (full**2).sum()
hp.say(f"from all gradients {exact_scale:.1f}, "
       f"from batches of {few} and {many}: {np.round(estimates, 1)}")  # fmt: skip

# %% [markdown] key="scale-race" lang="en"
# The theory goes on, with each batch size at its best rate: if a huge batch needs $S_{\min}$ updates, a batch of B needs
#
# $$S = S_{\min}\left(1 + \frac{\mathcal{B}}{B}\right).$$
#
# So measure $\mathcal{B}$ along the training with batch size 256, take $S_{\min}$ from the full batch, and compare with the race:

# %% [markdown] key="scale-race" lang="zh-TW" of="d848497a"
# 理論還能往下推，前提是每種批次大小都用自己最好的學習率：如果極大的批次需要 $S_{\min}$ 次更新，批次大小為 B 時就需要
#
# $$S = S_{\min}\left(1 + \frac{\mathcal{B}}{B}\right).$$
#
# 所以，沿著批次大小為 256 的訓練過程量 $\mathcal{B}$，從全批次的結果取 $S_{\min}$，再和比賽的結果對照：

# %% key="scale-run" tags=["nbval-ignore-output"]
scales, size = [], 256
optimizer = hp.SGD(own[size])
for made in [1, 10, 30, 60, 400]:
    run = hp.train(
        network, digits, optimizer, batch_size=size, updates=made, seed=range(10, 13)
    )
    scales.append(hp.gradient_noise_scale(network, run.weights, images, labels))
    seeds = len(scales[-1])
    hp.say(f"noise scale after {made:>3} updates, {seeds} seeds: {scales[-1].round()}")
noise_scale = np.median(scales[:4])

# %% key="scale-figure"
race_sizes = np.array(list(races))
least = np.mean(needed[-1]) / (1 + noise_scale / n_images)
fig, ax = plt.subplots()
theory = {" theory": least * (1 + noise_scale / race_sizes)}
label = f"updates to a loss of {goal}"
hp.figures.by_batch_size(race_sizes, {" theory": needed}, ax, label, theory)
ax.axvline(noise_scale, color="black", lw=1, ls=":")
hp.show(fig, "day3-scale")

# %% [markdown] key="scale-seen" lang="en"
# Dots are measured, the line is the formula, and the dotted line is the noise scale. Far to the left of it, twice the batch saves nearly half the updates; far to the right, hardly any. The dots bend as the theory says, and miss its height. Do not ask for more. The rates of the race are tuned only roughly, those at its two ends not at all; and the simple form treats all directions as equally curved; with the curvatures in it, the theory would be $\operatorname{tr}(H\Sigma)/G^\top H G$, where $H$ is the Hessian of Day 1. And the noise scale is not one number: the printed lines differ between seeds, go up and down, and end far higher. So gradients alone tell roughly where the gain ends; and late in training, larger batches make sense.

# %% [markdown] key="scale-seen" lang="zh-TW" of="840722b3"
# 圓點是量到的，實線是公式，點線是雜訊尺度。批次比它小很多時，批次加倍，更新次數幾乎減半；比它大很多時，幾乎省不了什麼。圓點轉彎的樣子和理論一致，高度則對不上。別指望更準：比賽用的學習率只是粗略調過，最小和最大的批次更是沒調過；簡單形式又把每個方向的曲率都當成一樣，把曲率算進去，理論上應該是 $\operatorname{tr}(H\Sigma)/G^\top H G$，其中 $H$ 就是第 1 天的黑塞矩陣。而且雜訊尺度不是一個固定的數字：看印出來的幾行，它因種子而異，有起有落，最後高出許多。所以，光靠梯度就能大致看出好處到哪裡為止；而訓練後期，批次可以大一些。

# %% bind="scale"
free("Nobody needs", "", "the estimate below does without")
says(
    "two batch sizes are enough",
    "只要兩種批次大小的梯度長度平方就夠了",
    0.5 < np.median(estimates) / exact_scale < 2,
)
free("", "雜訊和訊號一樣大", "the definition")

# %% bind="scale-race"
free("each batch size at its best rate", "自己最好的學習率", "what the theory assumes")
says("with batch size 256,", "批次大小為 256 的", size == 256)
says(
    "take $S_{\\min}$ from the full batch",
    "從全批次的結果取 $S_{\\min}$",
    np.isclose(theory[" theory"][-1], np.mean(needed[-1])),
)

# %% bind="scale-seen"
met, law = np.array([np.mean(count) for count in needed]), theory[" theory"]
says(
    "Dots are measured, the line is the formula",
    "圓點是量到的，實線是公式",
    np.allclose(
        law, law[-1] * (1 + noise_scale / race_sizes) / (1 + noise_scale / n_images)
    ),
)
says(
    "The dots bend as the theory says",
    "圓點轉彎的樣子和理論一致",
    all(c[0] / c[1] > 2 and c[-2] / c[-1] < 1.5 for c in (met, law)),
)
says(
    "and miss its height",
    "高度則對不上",
    np.abs(np.log(met / law)).max() > np.log(1.25),
)
dotted = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":"]
says("the dotted line is the noise scale", "點線是雜訊尺度", noise_scale in dotted)
says(
    "the printed lines differ between seeds",
    "它因種子而異",
    np.ptp(scales, axis=1).max() > 5,
)
middles = np.diff(np.median(scales, axis=1))
says("go up and down", "有起有落", min(middles) < 0 < max(middles))
free(
    "twice the batch saves nearly half",
    "批次加倍，更新次數幾乎減半",
    "what the formula says on its left",
)
free("", "別指望更準", "advice")
says(
    "those at its two ends not at all",
    "最小和最大的批次更是沒調過",
    not {min(race_sizes), max(race_sizes)} & set(sizes),
)
says("end far higher", "最後高出許多", np.median(scales[-1]) > 3 * noise_scale)
free("larger batches make sense", "", "advice")

# %% [markdown] key="accuracy" lang="en"
# ## 8. Do small batches give better networks?
#
# A plot can say so. Here is how to make one, and what is wrong with it. Test accuracy by batch size, three times: with the same rate for all, 1/32, and five epochs; with each one's own rate and five epochs; with each one's own rate and enough updates (the race). The first two are runs of the map, whose seeds chose the rates, too; the race has seeds of its own.

# %% [markdown] key="accuracy" lang="zh-TW" of="2040c97a"
# ## 8. 小批次訓練出來的網路比較好嗎？
#
# 有一種圖會這樣說。下面示範它是怎麼畫出來的，又錯在哪裡。畫三次測試準確率與批次大小的關係：大家用同一個學習率 1/32，跑五個訓練週期；各用各的學習率，跑五個訓練週期；各用各的學習率，而且更新次數足夠（就是剛才的比賽）。前兩次直接取自地圖，挑學習率用的也是這些種子；比賽用的則是另外的種子。

# %% key="accuracy-figure"
shared = [4, 16, 64, 256]
columns = [sizes.index(size) for size in shared]
rows = [list(rates).index(own[size]) for size in shared]
accuracy = {
    "same rate": sweep.test_accuracy[1, columns],
    "own rate": sweep.test_accuracy[rows, columns],
}
accuracy["enough updates"] = [races[size].test_accuracy for size in shared]
fig, ax = plt.subplots(figsize=(7.2, 3.8))
hp.figures.by_batch_size(shared, accuracy, ax, "test accuracy", scale="linear")
hp.show(fig, "day3-accuracy")

# %% [markdown] key="accuracy-seen" lang="en"
# The solid line "shows" that large batches give bad networks. But at 1/32, five epochs are far too short for 256. A rate of its own closes most of the gap, and enough updates the rest. Give each batch size its rate and its time, and what remains is no more than the spread between seeds. Shallue et al. (2019) found the same on many larger problems. So do not choose the batch size for accuracy: choose it for speed, and then tune the rate.

# %% [markdown] key="accuracy-seen" lang="zh-TW" of="0bfbaa17"
# 實線「證明」大批次會訓練出差的網路。但學習率是 1/32 時，五個訓練週期對 256 來說太短了：換成自己的學習率，差距就補回大半；更新次數夠多，其餘也補得回來。給每種批次大小合適的學習率和足夠的時間，剩下的差距，就不會比種子之間的差距更大。Shallue 等人（2019）在許多更大的問題上也得到同樣的結果。所以，不要為了準確率挑批次大小：要為速度挑，挑好再調學習率。

# %% bind="accuracy"
free("give better networks", "訓練出來的網路比較好", "the question")
says("Test accuracy by batch size, three times", "畫三次測試準確率", len(accuracy) == 3)
says("the same rate for all, 1/32,", "同一個學習率 1/32", rates[1] == 1 / 32)
says(
    "and five epochs; with each one's own rate and five epochs",
    "跑五個訓練週期；各用各的學習率，跑五個訓練週期",
    sweep.loss.shape[-1] == 5 * -(-n_images // 4),
)
free("The first two are", "前兩次直接取自地圖", "where the code takes them from")
says(
    "whose seeds chose the rates, too; the race has seeds of its own",
    "挑學習率用的也是這些種子；比賽用的則是另外的種子",
    set(sweep.axes["seed"]).isdisjoint(races[64].axes["seed"]),
)
at_shared = [sizes.index(size) for size in shared]
says(
    "the same rate for all",
    "用同一個學習率",
    np.array_equal(
        accuracy["same rate"], sweep.test_accuracy[list(rates).index(1 / 32), at_shared]
    ),
)

# %% bind="accuracy-seen"
same, tuned, enough = (
    np.array([x.mean() for x in accuracy[name]]) for name in accuracy
)
says(
    "A rate of its own closes most of the gap",
    "換成自己的學習率，差距就補回大半",
    tuned[-1] - same[-1] > (same[0] - same[-1]) / 2,
)
says(
    'The solid line "shows" that large batches give bad networks',
    "實線「證明」大批次會訓練出差的網路",
    next(iter(accuracy)) == "same rate" and same[0] > same[-1] + 0.05,
)
says(
    "at 1/32, five epochs are far too short for 256",
    "學習率是 1/32 時，五個訓練週期對 256 來說太短了",
    own[256] >= 4 / 32 and same[-1] < 0.5 and rates[1] == 1 / 32,
)
says("enough updates the rest", "其餘也補得回來", enough[-1] > tuned[-1] + 0.05)
between_seeds = max(np.ptp(x) for x in accuracy["enough updates"])
says(
    "no more than the spread between seeds",
    "不會比種子之間的差距更大",
    np.ptp(enough) <= between_seeds + 0.01,
)
free("on many larger problems", "在許多更大的問題上", "Shallue et al. measured it")

# %% [markdown] key="practice" lang="en"
# ## In practice
#
# - **PyTorch**: `DataLoader(dataset, batch_size=64, shuffle=True)`; without them the batch size is 1 and nothing is shuffled. `drop_last=True` leaves out a smaller last batch. **Keras**: `model.fit(x, y, batch_size=32)`; 32 is the default.
# - Start in the middle, at 32 to 128, and double while the loss you want comes sooner and memory lasts. (A faster epoch is not enough: in the race the full batch needed more than ten times as many epochs as batches of 64.) With each doubling, double SGD's rate to keep the run as it is, while it stays well below the cliff; then sweep again, for the best rate is another matter. (Adam: Day 5.)
# - Out of memory? Add up the gradients of several small batches of equal size and divide by their number before one update: the same step as with one large batch, unless the network looks at the batch as a whole (batch normalization) or draws at random (dropout).

# %% [markdown] key="practice" lang="zh-TW" of="0753fe86"
# ## 實務上
#
# - **PyTorch**：`DataLoader(dataset, batch_size=64, shuffle=True)`；都不指定的話，批次大小是 1，而且不洗牌。`drop_last=True` 會丟掉較小的最後一批。**Keras**：`model.fit(x, y, batch_size=32)`，32 就是預設值。
# - 先從中間開始，選 32 到 128；只要加倍之後，能更快達到想要的損失、記憶體也夠，就繼續加倍。（光是一個訓練週期跑得更快還不夠：比賽裡，全批次要跑的訓練週期數，是每批 64 個的十倍以上。）每加倍一次，SGD 的學習率也加倍，訓練過程就和原來一樣，但只限於離懸崖還遠的時候；然後重新掃描，因為最好的學習率是另一回事。（Adam 請看第 5 天。）
# - 記憶體不夠？把幾個同樣大小的小批次的梯度加起來，除以批數，再更新一次：和一個大批次走的是同一步，除非網路會參考一批的統計量（batch normalization），或會隨機丟棄單元（dropout）。

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - The noise of a mini-batch gradient falls, for B far below N, as $1/B$ in variance: four times the examples, half the error.
# - Learning rate and batch size move together: $\eta \propto B$ keeps SGD's run the same, well below the cliff. The best rate is found by a sweep.
# - With a rate of its own and enough updates, a batch size was a matter of speed here, not of accuracy. Below the noise scale a larger batch saves updates; it saves time as long as the updates saved outweigh the longer time of each.
#
# **Your turn:** the [exercises of Day 3](day3_exercises.ipynb) answer at once.
#
# **Next:** [Day 4](day4_sgd_and_momentum.ipynb). So far every step followed the gradient of the moment. What if a step remembered the ones before it?

# %% [markdown] key="recap" lang="zh-TW" of="a62e1309"
# ## 今天帶走的東西
#
# - 小批次梯度的雜訊，在 B 遠小於 N 時，變異數隨 $1/B$ 下降：四倍的樣本，一半的誤差。
# - 學習率和批次大小要一起調：SGD 用 $\eta \propto B$，訓練過程就和原來一樣，但只限於離懸崖還遠的時候。最好的學習率，還是要靠掃描。
# - 學習率各自調好、更新次數也夠的話，在這個網路上，批次大小影響的是速度，不是準確率。批次還小於雜訊尺度時，加大批次可以減少更新次數；只要省下的更新次數，抵得過每次更新多花的時間，就能省時間。
#
# **換你動手**：[第 3 天的練習](day3_exercises.ipynb)，每一題做完，馬上知道對不對。
#
# **下一站**：[第 4 天](day4_sgd_and_momentum.ipynb)。到目前為止，每一步都只跟著當下的梯度走。如果一步能記得前面的幾步呢？

# %% bind="practice"
free("a smaller last batch", "較小的最後一批", "a rest")
free(
    "32 is the default",
    "32 就是預設值",
    "the default of model.fit, tried with Keras 3.15",
)
free(
    "at 32 to 128, and double while the loss you want comes sooner",
    "選 32 到 128 ... 更快達到想要的損失、記憶體也夠，就繼續加倍",
    "advice",
)
free("A faster epoch is not enough", "跑得更快還不夠", "what follows")
seen = {size: size * count.mean() for size, count in zip(races, needed)}
says(
    "more than ten times as many epochs as batches of 64",
    "是每批 64 個的十倍以上",
    seen[n_images] > 10 * seen[64],
)
free(
    "With each doubling, double SGD's rate",
    "每加倍一次，SGD 的學習率也加倍",
    "the linear rule",
)
free("the best rate is another matter", "最好的學習率是另一回事", "section 5")

# %% bind="recap"
free("four times the examples, half the error", "四倍的樣本，一半的誤差", "section 3")
free("The best rate is found by a sweep", "最好的學習率，還是要靠掃描", "section 5")
free("a larger batch saves updates", "", "section 7")
free("outweigh the longer time of each", "抵得過每次更新多花的時間", "section 6")

# %% key="progress"
hp.progress()

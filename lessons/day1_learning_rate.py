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
# # Day 1 · The learning rate: how big a step?
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday1_learning_rate.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day1_learning_rate.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day1_learning_rate.ipynb) · [English](../en/day1_learning_rate.ipynb) · [繁體中文](../zh-TW/day1_learning_rate.ipynb)
#
# **You will do:** drag a slider until gradient descent crawls, converges, rings and explodes; find the border between them by experiment, then by formula; train a network on handwritten digits 160 times while you watch.
#
# **You will learn:** why there is a largest learning rate and what sets it; what too small a rate costs; how to find a good rate, and what a popular test for it can and cannot tell you.
#
# **You need:** Python, and what a derivative is; what a small network is, section 1 says in five lines. You need not follow every line of code; the text says what it does. About 45 minutes; sections 6 and 7 are optional. Run the cells from top to bottom with Shift+Enter. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" of="b8fcf8b1"
# # 第 1 天 · 學習率：一步該跨多大？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday1_learning_rate.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day1_learning_rate.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day1_learning_rate.ipynb) · [English](../en/day1_learning_rate.ipynb) · [繁體中文](../zh-TW/day1_learning_rate.ipynb)
#
# **你會動手做**：拖動滑桿，看梯度下降如何慢吞吞地爬、順利收斂、來回震盪，最後爆炸；先用實驗找出它們的界線，再用公式推出同一條界線；看著一個網路用手寫數字訓練 160 次。
#
# **你會學到**：學習率為什麼有上限、上限由什麼決定；學習率太小要付出什麼代價；怎樣找到好的學習率，以及一種很流行的測試法能告訴你什麼、不能告訴你什麼。
#
# **你需要**：會寫 Python，知道什麼是導數；小型網路是什麼，第 1 節用五行說明。程式不必每一行都看懂，文字會說明它在做什麼。大約 45 分鐘，第 6、7 節可以略過。請由上到下，用 Shift+Enter 逐格執行。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。

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
# Here is a small network that reads handwritten digits: 64 inputs (8×8 pixels), 32 hidden units, 10 outputs.
#
# - A **hidden unit** multiplies each input by a **weight** of its own, adds all of it up, adds one more number, its **bias**, and hands on the sum; 0 if the sum is negative.
# - An **output** does the same with the 32 values of the hidden units, but keeps negative sums. Units side by side are a **layer**.
# - **Softmax** makes probabilities of the ten outputs $z_k$: $p_k = e^{z_k} / \sum_j e^{z_j}$.
# - The **loss** is the **cross-entropy**: $-\ln p$ of the right digit, averaged over the images. To be sure and right costs 0; to give each digit a tenth costs $-\ln \tfrac{1}{10} = \ln 10$.
# - **Training** changes weights and biases so that the loss falls.
#
# We train it three times, with the same starting weights, on the same images in the same order. One number differs, the **learning rate**: it is 0.003, 0.3 and 3.
#
# Each **update**, also called an iteration, is one step, made with a batch of 64 images. An **epoch** is one pass through all training images; its last batch is what is left of them. **Predict:** which of the three will read digits best?

# %% [markdown] key="puzzle" lang="zh-TW" of="6aecf945"
# ## 1. 一個謎題
#
# 這裡有一個辨識手寫數字的小網路：64 個輸入（8×8 像素）、32 個隱藏單元、10 個輸出。
#
# - **隱藏單元**（hidden unit）把每個輸入各乘上一個**權重**（weight），全部加起來，再加上一個數字，叫做**偏差**（bias），然後把總和往下傳；總和是負的就傳 0。
# - **輸出**對 32 個隱藏單元的值做同樣的事，但負的總和照樣保留。並排的單元合稱一**層**（layer）。
# - **softmax** 把十個輸出 $z_k$ 變成機率：$p_k = e^{z_k} / \sum_j e^{z_j}$。
# - **損失**（loss）用的是**交叉熵**（cross-entropy）：正確數字的 $-\ln p$，再對所有影像取平均。很有把握又答對，損失是 0；每個數字都給十分之一的機率，損失是 $-\ln \tfrac{1}{10} = \ln 10$。
# - **訓練**就是改變權重和偏差，讓損失下降。
#
# 把這個網路訓練三次：起始權重相同，影像相同，連順序也相同。三次只差一個數字，就是**學習率**（learning rate）：0.003、0.3 和 3。
#
# 每次**更新**（update，也叫迭代 iteration）走一步，用一批 64 張影像來算。把所有訓練影像看過一遍，叫做一個**訓練週期**（epoch），最後一批就是剩下的那些影像。**先預測**：訓練出來的三個網路，哪一個最會認數字？

# %% key="puzzle-figure"
with hp.predict("day1-puzzle"):
    digits = hp.digits()
    network = hp.MLP((64, 32, 10))
    rates = [0.003, 0.3, 3]
    rule = hp.SGD(lr=rates)
    puzzle = hp.train(network, digits, rule, batch_size=64, epochs=10, seed=1)
    fig, ax = plt.subplots()
    hp.figures.loss_curves(puzzle, ax, [f"lr = {rate}" for rate in rates])
    ax.axhline(np.log(10), color="black", lw=1, ls=":")
    hp.show(fig, "day1-puzzle")


# %% key="puzzle-accuracy" tags=["nbval-ignore-output"]
with hp.after("day1-puzzle"):
    for rate, accuracy in zip(rates, puzzle.test_accuracy):
        hp.say(f"lr = {rate:<6} reads {accuracy:.0%} of unseen digits")

# %% bind="day1-puzzle"
right("0.3", rates[puzzle.test_accuracy.argmax()] == 0.3)
careful, good, wild = (loss[-23:].mean() for loss in puzzle.loss)
says(
    "one loss falls fast, one hardly falls, one stays at the level of guessing",
    "一條下降很快，一條幾乎不降，一條停在亂猜的程度",
    good < 0.5 < 1.4 < careful < 2.3 and abs(wild - np.log(10)) < 0.1,
)
says("Three trainings:", "三次訓練的損失", len(puzzle.loss) == 3)
says(
    "Ten epochs, the same start",
    "十個訓練週期，起始權重相同",
    puzzle.loss.shape[1] == 230,
)
says(
    "after ten epochs it has hardly begun",
    "十個訓練週期過去，幾乎還沒起步",
    careful > 0.6 * puzzle.loss[0, 0] and rates[0] == 0.003,
)
says("3: it gets furthest", "3：同樣的時間走得最遠", rates[2] == 3)

# %% bind="puzzle-questions"
free(
    "a network nobody has trained before", "沒有人訓練過的網路", "a question, no result"
)

# %% bind="puzzle"
says(
    "64 inputs (8×8 pixels), 32 hidden units, 10 outputs",
    "64 個輸入（8×8 像素）、32 個隱藏單元、10 個輸出",
    network.sizes == (64, 32, 10),
)
free(
    "To be sure and right costs 0; to give each digit a tenth costs",
    "很有把握又答對，損失是 0；每個數字都給十分之一的機率",
    "a definition",
)
free("0 if the sum is negative", "總和是負的就傳 0", "a definition")
says(
    "probabilities of the ten outputs",
    "把十個輸出",
    network.sizes[-1] == len(set(digits.y_train)) == 10,
)
says(
    "made with a batch of 64 images",
    "用一批 64 張影像來算",
    puzzle.loss.shape[1] == 10 * np.ceil(len(digits.X_train) / 64),
)
free("will read digits best", "哪一個最會認數字", "the question")

# %% bind="puzzle-answer"
small, middle, large = puzzle.loss
says("One run learns", "一個學會了", middle[-23:].mean() < 0.5)
says(
    "The dotted line is the level of guessing",
    "點線是亂猜的程度",
    any(
        np.allclose(line.get_ydata(), np.log(10)) and line.get_linestyle() == ":"
        for line in ax.lines
    ),
)
says("One has hardly begun", "一個幾乎還沒起步", 1.4 < small[-23:].mean() < 2.3)
says(
    "One jumps up in its first updates",
    "損失在頭幾次更新就衝高",
    large[:20].max() > 1.5 * large[0],
)
says(
    "falls back to the level of guessing, and stays there",
    "再落回亂猜的程度，從此停在那裡",
    np.abs(large[-100:].mean() - np.log(10)) < 0.1,
)
free("with ten digits", "十個數字隨便猜", "how many digits there are")
free("the average of ten", "十次的平均", "how hp.figures.loss_curves averages")
free("Nothing but the learning rate", "三者只差", "what the code varies")

# %% [markdown] key="puzzle-answer" lang="en"
# <details><summary>After your answer: what the three curves say</summary>
#
# One run learns. One has hardly begun. One jumps up in its first updates, falls back to the level of guessing, and stays there. The dotted line is the level of guessing: with ten digits, a loss of $\ln 10$. (Thin lines are single updates, thick ones the average of ten.) Nothing but the learning rate tells the three apart.
#
# </details>

# %% [markdown] key="puzzle-answer" lang="zh-TW" of="d01a8cd0"
# <details><summary>作答之後：這三條曲線說了什麼</summary>
#
# 一個學會了，一個幾乎還沒起步，還有一個，損失在頭幾次更新就衝高，再落回亂猜的程度，從此停在那裡。點線是亂猜的程度：十個數字隨便猜，損失是 $\ln 10$。（細線是每次更新的損失，粗線是十次的平均。）三者只差在學習率。
#
# </details>

# %% [markdown] key="puzzle-questions" lang="en"
# Three questions follow. **What** does the size of the step do? Is there a border, and **where**? And how do you **find** a good rate for a network nobody has trained before?

# %% [markdown] key="puzzle-questions" lang="zh-TW" of="c7fdfbc1"
# 接下來有三個問題。步伐的大小有**什麼**影響？有沒有一條界線，在**哪裡**？面對一個沒有人訓練過的網路，又要怎樣**找到**好的學習率？

# %% [markdown] key="one-weight" lang="en"
# ## 2. One weight is enough
#
# Gradient descent repeats one line:
#
# $$w \leftarrow w - \eta\,\nabla L(w)$$
#
# Here $w$ is the weight, $L$ is the loss, $\nabla L(w)$ is its slope at $w$, and $\eta$ is the learning rate, called `lr` in code. With many weights there is a slope for each of them, a partial derivative; together they are called the **gradient**, and so is the slope of one. The slope points uphill, and the minus sign turns it round. The step is the slope times the learning rate.
#
# To see what $\eta$ does, shrink the network to one weight, and the loss to a parabola:
#
# $$L(w) = \tfrac12\,\lambda\,w^2, \qquad \nabla L(w) = \lambda\,w.$$
#
# $\lambda$ is the **curvature**: how sharply the parabola, our bowl, bends. Five steps in a plain loop:

# %% [markdown] key="one-weight" lang="zh-TW" of="b986cfee"
# ## 2. 一個權重就夠了
#
# 梯度下降反覆做的只有一行：
#
# $$w \leftarrow w - \eta\,\nabla L(w)$$
#
# 其中 $w$ 是權重，$L$ 是損失（損失函數，loss function），$\nabla L(w)$ 是損失在 $w$ 處的斜率，$\eta$ 是學習率，程式裡寫作 `lr`。權重有很多個的時候，每個權重各有一個斜率，也就是偏導數（partial derivative），合起來叫做**梯度**（gradient）；只有一個權重時，斜率也叫梯度。斜率指出上坡的方向，前面的負號讓我們往下坡走；這一步的大小，是斜率乘上學習率。
#
# 為了看清 $\eta$ 的作用，把網路縮成只有一個權重，把損失縮成一條拋物線：
#
# $$L(w) = \tfrac12\,\lambda\,w^2, \qquad \nabla L(w) = \lambda\,w.$$
#
# $\lambda$ 是**曲率**，也就是這條拋物線（像一個碗）彎得多急。先不用套件，自己寫迴圈走五步：

# %% key="by-hand"
curvature, lr, w = 2.0, 0.1, -2.5
for step in range(1, 6):
    w = w - lr * curvature * w
    loss = 0.5 * curvature * w**2
    hp.say(f"after step {step}: w = {w:.4f}, loss = {loss:.4f}")

# %% bind="one-weight"
says("Five steps in a plain loop", "自己寫迴圈走五步", step == 5)

# %% [markdown] key="package" lang="en"
# The course's package does the same. `hp.descend` follows an optimizer (the rule that takes the steps, today `hp.SGD`) down a surface (a loss, drawn over its weights) and keeps every point of the path:

# %% [markdown] key="package" lang="zh-TW" of="b9ccb146"
# 課程套件做的是同一件事。`hp.descend` 讓最佳化器（optimizer，決定每一步怎麼走的規則，今天是 `hp.SGD`）沿著曲面（損失隨權重起伏的圖形）往下走，並記下路徑上的每一點：

# %% key="package-run"
parabola = hp.Quadratic([curvature])
path = hp.descend(parabola, hp.SGD(lr), start=[-2.5], steps=5)
assert np.isclose(path.w[-1, 0], w)
assert np.isclose(path.loss[-1], loss)
print(path.w[:, 0].round(4))

# %% [markdown] key="predict-regimes" lang="en"
# **Predict.** The next cell walks twelve steps down this parabola with four learning rates: 0.02, 0.3, 0.9 and 1.1. What does the third of them do?

# %% [markdown] key="predict-regimes" lang="zh-TW" of="eba60f83"
# **先預測**：下面用四個學習率 0.02、0.3、0.9、1.1，在這條拋物線上各走十二步。用第三個學習率，會走成什麼樣子？

# %% key="regimes"
with hp.predict("day1-regimes"):
    rates = [0.02, 0.3, 0.9, 1.1]
    path = hp.descend(parabola, hp.SGD(lr=rates), start=[-2.5], steps=12)
    fig, axes = plt.subplots(1, 4, figsize=(10, 2.8), sharex=True, sharey=True)
    hp.figures.regimes(path, parabola, axes)
    hp.show(fig, "day1-regimes")

# %% bind="day1-regimes"
third = path.w[2, :, 0]
says(
    "Curvature λ = 2, learning rate η = 0.9",
    "曲率 λ = 2，學習率 η = 0.9",
    (parabola.eigenvalues[0], rates[2]) == (2, 0.9),
)
right(
    "It jumps from side to side and comes nearer.",
    max(third[1:] * third[:-1]) < 0 and max(np.diff(np.abs(third))) < 0,
)

# %% bind="predict-regimes"
says("with four learning rates", "用四個學習率", len(rates) == 4)
free("What does the third of them do", "用第三個學習率", "the question")

# %% bind="regimes-named"
way, side = np.abs(path.w[:, :, 0]), np.sign(path.w[:, :, 0])
says("Four regimes, one formula", "同一條公式，四種走法", len(rates) == 4)
says(
    "every step goes the right way, and far too short",
    "每一步方向都對，但實在太短",
    (side[0] == side[0, 0]).all() and (np.diff(way[0]) < 0).all() and way[0, -1] > 1,
)
says("a few steps reach the bottom", "幾步就到谷底", way[1, 4] < 0.03 * way[1, 0])
says(
    "every step jumps across the minimum",
    "每一步都跨過最小值，不過",
    (np.diff(side[2]) != 0).all(),
)
says(
    "every step jumps across and lands",
    "每一步都跨過最小值，落點卻",
    (np.diff(side[3]) != 0).all(),
)
says("yet lands a little nearer", "不過落點比原來近一些", (np.diff(way[2]) < 0).all())
says(
    "lands *farther away* than before",
    "落點卻比原來**更遠**",
    (np.diff(way[3]) > 0).all(),
)

# %% [markdown] key="regimes-named" lang="en"
# <details><summary>After your answer: four regimes</summary>
#
# Four regimes, one formula:
#
# - **crawl**: every step goes the right way, and far too short;
# - **converge**: a few steps reach the bottom;
# - **ring**: every step jumps across the minimum, yet lands a little nearer;
# - **diverge**: every step jumps across and lands *farther away* than before.
#
# </details>

# %% [markdown] key="regimes-named" lang="zh-TW" of="e829d7fb"
# <details><summary>作答之後：四種走法</summary>
#
# 同一條公式，四種走法：
#
# - **慢爬**（crawls）：每一步方向都對，但實在太短；
# - **收斂**（converges）：幾步就到谷底；
# - **震盪**（rings）：每一步都跨過最小值，不過落點比原來近一些；
# - **發散**（diverges）：每一步都跨過最小值，落點卻比原來**更遠**。
#
# </details>

# %% bind="hyperparameter"
says("made four runs at once", "四個學習率一次跑完", len(path.w) == len(rates) == 4)

# %% [markdown] key="hyperparameter" lang="en"
# The `lr` given as a list made four runs at once. A **hyperparameter** is a number that we set and training does not learn; the learning rate is one. Each hyperparameter of an optimizer can be given as a list, and becomes an axis of the result.

# %% [markdown] key="hyperparameter" lang="zh-TW" of="b5feabe3"
# 這裡的 `lr` 給的是一個串列（list），所以四個學習率一次跑完。**超參數**（hyperparameter）是由人設定、不靠訓練學來的數值，學習率就是其中之一。最佳化器的每個超參數都可以這樣給，結果就會多出一個軸。

# %% [markdown] key="play-parabola" lang="en"
# **Your turn.** Drag the sliders (or press PageUp and PageDown on them).
#
# 1. Find the rate that reaches the minimum in a single step. (You can type a number.)
# 2. Find the rate from which the path explodes.
# 3. Double the curvature. Where are both now?

# %% [markdown] key="play-parabola" lang="zh-TW" of="c2a21244"
# **換你玩**：拖動滑桿（或先點選滑桿，再按 PageUp、PageDown）。
#
# 1. 找出一步就到最小值的學習率。（可以直接輸入數字。）
# 2. 找出路徑開始爆炸的學習率。
# 3. 把曲率加倍。這兩個學習率跑到哪裡去了？

# %% key="explore-parabola"
hp.explore_parabola()

# %% bind="play-parabola"
free("Double the curvature", "把曲率加倍", "a task at the live figure")

# %% [markdown] key="border" lang="en"
# ## 3. Where is the border?
#
# A slider gives a feeling; a sweep gives a number. Take 1,300 learning rates, walk 10 steps with each, and ask which runs end nearer to the minimum than they started.

# %% [markdown] key="border" lang="zh-TW" of="f0b4d9a3"
# ## 3. 界線在哪裡？
#
# 滑桿給的是感覺；要數字，就得掃描（sweep）。取 1,300 個學習率，各走 10 步，看看哪些最後比起點更靠近最小值。

# %% key="border-sweep"
rates, start = np.linspace(0.001, 1.3, 1300), [-2.5]
path = hp.descend(parabola, hp.SGD(lr=rates), start, steps=10)
distance, began = np.abs(path.end[:, 0]), np.abs(start[0])
largest = rates[distance < began].max()
hp.say(f"the largest rate that ends nearer than it began: {largest:.3f}")

# %% bind="border"
free(
    "which runs end nearer to the minimum than they started",
    "哪些最後比起點更靠近最小值",
    "the question",
)

# %% key="border-figure"
fig, ax = plt.subplots()
hp.figures.distance_by_rate(rates, distance, ax, start=began)
hp.show(fig, "day1-border")

# %% bind="border-seen"
nearer = np.flatnonzero(distance < began)
dashed = next(line for line in ax.lines if line.get_linestyle() == "--").get_ydata()
says(
    "crosses the dashed line at one place",
    "只在一個地方穿過虛線",
    (np.diff(nearer) == 1).all() and set(dashed) == {abs(path.w[0, 0, 0])},
)
says("that is the border", "那裡就是界線", abs(largest - 2 / curvature) < 0.002)
says(
    "those near it so close that they leave the picture",
    "近到掉出圖外",
    (distance < ax.get_ylim()[0]).sum() > 10,
)
says(
    "one rate lands exactly on the minimum",
    "有一個學習率正好落在最小值上",
    distance.min() < 1e-12,
)
free("only gets steeper", "只是變得更陡", "what the reader is to try")
free("the two columns", "這兩欄", "how the lines are printed")

# %% [markdown] key="border-seen" lang="en"
# The curve crosses the dashed line at one place, and that is the border. To its left lies a dip: one rate lands exactly on the minimum, and those near it so close that they leave the picture. Raise `steps` and run again: the border stays, and the curve only gets steeper.
#
# Is the border always there? Change the curvature and measure again. Look for a pattern in the two columns.

# %% [markdown] key="border-seen" lang="zh-TW" of="c13ff3a6"
# 曲線只在一個地方穿過虛線，那裡就是界線。界線左邊，曲線往下凹了一大段：有一個學習率正好落在最小值上，它附近的也離最小值極近，近到掉出圖外。把 `steps` 改大再跑一次：界線不動，曲線只是變得更陡。
#
# 界線永遠在同一個地方嗎？換幾個曲率再量一次。看看這兩欄之間有什麼規律。

# %% key="border-curvature"
rates, borders = np.linspace(0.001, 5, 5000), {}
for bend in [0.5, 1, 2, 4, 8]:
    path = hp.descend(hp.Quadratic([bend]), hp.SGD(lr=rates), start=[-2.5], steps=100)
    borders[bend] = rates[np.abs(path.end[:, 0]) <= 2.5].max()
    hp.say(f"curvature {bend:>3}   border {borders[bend]:.3f}")

# %% key="border-product"
products = [f"{bend * border:.2f}" for bend, border in borders.items()]
hp.say(f"curvature × border: {products}")

# %% [markdown] key="formula" lang="en"
# The product is the same each time. Now we can say why. Put $\nabla L = \lambda w$ into the update:
#
# $$w \leftarrow w - \eta\,\lambda\,w = (1 - \eta\lambda)\,w.$$
#
# Every step multiplies the weight by the same factor $1 - \eta\lambda$, and the distance to the minimum by its size. After $t$ steps
#
# $$w_t = (1 - \eta\lambda)^t\,w_0,$$
#
# and this shrinks exactly when $|1 - \eta\lambda| < 1$, that is, when
#
# $$0 < \eta < \frac{2}{\lambda}.$$
#
# All four regimes are ranges of one factor: between 0 and 1 it converges, and crawls when close to 1; between −1 and 0 it rings, near 0 only briefly; below −1 it diverges. At $\eta = 1/\lambda$ the factor is 0: one step and done. Does the formula agree with the run, step by step?

# %% [markdown] key="formula" lang="zh-TW" of="4981db25"
# 乘積每次都一樣。現在可以說明為什麼了。把 $\nabla L = \lambda w$ 代入更新式：
#
# $$w \leftarrow w - \eta\,\lambda\,w = (1 - \eta\lambda)\,w.$$
#
# 每走一步，權重都乘上同一個倍率 $1 - \eta\lambda$，到最小值的距離則乘上它的絕對值。走了 $t$ 步之後
#
# $$w_t = (1 - \eta\lambda)^t\,w_0,$$
#
# 它會縮小，條件正是 $|1 - \eta\lambda| < 1$，也就是
#
# $$0 < \eta < \frac{2}{\lambda}.$$
#
# 四種走法就是這個倍率的不同範圍：介於 0 與 1 之間會收斂，很接近 1 就成了慢爬；介於 −1 與 0 之間是震盪（接近 0 時一下子就停）；小於 −1 是發散。在 $\eta = 1/\lambda$ 時倍率是 0，一步到位。公式和實際執行的結果，每一步都相同嗎？

# %% key="formula-agrees"
lr, t = 0.9, np.arange(101)
path = hp.descend(parabola, hp.SGD(lr), start=[-2.5], steps=100)
assert np.allclose(path.w[:, 0], (1 - lr * 2.0) ** t * -2.5, rtol=1e-12)
hp.say(f"the formula agrees with all {len(t)} points")

# %% key="quiz-threshold"
hp.quiz("day1-threshold")

# %% bind="formula"
says(
    "The product is the same each time",
    "乘積每次都一樣",
    np.ptp([bend * edge for bend, edge in borders.items()]) < 0.02,
)
free("All four regimes", "四種走法", "names")

# %% [markdown] key="bowl" lang="en"
# ### Two directions, one learning rate
#
# Our network has thousands of weights, and its loss bends differently in different directions. Two weights already show what follows. In a bowl the flat direction has curvature 1; the other is steeper.
#
# **Predict:** with curvatures 1 and 10, which of the two decides where the border is?

# %% [markdown] key="bowl" lang="zh-TW" of="1ec4a130"
# ### 兩個方向，一個學習率
#
# 我們的網路有兩千多個權重，損失在不同方向上彎曲的程度也不同。只要兩個權重，就看得出這會有什麼後果。有一個碗，平緩方向的曲率是 1，另一個方向比較陡。
#
# **先預測**：曲率是 1 和 10 時，界線由哪一個決定？

# %% key="bowl-border"
with hp.predict("day1-bowl"):
    flat, steep = 1, 10
    bowl, rates = hp.Quadratic([flat, steep]), np.linspace(0.001, 0.4, 4000)
    path = hp.descend(bowl, hp.SGD(lr=rates), start=(-2.5, 2.0), steps=300)
    nearer = np.linalg.norm(path.end, axis=-1) < np.linalg.norm([-2.5, 2.0])
    border, (by_flat, by_steep) = rates[nearer].max(), 2 / np.array([flat, steep])
    hp.say(f"border {border:.3f}   2 / {flat} = {by_flat:.3f}"
           f"   2 / {steep} = {by_steep:.3f}")  # fmt: skip
    hp.show(hp.explore_bowl())

# %% bind="day1-bowl"
says(
    "the curvatures 1 and 10",
    "兩個方向的曲率是 1 和 10",
    list(bowl.eigenvalues) == [1, 10],
)
right("At 2/10", abs(border - by_steep) < 0.001)

# %% bind="bowl"
says("thousands of weights", "兩千多個權重", 2000 < network.n_weights < 3000)
free("the other is steeper", "另一個方向比較陡", "what a bowl is")
free("which of the two decides", "由哪一個決定", "the question")

# %% bind="bowl-seen"
says(
    "The most sharply bent direction decides",
    "決定界線的是彎得最急的方向",
    np.abs(border - by_steep) < 0.002,
)
free("the largest curvature of all", "所有方向中最大的曲率", "a definition")
free("it is the largest eigenvalue", "最大特徵值", "a definition")

# %% [markdown] key="bowl-seen" lang="en"
# <details><summary>After your answer: who decides, and who pays for it</summary>
#
# Move the slider of the steep curvature: the border moves along.
#
# The most sharply bent direction decides. The border is $2/\lambda_{\max}$, where $\lambda_{\max}$ is the largest curvature of all, also called the **sharpness**. (If you know linear algebra: it is the largest eigenvalue of the Hessian, the matrix of second derivatives.)
#
# The flat directions pay for it. They have to make do with a rate that the steep one can bear. How much this costs, and what helps, is the subject of Day 4.
#
# </details>

# %% [markdown] key="bowl-seen" lang="zh-TW" of="4bc6244c"
# <details><summary>作答之後：誰說了算，代價由誰付</summary>
#
# 拖動「陡峭方向的曲率」那根滑桿：界線會跟著移動。
#
# 決定界線的是彎得最急的方向。界線是 $2/\lambda_{\max}$，其中 $\lambda_{\max}$ 是所有方向中最大的曲率，又稱為**銳度**（sharpness）。（學過線性代數的人：把二階導數排成矩陣，就是黑塞矩陣 Hessian；銳度是它的最大特徵值。）
#
# 代價由平緩的方向承擔：它們只能遷就陡峭方向受得了的學習率。要付多少代價、有什麼辦法，是第 4 天的主題。
#
# </details>

# %% [markdown] key="too-small" lang="en"
# ## 4. Too small: slow, and stuck?
#
# Two complaints are made of a small learning rate. The first is that it is **slow**. How slow? Count the steps until one hundredth of the distance is left:

# %% [markdown] key="too-small" lang="zh-TW" of="6369757b"
# ## 4. 太小：又慢，又會卡住？
#
# 學習率太小，常聽到兩種抱怨。第一種是**慢**。有多慢？數一數要幾步，距離才會剩下百分之一：

# %% key="slow"
needed = {}
for lr in [0.9, 0.1, 0.01, 0.001]:
    path = hp.descend(parabola, hp.SGD(lr), start=[-2.5], steps=3000)
    needed[lr] = np.argmax(np.abs(path.w[:, 0]) < 0.025)
    hp.say(f"lr = {lr:<5}  {needed[lr]:>4} steps")

# %% bind="too-small"
way, n = np.abs(path.w[:, 0]) / abs(path.w[0, 0]), needed[lr]
says("one hundredth of the distance", "百分之一", way[n] < 0.01 < way[n - 1] < 0.011)
free("Two complaints", "兩種抱怨", "how many the text goes through")

# %% bind="stuck"
slower = needed[0.001] / needed[0.01]
says(
    "a tenth of it takes about ten times the steps",
    "再變成十分之一，步數大約就變成十倍",
    9 < slower < 11,
)
says(
    "larger is not always faster", "學習率大也不一定比較快", needed[0.9] >= needed[0.1]
)
free("one minimum and nowhere else", "", "what a parabola is")
free(
    "two valleys, a deep one and a shallow one",
    "兩個谷的曲線，一深一淺",
    "the curve of the live figure",
)

# %% [markdown] key="stuck" lang="en"
# Once the rate is small, a tenth of it takes about ten times the steps. That complaint is true. But larger is not always faster: compare the first two lines.
#
# The second is that a small step gets **stuck in a local minimum**. A parabola has one minimum and nowhere else to get stuck, so take a curve with two valleys, a deep one and a shallow one, and a **barrier** between them. Start on the right-hand side with a small step, then raise it.

# %% [markdown] key="stuck" lang="zh-TW" of="2a19da82"
# 學習率夠小之後，再變成十分之一，步數大約就變成十倍。這個抱怨千真萬確。不過，學習率大也不一定比較快：比較前兩行就知道。
#
# 第二種抱怨是步伐太小會**陷入局部最小值**。拋物線只有一個最小值，沒有別處可以卡住，所以換一條有兩個谷的曲線，一深一淺，中間隔著一座山頭。先用小步伐從右邊出發，再慢慢加大。

# %% key="explore-basins"
hp.explore_basins()

# %% [markdown] key="predict-basins" lang="en"
# One start proves little. Take 1,000 starting points, evenly spread over both valleys, and 77 learning rates: 77,000 descents. After 1,000 steps, each of them has come to rest on the left or on the right, or it keeps jumping, or it has diverged. **Predict:** does a rate nine times as large, but still small, bring more of the starts into the deep valley?

# %% [markdown] key="predict-basins" lang="zh-TW" of="aa93d4f4"
# 一個起點證明不了什麼。在涵蓋兩個谷的範圍內均勻取 1,000 個起點，配上 77 個學習率，一共 77,000 次下降。走完 1,000 步，結果只有四種：停在左邊、停在右邊、一直跳來跳去，或是發散。**先預測**：學習率變成九倍（但還是很小），會有更多起點走進深谷嗎？

# %% key="basins-run"
with hp.predict("day1-basins"):
    curve = hp.TwoBasins(tilt=0.2)
    deep, barrier, shallow = curve.stationary_points()
    starts, basin_rates = np.linspace(-2, 2, 1000), np.linspace(0.03, 1.55, 77)
    steps = 1000
    path = hp.descend(curve, hp.SGD(lr=basin_rates), starts, steps, record=False)
    stays, on_left = ~path.diverged, path.end[..., 0] < barrier
    at_rest = stays & (np.abs(curve.gradient(path.end)[..., 0]) < 1e-3)
    compared = [0, 12]
    for k in compared:
        share = (at_rest & on_left)[k].mean()
        hp.say(f"lr = {basin_rates[k]:.2f}  in the deep valley {share:.1%}")

# %% key="basins-figure"
with hp.after("day1-basins"):
    ends = {"rests deep": at_rest & on_left, "rests shallow": at_rest & ~on_left}
    ends |= {"keeps jumping": stays & ~at_rest, "diverges": ~stays}
    thresholds = [2 / curve.hessian([valley])[0, 0] for valley in (deep, shallow)]
    fig, ax = plt.subplots(figsize=(8, 3.8))
    marks = dict(zip(["deep", "shallow"], thresholds))
    hp.figures.share_by_rate(basin_rates, ends, ax, marks)
    hp.show(fig, "day1-basins")

# %% key="basins-numbers"
with hp.after("day1-basins"):
    right, left = starts > barrier, starts < barrier
    for k in [0, 20, 30, 50, 70]:
        escaped = (stays & on_left)[k, right].mean()
        fell = (stays & ~on_left)[k, left].mean()
        hp.say(f"lr = {basin_rates[k]:.2f}  escape to the deep valley {escaped:4.0%}"
               f"  fall out of it {fell:4.0%}")  # fmt: skip
    hp.say(f"2/λ in the deep and in the shallow valley: {np.round(thresholds, 2)}")

# %% bind="day1-basins"
right("Neither", np.array_equal(*(at_rest & on_left)[compared]))

# %% bind="predict-basins"
says("77,000 descents", "77,000 次下降", at_rest.size == 77_000)
says("1,000 starting points", "1,000 個起點", len(starts) == 1000)
says("After 1,000 steps", "走完 1,000 步", steps == 1000)
says(
    "evenly spread over both valleys",
    "涵蓋兩個谷的範圍內均勻",
    min(starts) < deep < shallow < max(starts) and np.ptp(np.diff(starts)) < 1e-9,
)
says("77 learning rates", "77 個學習率", len(basin_rates) == 77)
says(
    "a rate nine times as large",
    "學習率變成九倍",
    np.isclose(np.divide(*basin_rates[compared[::-1]]), 9),
)
free(
    "come to rest on the left or on the right",
    "結果只有四種",
    "how the ends are sorted",
)
free("bring more of the starts", "會有更多起點", "the question")

# %% bind="basins-seen"
few = [(stays & on_left)[k, right].mean() for k in compared]
says(
    "Every run that starts right of the barrier stays in the shallow valley, and making the step smaller still changes nothing",
    "全都留在淺谷裡；步伐再小，結果也一樣",
    max(few) == 0,
)
escape, fall = (
    (stays & on_left)[:, right].mean(axis=1),
    (stays & ~on_left)[:, left].mean(axis=1),
)
part = (escape > 0) & (basin_rates < thresholds[0])
says(
    "A larger step does let some runs escape, and lets others fall",
    "步伐大一些，確實有一部分能逃進深谷，但也有一部分從深谷**掉出來**",
    part.sum() > 10 and fall[part].max() > 0.03,
)
says(
    "Up to the first dashed line more escape than fall",
    "在第一條虛線之前，逃進深谷的比掉出來的多",
    (escape[part] > fall[part]).all(),
)
says(
    "most starts stay on their own side",
    "大部分起點還是留在原來那一側",
    max(escape[part].max(), fall[part].max()) < 0.5,
)
beyond = basin_rates > thresholds[0]
says(
    "hardly any run comes to rest there",
    "幾乎沒有一次能停在深谷裡",
    (at_rest & on_left)[beyond].mean() < 0.001,
)
last = (stays & on_left)[-13:]
says(
    "every run that does not diverge ends in the shallow valley",
    "沒有發散的最後都落在淺谷",
    last.sum() == 0,
)
free("only in part", "只能解決一部分", "the sum of what follows")
just = np.flatnonzero(beyond & (basin_rates < 1.25))
jumps = (stays & ~at_rest & on_left)[just]
says(
    "Up to a rate of about 1.3 the runs do not leave: they jump to and fro inside it for ever",
    "學習率到 1.3 左右為止，還不會離開，只是在谷裡永遠跳來跳去",
    jumps[:, left].mean() > 0.5 and np.ptp(jumps[:, left].mean(axis=1)) < 0.15,
)
says(
    "At larger rates they are thrown out",
    "學習率再大，就會被甩出去",
    last.sum() == 0 and 1.25 < basin_rates[-13] < 1.35,
)
says(
    "It can rest only in a **flat** one",
    "它只有在**平坦**的谷裡才停得住",
    (at_rest & ~on_left)[beyond].mean()
    > 0.1
    > 0.001
    > (at_rest & on_left)[beyond].mean(),
)

# %% [markdown] key="basins-seen" lang="en"
# <details><summary>After your answer: is the complaint true?</summary>
#
# The complaint is true on this curve. The cure works only in part.
#
# - With a small step, *where you start decides*. Every run that starts right of the barrier stays in the shallow valley, and making the step smaller still changes nothing.
# - A larger step does let some runs escape, and lets others fall *out* of the deep valley: compare the two columns. Up to the first dashed line more escape than fall, but most starts stay on their own side.
# - Beyond the first dashed line, $2/\lambda$ of the deep valley, hardly any run comes to rest there. Up to a rate of about 1.3 the runs do not leave: they jump to and fro inside it for ever. At larger rates they are thrown out, and every run that does not diverge ends in the shallow valley.
#
# A large step does not choose the deep valley. It can rest only in a **flat** one.
#
# </details>

# %% [markdown] key="basins-seen" lang="zh-TW" of="9a972997"
# <details><summary>作答之後：這種抱怨成立嗎？</summary>
#
# 在這條曲線上，第二種抱怨成立，但加大步伐只能解決一部分。
#
# - 步伐小的時候，**起點決定一切**。凡是從中間山頭右邊出發的，全都留在淺谷裡；步伐再小，結果也一樣。
# - 步伐大一些，確實有一部分能逃進深谷，但也有一部分從深谷**掉出來**：比較上面兩欄就知道。在第一條虛線之前，逃進深谷的比掉出來的多，不過大部分起點還是留在原來那一側。
# - 越過第一條虛線，也就是深谷的 $2/\lambda$ 之後，幾乎沒有一次能停在深谷裡。學習率到 1.3 左右為止，還不會離開，只是在谷裡永遠跳來跳去；學習率再大，就會被甩出去，沒有發散的最後都落在淺谷。
#
# 大步伐並不會挑深的谷，它只有在**平坦**的谷裡才停得住。
#
# </details>

# %% [markdown] key="digits" lang="en"
# ## 5. A real network: 160 trainings
#
# Back to the digits. Take 32 learning rates from 0.001 to 10, evenly spaced *in factors* (on a logarithmic scale), and five seeds for each. A seed decides the starting weights and the order of the images.
#
# **Predict:** how many of the 32 rates bring every seed above 90% **test accuracy**, the share of unseen digits read right?

# %% [markdown] key="digits" lang="zh-TW" of="65e43c94"
# ## 5. 真正的網路：訓練 160 次
#
# 回到手寫數字。從 0.001 到 10 取 32 個學習率，相鄰兩個的**比值**都相同（也就是在對數刻度上等距），每個學習率配五個種子。種子決定起始權重和影像的順序。
#
# **先預測**：這 32 個學習率中，有幾個能讓五個種子的**測試準確率**（沒看過的數字認對的比例）全都超過 90%？

# %% key="digits-figure"
with hp.predict("day1-digits"):
    sweep_rates = np.logspace(-3, 1, 32)
    rule = hp.SGD(lr=sweep_rates)
    sweep = hp.train(network, digits, rule, batch_size=64, epochs=10, seed=hp.seeds(5))
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6))
    hp.figures.sweep(sweep_rates, sweep.train_loss, left, "training loss", better=min)
    left.set_yscale("log")
    hp.figures.sweep(sweep_rates, sweep.test_accuracy, right, "test accuracy")
    hp.show(fig, "day1-digits")

# %% key="digits-numbers" tags=["nbval-ignore-output"]
with hp.after("day1-digits"):
    accuracy, bar = sweep.test_accuracy, 0.9
    good = sweep_rates[accuracy.min(axis=1) > bar]
    best = sweep_rates[sweep.train_loss.mean(axis=1).argmin()]
    cliff = sweep_rates[(accuracy.mean(axis=1) < 0.5) & (sweep_rates > best)].min()
    low, high = good.min(), good.max()
    hp.say(f"every seed above {bar:.0%}: {len(good)} rates, {low:.2g} to {high:.2g}")
    hp.say(f"lowest training loss at {best:.2g}; from {cliff:.2g} on training fails")

# %% key="digits-winners" tags=["nbval-ignore-output"]
with hp.after("day1-digits"):
    contests, rule = [], hp.SGD(lr=good)
    for seeds in (range(5), range(5, 10), range(10, 15)):
        first, *_, last = seeds
        again = hp.train(network, digits, rule, batch_size=64, epochs=10, seed=seeds)
        contests.append(again.test_accuracy.mean(axis=1))
        hp.say(f"seeds {first:>2} to {last:>2}: best accuracy {contests[-1].max():.1%}"
               f" at {good[contests[-1].argmax()]:.2g}")  # fmt: skip

# %% bind="title"
says("160 times", "訓練 160 次", sweep.test_accuracy.size == 160)
free("a largest learning rate", "", "a question")
free("in five lines", "用五行說明", "how long the text is")

# %% bind="day1-digits"
right("About a quarter of them", 6 <= len(good) <= 10)
says(
    "32 learning rates from 0.001 to 10, five seeds each",
    "從 0.001 到 10 的 32 個學習率，各用五個種子",
    accuracy.shape == (32, 5) and np.allclose(sweep_rates[[0, -1]], [0.001, 10]),
)
says("every seed above 90%", "所有種子都超過 90%", bar == 0.9)
says(
    "the good ones span a factor of five or more",
    "最大的至少是最小的五倍",
    high / low > 5,
)
says(
    "A factor of five to twenty, mostly, depending on the seeds, out of the ten thousand",
    "試過的範圍是一萬倍，好用的範圍多半是五到二十倍",
    np.isclose(sweep_rates[-1] / sweep_rates[0], 1e4) and 5 < high / low < 20,
)
says(
    "Half of the range is a factor of a hundred",
    "範圍的一半就是一百倍",
    np.isclose((sweep_rates[-1] / sweep_rates[0]) ** 0.5, 100),
)
says(
    "With the smallest rates ten epochs are nowhere near enough, and the largest fail",
    "學習率最小的那些，十個訓練週期遠遠不夠；最大的那些則會失敗",
    accuracy[:5].max() < 0.8
    and accuracy[-5:].max() < 0.5
    and sweep.loss.shape[-1] == 230,
)
says(
    "a slope, a broad good range, then a cliff",
    "一段斜坡，一大片好用的範圍，然後是懸崖",
    low < high < cliff,
)

# %% bind="digits"
says("160 trainings", "真正的網路：訓練 160 次", sweep.test_accuracy.size == 160)
says(
    "32 learning rates from 0.001 to 10,",
    "從 0.001 到 10 取 32 個學習率",
    len(sweep_rates) == 32 and np.isclose(sweep_rates[[0, -1]], [0.001, 10]).all(),
)
free("", "有幾個能讓五個種子", "the question")
says(
    "and five seeds for each", "每個學習率配五個種子", sweep.test_accuracy.shape[1] == 5
)
says(
    "evenly spaced *in factors*",
    "相鄰兩個的**比值**都相同",
    np.ptp(np.diff(np.log(sweep_rates))) < 1e-9,
)
says("above 90%", "超過 90%", bar == 0.9)

# %% bind="digits-seen"
says("the median of five seeds", "五個種子的中位數", accuracy.shape[1] == 5)
says("a broad good range, and a cliff", "一大片好用的範圍，以及懸崖", cliff > high)
says("a slope where the network crawls", "網路慢爬的斜坡", accuracy[0].mean() < 0.4)
says(
    "Counted in factors the good range is wide",
    "以倍數來看，好用的範圍很寬",
    4 < good.max() / good.min() < 12,
)
ranked = np.sort(contests, axis=1)
says(
    "luck has a large say in who wins",
    "誰是冠軍很看運氣",
    len({mean.argmax() for mean in contests}) > 1,
)
free(
    "the worst seed to the best, the ring marks the best mean",
    "最差的種子到最好的種子之間的範圍，圓圈標出平均最好",
    "what the figure draws",
)
free("one part in a hundred", "差個百分之一", "advice")
free("factors of two or three, not", "以兩三倍為一格", "advice")
says(
    "the winner changes, and leads by a percentage point at most",
    "贏的學習率會換，而且頂多贏一個百分點",
    len({mean.argmax() for mean in contests}) > 1
    and (ranked[:, -1] - ranked[:, -2]).max() < 0.0125,
)
says(
    "is lowest near the cliff, here at about half of it",
    "最低的地方離懸崖不遠，這裡大約是懸崖處學習率的一半",
    1.3 < cliff / best < 2.6,
)
free("the lowest loss ends up near the edge", "只追求最低損失的人", "the same again")
back = [
    accuracy[np.abs(np.log(sweep_rates * step / cliff)).argmin()].mean()
    for step in (2, 3)
]
says(
    "costs this network little accuracy",
    "這個網路的準確率只少一點點",
    accuracy.mean(axis=1).max() - min(back) < 0.02,
)
free(
    "A third of the cliff's rate is safer",
    "取懸崖處學習率的三分之一比較安全",
    "of 90 runs with other seeds 1 ended below 90% there, 4 at the rate of the lowest loss",
)

# %% [markdown] key="digits-seen" lang="en"
# <details><summary>After your answer: three parts</summary>
#
# Three parts, as on the parabola: a slope where the network crawls, a broad good range, and a cliff. The line is the median of five seeds, the band runs from the worst seed to the best, the ring marks the best mean. Three things are worth remembering.
#
# - Counted in factors the good range is wide. Search by factors of two or three, not by one part in a hundred.
# - Inside the good range luck has a large say in who wins. The last three lines hold the contest three times, each with seeds of its own: the winner changes, and leads by a percentage point at most.
# - The **training loss** is lowest near the cliff, here at about half of it. Whoever looks only for the lowest loss ends up near the edge. A third of the cliff's rate is safer and costs this network little accuracy.
#
# </details>

# %% [markdown] key="digits-seen" lang="zh-TW" of="9098e89d"
# <details><summary>作答之後：三段</summary>
#
# 和拋物線一樣分成三段：網路慢爬的斜坡、一大片好用的範圍，以及懸崖。線是五個種子的中位數，色帶是最差的種子到最好的種子之間的範圍，圓圈標出平均最好的學習率。有三件事值得記住。
#
# - 以倍數來看，好用的範圍很寬。搜尋時以兩三倍為一格就好，差個百分之一不必計較。
# - 在好用的範圍裡，誰是冠軍很看運氣。最後三行各用一組種子來比：贏的學習率會換，而且頂多贏一個百分點。
# - **訓練損失**最低的地方離懸崖不遠，這裡大約是懸崖處學習率的一半。只追求最低損失的人，會走到離懸崖很近的地方。取懸崖處學習率的三分之一比較安全，這個網路的準確率只少一點點。
#
# </details>

# %% [markdown] key="single-runs" lang="en"
# Look into single runs:

# %% [markdown] key="single-runs" lang="zh-TW" of="bdd704c0"
# 來看看個別的訓練：

# %% key="explore-sweep"
with hp.after("day1-digits"):
    hp.show(hp.explore_sweep(sweep))

# %% [markdown] key="dead" lang="en"
# One surprise: beyond the cliff the loss does not run to infinity, as it did on the parabola. No run of this sweep counts as diverged, which takes a loss a million times the first one. So what does the network do there?
#
# Its 32 hidden units are **ReLUs**: of its sum $z$ each outputs $\max(z, 0)$. Count the units that are **alive**, that is, output more than zero for at least one training image. One number for each seed:

# %% [markdown] key="dead" lang="zh-TW" of="7faeb5fe"
# 有一點出乎意料：越過懸崖之後，損失並沒有像拋物線那樣衝向無窮大。這次掃描沒有一次訓練算得上發散（要達到起始損失的一百萬倍才算）。那麼網路到底怎麼了？
#
# 它的 32 個隱藏單元是 **ReLU**：總和是 $z$，就輸出 $\max(z, 0)$。數一數還**活著**的單元，也就是至少對一張訓練影像輸出大於零的單元。每個種子一個數字：


# %% key="dead-run" tags=["nbval-ignore-output"]
def alive(weights):
    hidden = network.activations(weights, digits.X_train)[0]
    return (hidden > 0).any(axis=1).sum(axis=-1)


for k in [20, 24, 28]:
    rate, living, units = sweep_rates[k], alive(sweep.weights[k]), network.sizes[1]
    hp.say(f"lr = {rate:.2g}: {living} of {units} hidden units alive after training")
early = []
for updates in [1, 10, 100]:
    run = hp.train(network, digits, hp.SGD(rate), updates=updates, seed=range(5))
    early.append(alive(run.weights))
    hp.say(f"lr = {rate:.2g} after {updates:>3} updates: {early[-1]}")

# %% bind="dead"
says(
    "No run of this sweep counts as diverged",
    "這次掃描沒有一次訓練算得上發散",
    sweep.diverged.sum() == 0,
)
free("a million times the first one", "一百萬倍", "how hp.train counts")
says("Its 32 hidden units", "它的 32 個隱藏單元", network.sizes[1] == 32)
outputs = network.activations(sweep.weights[20], digits.X_train)[0].max(axis=1)
says(
    "more than zero",
    "大於零",
    ((outputs > 0).sum(axis=-1) == alive(sweep.weights[20])).all(),
)

# %% bind="dead-seen"
says(
    "Large updates push unit after unit",
    "單元就一個接一個被推過頭",
    early[-1].mean() < 2 < early[0].mean(),
)
free("In a deeper layer", "在更深的層裡", "what the rule for the gradient says")
says("When all are dead", "全部死掉之後", alive(sweep.weights[28]).max() <= 2)

# %% [markdown] key="dead-seen" lang="en"
# Large updates push unit after unit to where it outputs zero for every training image. Such a unit gets no gradient. In this network, under today's rule, its weights never move again: it is a **dead ReLU**. (In a deeper layer the inputs of a unit still change, and may wake it.) When all are dead, only the last biases still learn, and all these images get the same answer. The failure looks like calm.
#
# Does $2/\lambda_{\max}$ tell us where the cliff is? Measure the sharpness before training, and after it:

# %% [markdown] key="dead-seen" lang="zh-TW" of="0136f7b6"
# 更新太大，單元就一個接一個被推過頭，不管看到哪張訓練影像都輸出零。這樣的單元得不到梯度。在這個網路裡，用今天的規則，它的權重再也不會改變：這就是**死掉的 ReLU**（dead ReLU）。（在更深的層裡，單元的輸入還會變，有可能把它喚醒。）全部死掉之後，只剩最後一層的偏差還在學，於是每張訓練影像都得到同一個答案。失敗看起來風平浪靜。
#
# $2/\lambda_{\max}$ 能告訴我們懸崖在哪裡嗎？量一量訓練前和訓練後的銳度：


# %% key="sharpness" tags=["nbval-ignore-output"]
def threshold(weights):
    return (2 / hp.sharpness(network, weights, digits.X_train, digits.y_train)).round(2)


begin = threshold(np.stack([network.init(seed) for seed in range(5)]))
hp.say(f"2 / sharpness before training: {begin}")
ends = {}
for k in [14, 20, 23]:
    rate, ends[k] = sweep_rates[k], threshold(sweep.weights[k])
    hp.say(f"after training with lr = {rate:<4.2g}:    {ends[k]}")

# %% key="sharpness-further" tags=["nbval-ignore-output"]
further, n_updates = {}, sweep.loss.shape[-1]  # the updates of ten epochs
seeds = hp.seeds(5)
for k in [14, 20]:  # so many updates that rate × updates is that of the largest rate
    longer = round(n_updates * sweep_rates[23] / sweep_rates[k])
    rate = sweep_rates[k]
    run = hp.train(network, digits, hp.SGD(rate), updates=longer, seed=seeds)
    further[k] = threshold(run.weights)
    hp.say(f"lr = {rate:.2g}, {longer} updates in place of {n_updates}: {further[k]}")
hp.say(f"lowest training loss at {best:.2g}, cliff at {cliff:.2g}")

# %% bind="sharpness-seen"
says(
    "the cliff lies above it for every seed",
    "不論哪個種子，懸崖都在門檻之上",
    cliff > begin.max(),
)
at_ten = {k: np.median(end) for k, end in ends.items()}
says(
    "the larger one ends with the larger threshold, by the median of the seeds",
    "學習率越大，結束時門檻的中位數也越大",
    at_ten[14] < at_ten[20] < at_ten[23],
)
says(
    "the threshold rises with them",
    "它們的門檻也跟著變大",
    all(np.median(further[k]) > 1.15 * at_ten[k] for k in further),
)
remains = [
    np.log(at_ten[23] / np.median(further[k])) / np.log(at_ten[23] / at_ten[k])
    for k in further
]
says(
    "counted in factors, about half of it",
    "以倍數來算，大約還剩一半",
    0.35 < np.mean(remains) < 0.7,
)
free("in **flatter places**", "比較平坦的地方", "the same in other words")
free("Is flat better?", "", "a question")
free(
    "here and on average over other seeds",
    "換其他種子，平均起來也一樣",
    "tests/claims, with 45 of them",
)
says(
    "Of the three rates, all trained for ten epochs",
    "三個學習率都跑十個訓練週期",
    (len(ends), n_updates) == (3, 230),
)
free("also fit unseen data better", "對沒看過的資料也比較準", "what others think")
free("go with better results", "平坦和準確率有關", "what others measured")
free("because it got further", "只是大的學習率走得比較遠", "bound by what follows")
free(
    "give the smaller rates so many more updates",
    "讓小的學習率多更新好幾倍",
    "what the code does",
)

# %% [markdown] key="sharpness-seen" lang="en"
# Training works at rates above the threshold $2/\lambda_{\max}$ of the starting point: the cliff lies above it for every seed. On a parabola the curvature never changes. On a network it changes at every step. The threshold is about the starting point, and the network has left it.
#
# And there is a surprise. Of the three rates, all trained for ten epochs, the larger one ends with the larger threshold, by the median of the seeds: in **flatter places**. In part this is only because it got further. The next two lines give the smaller rates so many more updates that rate × updates is the same, and the threshold rises with them. But a part of the difference remains: counted in factors, about half of it, here and on average over other seeds. Day 2 asks where that comes from.
#
# Is flat better? Some think that flat places also fit unseen data better. This is disputed: the sharpness can be changed without changing what a network says (Dinh et al. 2017), and in experiments it often does not go with better results (Andriushchenko et al. 2023). For us it counts which places a rate can bear.
#
# So take $2/\lambda_{\max}$ for what it is: exact on a parabola, a rough guide on a network.

# %% [markdown] key="sharpness-seen" lang="zh-TW" of="32c538b6"
# 學習率超過起點的門檻 $2/\lambda_{\max}$，照樣訓練得起來：不論哪個種子，懸崖都在門檻之上。在拋物線上，曲率從不改變；在網路上，曲率每走一步都在變。門檻說的是起點，而網路早已離開起點。
#
# 這裡還藏著一個驚喜。三個學習率都跑十個訓練週期，學習率越大，結束時門檻的中位數也越大，也就是停在**比較平坦的地方**。一部分原因只是大的學習率走得比較遠：接下來兩行讓小的學習率多更新好幾倍，使得學習率 × 更新次數相同，它們的門檻也跟著變大。不過差距沒有完全消失：以倍數來算，大約還剩一半，換其他種子，平均起來也一樣。剩下的從哪裡來，第 2 天會問。
#
# 平坦就比較好嗎？有人認為，停在平坦的地方，對沒看過的資料也比較準。這件事還有爭議：網路的答案不變，銳度卻可以變（Dinh 等人，2017）；實驗也常看不出平坦和準確率有關（Andriushchenko 等人，2023）。對我們來說，要緊的是：用某個學習率，在哪些地方停得住。
#
# 所以 $2/\lambda_{\max}$ 要這樣看：在拋物線上是精確的界線，對網路來說，只能粗略參考。

# %% [markdown] key="range-test" lang="en"
# ## 6. A test in one run (optional)
#
# A sweep costs many trainings. The **learning rate range test** costs one: raise the rate a little at every update and watch what happens. Smith (2017) raised it by equal amounts and watched the accuracy. The form that spread with the library fastai raises it by equal factors and watches the loss, which falls, reaches a minimum, and explodes; fastai suggested a tenth of the rate at the minimum, or the place where the loss falls most steeply, and warned against the minimum itself. We try the tenth, and see what is wrong with the minimum.
#
# First where we know the answer: one direction with curvature 3; twenty directions of which the most sharply bent has curvature 3; and the same twenty with a little noise in the gradient, as it comes from looking at one batch at a time, a **mini-batch**. The dashed line is $2/\lambda_{\max}$. **Predict:** where will the three minima be?

# %% [markdown] key="range-test" lang="zh-TW" of="9d02bc21"
# ## 6. 只要訓練一次的測試（可略過）
#
# 掃描要訓練很多次。**學習率範圍測試**（learning rate range test）只要一次：每次更新都把學習率提高一點點，看看會怎樣。Smith（2017）每次加上同樣的量，看的是準確率。後來隨著 fastai 套件流行起來的做法，是每次乘上同樣的倍率，看的是損失：損失先下降，到達最低點，然後爆炸。fastai 建議取最低點學習率的十分之一，或損失下降最陡的地方，並提醒不要直接採用最低點。這裡試試十分之一，也看看最低點有什麼問題。
#
# 先看三個已經知道答案的例子：一個只有一個方向，曲率是 3；一個有二十個方向，其中最大的曲率是 3；還有同樣的二十個方向，但梯度帶一點雜訊，就像每次只看一小批資料（小批次，mini-batch）會帶來的那樣。虛線是 $2/\lambda_{\max}$。**先預測**：三個最低點會在哪裡？

# %% key="range-figure"
with hp.predict("day1-range"):
    bend, n = 3, 20
    one = hp.lr_range_test(hp.Quadratic([bend]), start=[1.0], smooth=0)
    twenty, start = hp.Quadratic(np.geomspace(0.01, bend, n)), np.ones(n)
    many = hp.lr_range_test(twenty, start=start, smooth=0)
    noisy = hp.lr_range_test(twenty, start=start, smooth=0, noise=0.01, seed=range(5))
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.2))
    titles = ["1 direction", f"{n} directions", f"{n} directions, noise"]
    for ax, test, title in zip(axes, [one, many, noisy], titles):
        hp.figures.range_test(test, ax, threshold=2 / bend).set_title(title)
    hp.show(fig, "day1-range")
    minima = [np.median(test.at_minimum) for test in (one, many, noisy)]
    times = [f"{minimum / (2 / bend):.1f}" for minimum in minima]
    hp.say(f"minimum / threshold: {times}")

# %% bind="day1-range"
says("The largest curvature is 3", "最大曲率都是 3", max(twenty.eigenvalues) == 3)
past = [minimum / (2 / bend) for minimum in minima]
right(
    "With twenty directions far beyond it; with noise in between",
    past[0] < past[2] < past[1] / 2,
)

# %% bind="range-test"
says(
    "the most sharply bent has curvature 3",
    "其中最大的曲率是 3",
    max(twenty.eigenvalues) == 3,
)
says("where will the three minima be", "先看三個已經知道答案的例子", len(minima) == 3)
says("one direction with curvature 3", "一個只有一個方向，曲率是 3", bend == 3)
says("twenty directions of which", "一個有二十個方向", len(twenty.eigenvalues) == 20)
says(
    "the same twenty with a little noise",
    "還有同樣的二十個方向",
    noisy.loss.shape[0] == 5,
)
free(
    "a tenth of the rate at the minimum",
    "取最低點學習率的十分之一",
    "the recipe of others",
)
free("", "到達最低點，然後爆炸", "how such a curve looks")
free(
    "warned against the minimum itself",
    "提醒不要直接採用最低點",
    "the recipe of others",
)
free("where the loss falls most steeply", "損失下降最陡的地方", "the recipe of others")
free(
    "We try the tenth",
    "這裡試試十分之一，也看看最低點有什麼問題",
    "what the section does",
)
free("", "三個最低點會在哪裡", "the question")

# %% bind="range-seen"
says(
    "the last rate tried below the threshold",
    "最低點就是試過的學習率中，門檻之前的最後一個",
    0.9 < minima[0] / (2 / bend) < 1,
)
says("In twenty directions", "有二十個方向時", len(twenty.eigenvalues) == 20)
says("it lies far **above**", "最低點遠遠**超過**門檻", minima[1] / (2 / bend) > 3)
says("much of the delay is gone", "延遲也少了很多", minima[2] < 0.6 * minima[1])
free("", "照最低點來挑", "a warning")

# %% [markdown] key="range-seen" lang="en"
# <details><summary>After your answer: one direction, many, and noise</summary>
#
# In one direction the minimum is the last rate tried below the threshold. In twenty directions it lies far **above**. The steep direction does start to grow at the dashed line. But by then it has shrunk to almost nothing, and while it grows back the flat directions still pull the total loss down. The test shows the explosion late. Whoever reads the minimum reads a rate that diverges.
#
# With a little noise the steep direction never shrinks to nothing, and much of the delay is gone.
#
# </details>

# %% [markdown] key="range-seen" lang="zh-TW" of="e4b1c709"
# <details><summary>作答之後：單一方向、許多方向，再加上雜訊</summary>
#
# 只有一個方向時，最低點就是試過的學習率中，門檻之前的最後一個。有二十個方向時，最低點遠遠**超過**門檻。陡峭方向的損失確實從虛線處開始變大，但那時它已經縮到幾乎是零；在它慢慢長回來的這段時間，平緩的方向還在把總損失往下拉。等到測試看得出爆炸，已經太晚了。照最低點來挑，挑到的是會發散的學習率。
#
# 加上一點雜訊，陡峭的方向就不會縮到零，延遲也少了很多。
#
# </details>

# %% [markdown] key="range-on-digits" lang="en"
# What does the test say on the digits, where mini-batches bring noise? Repeat it with 20 seeds, and train with ten others at three readings: a tenth of the middle minimum, the middle minimum, and the largest of the 20 minima.

# %% [markdown] key="range-on-digits" lang="zh-TW" of="e3e44ca9"
# 手寫數字的小批次本來就有雜訊，測試會怎麼說？用 20 個種子重複測試，再用三種讀法各選出一個學習率，以另外十個種子訓練：最低點中位數的十分之一、最低點的中位數，以及 20 個最低點中最大的一個。

# %% key="range-digits"
ramp = {"first": 1e-3, "last": 100, "steps": 200}
test = hp.lr_range_test(network, digits, **ramp, seed=range(20))
middle, largest = np.median(test.at_minimum), test.at_minimum.max()
readings = [middle / 10, middle, largest]
rule = hp.SGD(lr=readings)
job = {"batch_size": 64, "epochs": 10, "seed": range(50, 60)}
check = hp.train(network, digits, rule, **job)

# %% key="range-digits-figure"
fig, ax = plt.subplots()
hp.figures.range_test(test, ax)
hp.show(fig, "day1-range-digits")

# %% key="range-digits-numbers" tags=["nbval-ignore-output"]
names = ["a tenth", "middle", "largest"]
for name, rate, accuracy in zip(names, readings, check.test_accuracy):
    low, high, mean = accuracy.min(), accuracy.max(), accuracy.mean()
    hp.say(f"{name:<10} lr = {rate:<5.2g} test accuracy {low:.0%} to {high:.0%},"
           f" mean {mean:.1%}")  # fmt: skip
found = test.at_minimum
hp.say(f"the {len(found)} minima: {found.min():.2g} to {largest:.2g}")

# %% bind="range-on-digits"
says("20 seeds", "用 20 個種子", len(test.at_minimum) == 20)
says(
    "train with ten others at three readings",
    "再用三種讀法各選出一個學習率，以另外十個種子訓練",
    check.test_accuracy.shape == (3, 10)
    and set(job["seed"]).isdisjoint(range(len(test.at_minimum))),
)
minima, middle = test.at_minimum, np.median(test.at_minimum)
says(
    "a tenth of the middle minimum",
    "最低點中位數的十分之一",
    np.isclose(10 * readings[0], middle),
)
says("the middle minimum, and", "、最低點的中位數", readings[1] == middle)
says(
    "the largest of the 20 minima",
    "20 個最低點中最大的一個",
    (readings[2], len(minima)) == (max(minima), 20),
)

# %% bind="range-verdict"
tenth, at_middle, at_largest = check.test_accuracy
says(
    "A tenth of the minimum is safe here, but gives accuracy away",
    "取最低點的十分之一很安全，但會犧牲準確率",
    tenth.min() > 0.85 and at_middle.mean() - tenth.mean() > 0.005,
)
says(
    "The middle minimum trains well",
    "取最低點的中位數，訓練得很好",
    at_middle.mean() > 0.93,
)
says(
    "anywhere between the smallest and the largest of the 20",
    "20 個之中最小到最大的任何地方",
    test.at_minimum.max() > 2 * test.at_minimum.min(),
)
says(
    "at the largest training may fail",
    "用最大的那個，訓練可能失敗",
    at_largest.min() < 0.5,
)
free(
    "divided by 2, 3 and 10, with more than one seed",
    "接著拿最低點的二分之一、三分之一和十分之一",
    "advice",
)
free("", "看到的只是一個種子的最低點", "what one test shows")

# %% [markdown] key="range-verdict" lang="en"
# A tenth of the minimum is safe here, but gives accuracy away. The middle minimum trains well. But one test shows you one seed's minimum, anywhere between the smallest and the largest of the 20, and at the largest training may fail.
#
# The test is cheap, so do not ask too much of it: one run tells you the **order of magnitude**. Then train with the minimum divided by 2, 3 and 10, with more than one seed.

# %% [markdown] key="range-verdict" lang="zh-TW" of="c243454b"
# 在這裡，取最低點的十分之一很安全，但會犧牲準確率；取最低點的中位數，訓練得很好。可是做一次測試，看到的只是一個種子的最低點，可能落在 20 個之中最小到最大的任何地方；而用最大的那個，訓練可能失敗。
#
# 這個測試很省，期望也別太高：只訓練一次，能知道**數量級**就夠了。接著拿最低點的二分之一、三分之一和十分之一來訓練，而且不要只用一個種子。

# %% [markdown] key="boundary" lang="en"
# ## 7. One last look at the border (optional)
#
# On a parabola the border is a single number. Now put ripples on the parabola, a fifth of its height. The pictures show 60,000 descents each: the learning rate to the right, the starting point upwards, dark blue where the run has not diverged after 300 steps, brown where it diverges at once, the lighter the later it diverges. The white frame is the next picture.

# %% [markdown] key="boundary" lang="zh-TW" of="5604e4b4"
# ## 7. 最後再看一眼界線（可略過）
#
# 在拋物線上，界線就是一個數字。現在替拋物線加上波紋，波紋的幅度是拋物線高度的五分之一。下面每張圖都畫出 60,000 次下降的結果：橫軸是學習率，縱軸是起點；深藍色是走了 300 步還沒有發散，褐色是馬上發散，顏色越淺，發散得越晚。白色的框就是下一張圖的範圍。

# %% key="boundary-figure"
windows = [[0.2, 3, 0.05, 1.5], [0.593, 0.94, 0.305, 0.487],
           [0.656, 0.699, 0.3645, 0.3874], [0.692, 0.6973, 0.376, 0.3789]]  # fmt: skip
fig, axes = plt.subplots(2, 2, figsize=(8, 6.4), dpi=80)
n_changes, steps = [], 300
for ax, window, inner in zip(axes.flat, windows, [*windows[1:], None]):
    zoom, heights = np.linspace(*window[:2], 300), np.linspace(*window[2:], 200)
    path = hp.descend(hp.Ripples(), hp.SGD(zoom), heights, steps, record=False)
    frame = inner and (inner[:2], inner[2:])
    hp.figures.trainability(zoom, heights, path.diverged_at, ax, steps, frame)
    n_changes.append(np.abs(np.diff(path.diverged.astype(int), axis=0)).mean())
    times = np.ptp(windows[0][:2]) / np.ptp(zoom)
    hp.say(f"zoom {times:4.0f}×: {n_changes[-1]:.0%} of neighbouring rates disagree")
hp.show(fig, "day1-boundary")

# %% bind="day1-boundary"
says(
    "Four maps of converging and diverging runs, each a zoom into the last",
    "四張收斂與發散的地圖，每一張都是前一張的放大",
    len(n_changes) == axes.size == 4,
)

# %% bind="boundary"
framed = list(zip(np.array(windows[:-1]), np.array(windows[1:])))
inside = [(one <= two)[::2].all() and (two <= one)[1::2].all() for one, two in framed]
says("The white frame is the next picture", "白色的框就是下一張圖的範圍", all(inside))
free(
    "a fifth of its height",
    "波紋的幅度是拋物線高度的五分之一",
    "how hp.Ripples is made; the claims test it",
)
says("60,000 descents", "60,000 次下降", path.diverged.size == 60_000)
says("not diverged after 300 steps", "走了 300 步還沒有發散", steps == 300)
free("the lighter the later", "顏色越淺，發散得越晚", "how the figure is coloured")

# %% bind="boundary-seen"
says(
    "one change in a row of 300: 0.3%",
    "每一列的 300 個學習率裡，結果只會變換一次，也就是 0.3%",
    len(zoom) == 300,
)
says(
    "more than ten times as much, at every zoom",
    "變換的比例都超過 0.3% 的十倍",
    min(n_changes) > 0.035 and len(n_changes) == len(windows),
)
free("As far as we zoomed", "", "how far the figure goes")
wide, heights = np.linspace(*windows[0][:2], 300), np.linspace(*windows[0][2:], 50)
lost = hp.descend(hp.Ripples(), hp.SGD(wide), heights, steps, record=False).diverged
says(
    "above the first rates that diverge lie others that do not",
    "比最先發散的學習率更大的，還有不發散的",
    (np.diff(lost.astype(int), axis=0) < 0).any(axis=0).mean() > 0.9,
)
free("it is no single number", "就不能用一個數字來表示", "the same")
free(
    "Nobody needs one: keep a factor of two or three below the first that fail",
    "取最先失敗的學習率的二分之一或三分之一就好",
    "advice",
)

# %% bind="practice"
free("SGD(learning_rate=0.1)", "SGD(learning_rate=0.1)", "how Keras is called")
free("(0.001 and 0.01)", "（0.001 與 0.01）", "the defaults of the libraries")
free("later. That is Day 2", "", "what others do")
free(
    "no smaller rate wakes the dead ones",
    "學習率再小也救不回來",
    "as said above, under SGD; deeper ones may wake",
)
free("a third of the rate", "用三分之一的學習率", "advice")

# %% bind="recap"
free(
    "the most sharply bent direction decides for all",
    "彎得最急的方向說了算",
    "bound above",
)
free(
    "stay a factor of two or three below", "懸崖處學習率的二分之一到三分之一", "advice"
)

# %% [markdown] key="boundary-seen" lang="en"
# A plain line through such a picture makes one change in a row of 300: 0.3%. Here it is more than ten times as much, at every zoom. (The windows were chosen to lie on the border.) As far as we zoomed, it looks like a **fractal**, a line as ragged in each zoom as in the whole; Sohl-Dickstein (2024) found such borders for networks. Where the border is like this, it is no single number: above the first rates that diverge lie others that do not. Nobody needs one: keep a factor of two or three below the first that fail.

# %% [markdown] key="boundary-seen" lang="zh-TW" of="21a00145"
# 如果界線是一條普通的線，每一列的 300 個學習率裡，結果只會變換一次，也就是 0.3%。這裡不管放大多少倍，變換的比例都超過 0.3% 的十倍。（這幾個範圍是特意挑在界線上的。）就我們放大的程度來看，它像是一個**碎形**，也就是怎麼放大都一樣崎嶇的圖形；Sohl-Dickstein（2024）在神經網路上也發現這樣的界線。界線若是這個樣子，就不能用一個數字來表示：比最先發散的學習率更大的，還有不發散的。其實也用不著這個數字：取最先失敗的學習率的二分之一或三分之一就好。

# %% [markdown] key="practice" lang="en"
# ## In practice
#
# - **PyTorch** spells today's rule `torch.optim.SGD(model.parameters(), lr=0.1)`; **Keras** spells it `keras.optimizers.SGD(learning_rate=0.1)`. Their defaults (0.001 and 0.01) know nothing of your problem.
# - A good rate belongs to a model, a loss, a batch size and an optimizer together. Change one of them and search again: Day 3 does it for the batch size, Day 5 for Adam.
# - Many large models are trained with a rate that rises slowly at first and falls later. That is Day 2.
# - When a loss sits still at the level of guessing, look for two causes first. Did it jump up first? Then count the units that are alive: in a first layer no smaller rate wakes the dead ones, so start again from new weights, with a third of the rate. Did it never move, and all units are alive? Then the rate may be too small: raise it.

# %% [markdown] key="practice" lang="zh-TW" of="3a62abc9"
# ## 實務上
#
# - 今天的規則，**PyTorch** 寫成 `torch.optim.SGD(model.parameters(), lr=0.1)`，**Keras** 寫成 `keras.optimizers.SGD(learning_rate=0.1)`。它們的預設值（0.001 與 0.01）對你的問題一無所知。
# - 好的學習率要和模型、損失、批次大小與最佳化器搭配來看。換掉其中一個，就要重新找：第 3 天換批次大小，第 5 天換成 Adam。
# - 許多大型模型訓練時，學習率一開始慢慢提高，後來再降低。那是第 2 天的內容。
# - 損失停在亂猜的程度一動也不動，先查兩個原因。一開始先衝高過嗎？那就數一數還活著的單元：第一層的單元死了，學習率再小也救不回來；要換新的起始權重，用三分之一的學習率從頭訓練。從頭到尾都沒動過，單元也全都活著？那可能是學習率太小：把它調大。

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - On a parabola a step multiplies the weight by $1 - \eta\lambda$. It converges exactly when $\eta < 2/\lambda_{\max}$, and the most sharply bent direction decides for all.
# - Too small is slow, and on our curve it stays in the valley where it starts. A step too large for a valley cannot rest in it, so what is left are the flat ones.
# - On a network, sweep by factors, with several seeds, and stay a factor of two or three below the cliff.
#
# **Your turn:** the [exercises of Day 1](day1_exercises.ipynb) answer at once.
#
# **Next:** [Day 2](day2_learning_rate_schedules.ipynb). One rate for the whole training is a compromise. What if it may change on the way?

# %% [markdown] key="recap" lang="zh-TW" of="07e29aee"
# ## 今天帶走的東西
#
# - 在拋物線上，每一步把權重乘上 $1 - \eta\lambda$。收斂的條件正是 $\eta < 2/\lambda_{\max}$：彎得最急的方向說了算。
# - 學習率太小會很慢，在我們的曲線上，還只會留在出發的那個谷。步伐大到一個谷容不下，就停不住；還停得住的，只剩平坦的谷。
# - 訓練網路時，以倍數為間隔掃描學習率，多用幾個種子，最後選懸崖處學習率的二分之一到三分之一。
#
# **換你動手**：[第 1 天的練習](day1_exercises.ipynb)，每一題做完，馬上知道對不對。
#
# **下一站**：[第 2 天](day2_learning_rate_schedules.ipynb)。整個訓練只用一個學習率，是一種妥協。如果它可以在途中改變呢？

# %% key="progress"
hp.progress()

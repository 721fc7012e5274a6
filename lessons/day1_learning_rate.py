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
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/hpcourse/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday1_learning_rate.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/hpcourse/hpcourse/blob/main/notebooks/en/day1_learning_rate.ipynb) · [English](../en/day1_learning_rate.ipynb) · [繁體中文](../zh-TW/day1_learning_rate.ipynb)
#
# **You will do:** drag a slider until gradient descent crawls, converges, rings and explodes; find the border between them by experiment, then by formula; train a network on handwritten digits 160 times while you watch.
#
# **You will learn:** why there is a largest learning rate and what sets it; what too small a rate costs; how to find a good rate, and how a popular test for it misleads.
#
# **You need:** Python, and what a derivative is. About 40 minutes. Run the cells from top to bottom with Shift+Enter.

# %% [markdown] key="title" lang="zh-TW" of="f5f8b4db"
# # 第 1 天 · 學習率：一步該跨多大？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/hpcourse/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday1_learning_rate.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/hpcourse/hpcourse/blob/main/notebooks/zh-TW/day1_learning_rate.ipynb) · [English](../en/day1_learning_rate.ipynb) · [繁體中文](../zh-TW/day1_learning_rate.ipynb)
#
# **你會動手做：** 拖動滑桿，看梯度下降如何慢吞吞地爬、順利收斂、來回震盪，最後爆炸；先用實驗找出它們的界線，再用公式推出同一條界線；親眼看著一個網路在手寫數字上訓練 160 次。
#
# **你會學到：** 學習率為什麼有上限、上限由什麼決定；學習率太小要付出什麼代價；怎樣找到好的學習率，以及一種很流行的測試法會怎樣誤導人。
#
# **你需要：** 會寫 Python，知道什麼是導數。大約 40 分鐘。請由上到下，用 Shift+Enter 逐格執行。

# %% key="setup"
try:
    import hpcourse as hp
except ModuleNotFoundError:  # on Colab, Kaggle or a bare Jupyter
    # %pip install -q --no-deps "hpcourse @ git+https://github.com/hpcourse/hpcourse@main"
    import hpcourse as hp
import matplotlib.pyplot as plt
import numpy as np

# %% key="language" tags=["language"]
hp.use_language("en")
hp.use_style()

# %% [markdown] key="puzzle" lang="en"
# ## 1. A puzzle
#
# Here is a small network that reads handwritten digits. We train it three times, with the same starting weights, on the same images in the same order. One number differs: the **learning rate**.
#
# Before you run the cells: which of the three will read digits best?

# %% [markdown] key="puzzle" lang="zh-TW" of="90b7bf72"
# ## 1. 一個謎題
#
# 這裡有一個辨識手寫數字的小網路。我們訓練它三次：起始權重相同，影像相同，連順序也相同。三次只差一個數字：**學習率**。
#
# 執行之前先猜猜看：三次訓練中，哪一次最會認數字？

# %% key="puzzle-run"
digits = hp.digits()
network = hp.MLP((64, 32, 10))
rates = [0.003, 0.3, 3]
puzzle = hp.train(network, digits, hp.SGD(lr=rates), batch_size=64, epochs=10)

# %% key="puzzle-figure"
fig, ax = plt.subplots()
hp.figures.loss_curves(puzzle, ax, [f"lr = {rate}" for rate in rates])
hp.show(fig, "Three trainings: one loss falls fast, one hardly falls, one stays at the level of guessing.")

# %% key="puzzle-accuracy" tags=["nbval-ignore-output"]
for rate, accuracy in zip(rates, puzzle.test_accuracy):
    print(f"lr = {rate:<6} reads {accuracy:.0%} of unseen digits")

# %% [markdown] key="puzzle-answer" lang="en"
# One run learns. One has hardly begun. One fell to guessing within a few updates and never came back. Nothing but the size of the step told them apart.
#
# Three questions follow. **Why** is there a step that is too big? **Where** is the border? And how do you **find** a good rate for a network nobody has trained before?

# %% [markdown] key="puzzle-answer" lang="zh-TW" of="72c94b39"
# 一次學會了，一次幾乎還沒開始，還有一次在頭幾次更新就跌到亂猜的程度，再也沒有回來。三者的差別只在步伐的大小。
#
# 於是有三個問題。步伐**為什麼**會太大？界線在**哪裡**？面對一個沒有人訓練過的網路，又要怎樣**找到**好的學習率？

# %% [markdown] key="one-weight" lang="en"
# ## 2. One weight is enough
#
# Gradient descent repeats one line:
#
# $$w \leftarrow w - \eta\,\nabla L(w)$$
#
# Here $w$ is the weight, $L$ is the loss, $\nabla L(w)$ is its slope at $w$, and $\eta$ is the learning rate, called `lr` in code. The slope says where downhill is. The learning rate says how far to go.
#
# To see what $\eta$ does, shrink the network to one weight, and the loss to a parabola:
#
# $$L(w) = \tfrac12\,\lambda\,w^2, \qquad \nabla L(w) = \lambda\,w.$$
#
# $\lambda$ is the **curvature**: how sharply the bowl bends. Five steps by hand:

# %% [markdown] key="one-weight" lang="zh-TW" of="55f5d733"
# ## 2. 一個權重就夠了
#
# 梯度下降反覆做的只有一行：
#
# $$w \leftarrow w - \eta\,\nabla L(w)$$
#
# 其中 $w$ 是權重，$L$ 是損失，$\nabla L(w)$ 是損失在 $w$ 處的斜率，$\eta$ 是學習率，程式裡寫作 `lr`。斜率告訴我們哪邊是下坡，學習率決定走多遠。
#
# 為了看清 $\eta$ 的作用，把網路縮成只有一個權重，把損失縮成一條拋物線：
#
# $$L(w) = \tfrac12\,\lambda\,w^2, \qquad \nabla L(w) = \lambda\,w.$$
#
# $\lambda$ 是**曲率**，也就是這個碗彎得多急。先親手走五步：

# %% key="by-hand"
curvature, lr, w = 2.0, 0.1, -2.5
for step in range(5):
    w = w - lr * curvature * w
    print(f"after step {step + 1}: w = {w:.4f}, loss = {0.5 * curvature * w**2:.4f}")

# %% [markdown] key="package" lang="en"
# The course's package does the same. `hp.descend` follows an optimizer down a surface and keeps every point of the path:

# %% [markdown] key="package" lang="zh-TW" of="2e57d798"
# 課程套件做的是同一件事。`hp.descend` 讓最佳化器沿著曲面往下走，並記下路徑上的每一點：

# %% key="package-run"
parabola = hp.Quadratic([curvature])
path = hp.descend(parabola, hp.SGD(lr), start=[-2.5], steps=5)
assert np.isclose(path.w[-1, 0], w)
print(path.w[:, 0].round(4))

# %% [markdown] key="predict-regimes" lang="en"
# **Predict.** The next cell walks twelve steps down this parabola with four learning rates: 0.02, 0.3, 0.9 and 1.1. What does the third of them do?

# %% [markdown] key="predict-regimes" lang="zh-TW" of="eba60f83"
# **先預測。** 下面用四個學習率 0.02、0.3、0.9、1.1，在這條拋物線上各走十二步。第三個學習率會怎麼走？

# %% key="quiz-regimes"
hp.quiz("day1-regimes")

# %% key="regimes"
rates = [0.02, 0.3, 0.9, 1.1]
path = hp.descend(parabola, hp.SGD(lr=rates), start=[-2.5], steps=12)
fig, axes = plt.subplots(1, 4, figsize=(10, 2.8), sharey=True)
hp.figures.regimes(path, parabola, axes)
hp.show(fig, "Four walks down a parabola: one crawls, one converges, one rings, one diverges.")

# %% [markdown] key="regimes-named" lang="en"
# Four regimes, one formula:
#
# - **crawl**: every step goes the right way, and far too short;
# - **converge**: a few steps reach the bottom;
# - **ring**: every step jumps across the minimum, yet lands a little nearer;
# - **diverge**: every step jumps across and lands *farther away* than before.
#
# The `lr` given as a list made four runs at once. Any hyperparameter of this course can be given so; it becomes an axis of the result.

# %% [markdown] key="regimes-named" lang="zh-TW" of="2420dc2a"
# 同一條公式，四種走法：
#
# - **慢爬**：每一步方向都對，但實在太短；
# - **收斂**：幾步就到谷底；
# - **震盪**：每一步都跨過最小值，不過落點近了一些；
# - **發散**：每一步都跨過最小值，落點卻比原來*更遠*。
#
# 這裡的 `lr` 給的是一個串列，於是四次執行一起完成。本課程的任何超參數都可以這樣給，它會成為結果的一個軸。

# %% [markdown] key="play-parabola" lang="en"
# **Your turn.** Drag the sliders (or press PageUp and PageDown on them).
#
# 1. Find the rate that reaches the minimum in a single step.
# 2. Find the rate from which the path explodes.
# 3. Double the curvature. Where are both now?

# %% [markdown] key="play-parabola" lang="zh-TW" of="837f8acc"
# **換你玩。** 拖動滑桿（或停在滑桿上按 PageUp、PageDown）。
#
# 1. 找出一步就到最小值的學習率。
# 2. 找出路徑開始爆炸的學習率。
# 3. 把曲率加倍。這兩個學習率跑到哪裡去了？

# %% key="explore-parabola"
hp.explore_parabola()

# %% [markdown] key="border" lang="en"
# ## 3. Where is the border?
#
# A slider gives a feeling; a sweep gives a number. Take 1,300 learning rates, walk 30 steps with each, and ask which runs end nearer to the minimum than they started.

# %% [markdown] key="border" lang="zh-TW" of="37ae2b3d"
# ## 3. 界線在哪裡？
#
# 滑桿給你感覺，掃描給你數字。取 1,300 個學習率，各走 30 步，看看哪些最後比起點更靠近最小值。

# %% key="border-sweep"
rates = np.linspace(0.001, 1.3, 1300)
path = hp.descend(parabola, hp.SGD(lr=rates), start=[-2.5], steps=30)
distance = np.abs(path.end[:, 0])
print(f"the largest rate that ends nearer than it began: {rates[distance < 2.5].max():.3f}")

# %% key="border-figure"
fig, ax = plt.subplots()
hp.figures.distance_by_rate(rates, distance, ax, start=2.5)
hp.show(fig, "Final distance against the learning rate: a deep dip, then a sharp border.")

# %% [markdown] key="border-seen" lang="en"
# The border is razor-sharp. To its left lies a dip: one rate lands exactly on the minimum, and rates near it almost do.
#
# Is the border always there? Change the curvature and measure again. Look for a pattern in the last column.

# %% [markdown] key="border-seen" lang="zh-TW" of="c697df81"
# 界線銳利得像刀切。左邊有一個深谷：有一個學習率正好落在最小值上，它附近的也相差無幾。
#
# 界線永遠在同一個地方嗎？換幾個曲率再量一次。看看最後一欄有什麼規律。

# %% key="border-curvature"
rates = np.linspace(0.0001, 5, 50_000)
for curvature in [0.5, 1, 2, 5, 10]:
    path = hp.descend(hp.Quadratic([curvature]), hp.SGD(lr=rates), start=[-2.5], steps=200)
    border = rates[np.abs(path.end[:, 0]) < 2.5].max()
    print(f"curvature {curvature:>4}   border {border:.3f}   curvature × border {curvature * border:.2f}")

# %% [markdown] key="formula" lang="en"
# The product is always the same. Now we can say why. Put $\nabla L = \lambda w$ into the update:
#
# $$w \leftarrow w - \eta\,\lambda\,w = (1 - \eta\lambda)\,w.$$
#
# Every step multiplies the distance to the minimum by the same factor $1 - \eta\lambda$. After $t$ steps
#
# $$w_t = (1 - \eta\lambda)^t\,w_0,$$
#
# and this shrinks exactly when $|1 - \eta\lambda| < 1$, that is, when
#
# $$0 < \eta < \frac{2}{\lambda}.$$
#
# All four regimes are values of one factor: a little below 1 it crawls, near 0 it converges, between −1 and 0 it rings, below −1 it diverges. At $\eta = 1/\lambda$ the factor is 0: one step and done. Does the formula agree with the run, step by step?

# %% [markdown] key="formula" lang="zh-TW" of="18ce6437"
# 乘積永遠一樣。現在可以說明原因了。把 $\nabla L = \lambda w$ 代入更新式：
#
# $$w \leftarrow w - \eta\,\lambda\,w = (1 - \eta\lambda)\,w.$$
#
# 每走一步，到最小值的距離都乘上同一個倍數 $1 - \eta\lambda$。走了 $t$ 步之後
#
# $$w_t = (1 - \eta\lambda)^t\,w_0,$$
#
# 只有在 $|1 - \eta\lambda| < 1$ 時它才會縮小，也就是
#
# $$0 < \eta < \frac{2}{\lambda}.$$
#
# 四種走法就是這個倍數的四種範圍：略小於 1 是慢爬，接近 0 是收斂，介於 −1 與 0 之間是震盪，小於 −1 是發散。在 $\eta = 1/\lambda$ 時倍數是 0，一步到位。公式和實際執行的結果，每一步都相同嗎？

# %% key="formula-agrees"
lr, t = 0.9, np.arange(101)
path = hp.descend(parabola, hp.SGD(lr), start=[-2.5], steps=100)
assert np.allclose(path.w[:, 0], (1 - lr * 2.0) ** t * -2.5, rtol=1e-12)
print("the formula agrees with all", len(t), "points")

# %% key="quiz-threshold"
hp.quiz("day1-threshold")

# %% [markdown] key="bowl" lang="en"
# ### Two directions, one learning rate
#
# A network has thousands of weights, and its loss bends differently in different directions. Two weights already show what follows. In this bowl the flat direction has curvature 1. You choose the other.
#
# **Predict:** with curvatures 1 and 10, which of the two decides where the border is?

# %% [markdown] key="bowl" lang="zh-TW" of="31fc82ec"
# ### 兩個方向，一個學習率
#
# 網路有成千上萬個權重，損失在不同方向上彎曲的程度也不同。兩個權重就足以看出後果。這個碗在平緩方向的曲率是 1，另一個方向由你決定。
#
# **先預測：** 曲率是 1 和 10 時，界線由哪一個決定？

# %% key="explore-bowl"
hp.explore_bowl()

# %% key="bowl-border"
bowl = hp.Quadratic(eigenvalues=(1, 10))
rates = np.linspace(0.001, 0.4, 4000)
path = hp.descend(bowl, hp.SGD(lr=rates), start=(-2.5, 2.0), steps=300)
nearer = np.linalg.norm(path.end, axis=-1) < np.linalg.norm([-2.5, 2.0])
print(f"border {rates[nearer].max():.3f}   2 / largest curvature {2 / 10:.3f}")

# %% [markdown] key="bowl-seen" lang="en"
# The steepest direction decides. The border is $2/\lambda_{\max}$, where $\lambda_{\max}$ is the largest curvature of all: the largest eigenvalue of the matrix of second derivatives (the Hessian), also called the **sharpness**.
#
# The flat directions pay for it. They have to make do with a rate that the steep one can bear. How much this costs, and what helps, is the subject of Day 4.

# %% [markdown] key="bowl-seen" lang="zh-TW" of="7f43398e"
# 決定界線的是最陡的方向。界線是 $2/\lambda_{\max}$，其中 $\lambda_{\max}$ 是所有方向中最大的曲率：二階導數矩陣（黑塞矩陣，Hessian）的最大特徵值，也稱為**銳度**。
#
# 代價由平緩的方向承擔：它們只能遷就陡峭方向受得了的學習率。要付多少代價、有什麼辦法，是第 4 天的主題。

# %% [markdown] key="too-small" lang="en"
# ## 4. Too small: slow, and stuck?
#
# Two complaints are made of a small learning rate. The first is that it is **slow**. How slow? Count the steps until one hundredth of the distance is left:

# %% [markdown] key="too-small" lang="zh-TW" of="6369757b"
# ## 4. 太小：又慢，又會卡住？
#
# 學習率太小，常聽到兩種抱怨。第一種是**慢**。有多慢？數一數要幾步，距離才會剩下百分之一：

# %% key="slow"
for lr in [0.1, 0.01, 0.001]:
    path = hp.descend(parabola, hp.SGD(lr), start=[-2.5], steps=3000)
    print(f"lr = {lr:<5}  {np.argmax(np.abs(path.w[:, 0]) < 0.025):>4} steps")

# %% [markdown] key="stuck" lang="en"
# A tenth of the rate, ten times the steps. That complaint is true without conditions.
#
# The second is that a small step gets **stuck in a local minimum**. A parabola has none, so take a curve with two valleys, a deep one and a shallow one. Start on the right-hand side with a small step, then raise it.

# %% [markdown] key="stuck" lang="zh-TW" of="d51a7f49"
# 學習率變成十分之一，步數就變成十倍。這個抱怨不帶任何條件，確實成立。
#
# 第二種抱怨是步伐太小會**陷入局部最小值**。拋物線沒有局部最小值，所以換一條有兩個谷的曲線，一深一淺。先從右邊用小步出發，再把步伐慢慢加大。

# %% key="explore-basins"
hp.explore_basins()

# %% [markdown] key="predict-basins" lang="en"
# One start proves little. Take 1,000 starting points, evenly spread over both valleys, and 66 learning rates: 66,000 descents.

# %% [markdown] key="predict-basins" lang="zh-TW" of="7878e3f1"
# 一個起點證明不了什麼。在兩個谷之間均勻取 1,000 個起點，配上 66 個學習率，一共 66,000 次下降。

# %% key="quiz-basins"
hp.quiz("day1-basins")

# %% key="basins-run"
curve = hp.TwoBasins()
deep, barrier, shallow = curve.stationary_points()
starts, rates = np.linspace(-2, 2, 1000), np.linspace(0.01, 1.31, 66)
path = hp.descend(curve, hp.SGD(lr=rates), starts, steps=400, record=False)
ends_deep = np.abs(path.end[..., 0] - deep) < 0.05
ends_shallow = np.abs(path.end[..., 0] - shallow) < 0.05

# %% key="basins-figure"
fig, ax = plt.subplots()
shares = {"deep": ends_deep.mean(axis=1), "shallow": ends_shallow.mean(axis=1)}
shares["neither"] = 1 - shares["deep"] - shares["shallow"]
hp.figures.share_by_rate(rates, shares, ax)
threshold = 2 / curve.hessian([deep])[0, 0]
ax.axvline(threshold, color="black", lw=1, ls="--", label=r"$2/\lambda$ of the deep valley")
ax.legend(loc="upper left")
hp.show(fig, "Share of starts ending in each valley: flat, and past a border none stays in the deep one.")

# %% key="basins-numbers"
right, left = starts > barrier, starts < barrier
for k in [0, 10, 20, 30, 40]:
    escaped, fell = ends_deep[k, right].mean(), ends_shallow[k, left].mean()
    print(f"lr = {rates[k]:.2f}  escape to the deep valley {escaped:4.0%}  fall out of it {fell:4.0%}")
print(f"2/λ: {threshold:.2f} in the deep valley, {2 / curve.hessian([shallow])[0, 0]:.2f} in the shallow one")

# %% [markdown] key="basins-seen" lang="en"
# So the complaint is true, under conditions, and the cure is not what one might hope.
#
# - With a small step, *where you start decides*. Every run that starts right of the barrier stays in the shallow valley, and making the step smaller still changes nothing.
# - A larger step does let some runs escape. It also lets others fall *out* of the deep valley: compare the two columns. The gain is small.
# - Beyond the dashed line, $2/\lambda$ of the deep valley, no run can stay there at all. The shallow valley is flatter, so it can still hold runs. A large step does not look for the deep valley. It looks for the **flat** one.

# %% [markdown] key="basins-seen" lang="zh-TW" of="a44888cd"
# 所以第二種抱怨有條件地成立，但解藥並不如想像中美好。
#
# - 步伐小的時候，*起點決定一切*。凡是從山脊右邊出發的，全都留在淺谷裡；把步伐再縮小，也不會有任何改變。
# - 步伐大一些，確實有一部分能逃出來，但也有一部分從深谷*掉出來*：比較上面兩欄就知道，好處很有限。
# - 越過虛線，也就是深谷的 $2/\lambda$ 之後，沒有一次執行能留在深谷裡。淺谷比較平，所以還留得住。大步伐找的不是深的谷，而是**平**的谷。

# %% [markdown] key="digits" lang="en"
# ## 5. A real network: 160 trainings
#
# Back to the digits. Take 32 learning rates from 0.001 to 10, evenly spaced *in factors* (on a logarithmic scale), and five seeds for each. A seed decides the starting weights and the order of the images.
#
# **Predict:** how many of the 32 rates bring every seed above 90 % on unseen digits?

# %% [markdown] key="digits" lang="zh-TW" of="56bc5511"
# ## 5. 真正的網路：訓練 160 次
#
# 回到手寫數字。從 0.001 到 10 取 32 個學習率，相鄰兩個的*倍數*相同（也就是對數刻度），每個學習率配五個種子。種子決定起始權重和影像的順序。
#
# **先預測：** 這 32 個學習率中，有幾個能讓每個種子在沒看過的數字上都超過 90 %？

# %% key="digits-sweep"
rates = np.logspace(-3, 1, 32)
sweep = hp.train(network, digits, hp.SGD(lr=rates), batch_size=64, epochs=10, seed=range(5))
sweep

# %% key="digits-figure"
fig, (left_ax, right_ax) = plt.subplots(1, 2, figsize=(9, 3.6))
hp.figures.sweep(rates, sweep.train_loss, left_ax, "training loss", better=min)
left_ax.set_yscale("log")
hp.figures.sweep(rates, sweep.test_accuracy, right_ax, "test accuracy")
hp.show(fig, "Loss and accuracy against the learning rate: a slope, a broad good range, then a cliff.")

# %% key="digits-numbers" tags=["nbval-ignore-output"]
good = rates[sweep.test_accuracy.min(axis=1) > 0.9]
best = rates[sweep.test_accuracy.mean(axis=1).argmax()]
fails = rates[(sweep.test_accuracy.mean(axis=1) < 0.5) & (rates > best)].min()
print(f"{len(good)} of {len(rates)} rates reach 90 % with every seed: {good.min():.2g} to {good.max():.2g}")
print(f"best rate {best:.2g}; from {fails:.2g} on, {fails / best:.1f} times the best, training fails")

# %% [markdown] key="digits-seen" lang="en"
# The same picture as the parabola's, drawn by 160 trainings: a slope where the network crawls, a broad range where any rate will do, and a cliff. Two things are worth remembering.
#
# - The good range is wide. It pays to search by factors of two or three, not by one part in a hundred.
# - The best rate stands **close to the cliff**. Whoever takes the best rate of one run stands one bad seed away from the edge.
#
# The shaded band is the range from the worst seed to the best. Look into single runs:

# %% [markdown] key="digits-seen" lang="zh-TW" of="d92d22b9"
# 160 次訓練畫出了和拋物線一樣的圖：左邊是網路慢爬的斜坡，中間是怎麼選都好的寬闊範圍，右邊是懸崖。有兩件事值得記住。
#
# - 好的範圍很寬。搜尋時以兩三倍為一格就好，不必計較百分之一。
# - 最好的學習率就站在**懸崖邊**。只看一次訓練就選最好的學習率，只要換到一個運氣差的種子，就可能掉下去。
#
# 色帶是最差的種子到最好的種子之間的範圍。來看看個別的訓練：

# %% key="explore-sweep"
hp.explore_sweep(sweep)

# %% [markdown] key="dead" lang="en"
# One surprise: beyond the cliff the loss does not run to infinity, as it did on the parabola. No run of this sweep counts as diverged. So what does the network do there?

# %% [markdown] key="dead" lang="zh-TW" of="ec5e9778"
# 有一點出乎意料：越過懸崖之後，損失並沒有像拋物線那樣衝向無窮大，這次掃描也沒有一次被記為發散。那麼網路在那裡做了什麼？

# %% key="dead-run" tags=["nbval-ignore-output"]
for k in [20, 28]:
    answers = network.predict(sweep.weights[k, 0], digits.X_test)
    print(f"lr = {rates[k]:.2g}: the network gives {len(np.unique(answers))} different answers to 360 images")

# %% [markdown] key="dead-seen" lang="en"
# It gives one answer to everything. A huge first step pushed the weights so far that the hidden units output zero for every image. Where the output is zero the gradient is zero too, so nothing can bring them back. These are **dead ReLUs**: a divergence that looks like calm.
#
# Does $2/\lambda_{\max}$ tell us where the cliff is? Measure the sharpness at the start of training:

# %% [markdown] key="dead-seen" lang="zh-TW" of="49351e8a"
# 它對所有影像都給同一個答案。過大的第一步把權重推得太遠，隱藏單元對每一張影像都輸出零。輸出是零，梯度也是零，於是再也沒有東西能把它們拉回來。這就是**死掉的 ReLU**：看似平靜的發散。
#
# $2/\lambda_{\max}$ 能告訴我們懸崖在哪裡嗎？量一下訓練開始時的銳度：

# %% key="sharpness" tags=["nbval-ignore-output"]
starting_weights = np.stack([network.init(seed) for seed in range(5)])
sharpness = hp.sharpness(network, starting_weights, digits.X_train, digits.y_train)
print("2 / sharpness at the start, for each seed:", (2 / sharpness).round(2))
print(f"best rate of the sweep: {best:.2g}")

# %% [markdown] key="sharpness-seen" lang="en"
# The best rate lies *above* the threshold of the starting point, for some seeds far above. On a parabola the threshold is exact for ever, because the curvature never changes. A network's curvature changes as it moves: thrown out of a sharp place by a large step, it can land in a flatter one, and go on.
#
# So take $2/\lambda_{\max}$ for what it is: exact on a parabola, a local warning on a network. Where the sharpness goes during training is one of the surprises of Day 2.

# %% [markdown] key="sharpness-seen" lang="zh-TW" of="70bb0993"
# 最好的學習率*高於*起點的門檻，有些種子還高出很多。在拋物線上，門檻永遠精確，因為曲率從不改變。網路的曲率卻會隨著移動而變：大步伐把它從尖銳的地方甩出去，它可能落在比較平的地方，然後繼續往下走。
#
# 所以 $2/\lambda_{\max}$ 要這樣看：在拋物線上是精確的界線，在網路上只是當下位置的警告。訓練途中銳度會走到哪裡，是第 2 天的驚喜之一。

# %% [markdown] key="range-test" lang="en"
# ## 6. A test in one run, and how it misleads
#
# A sweep costs many trainings. The **learning rate range test** (Smith 2017) costs one: raise the rate a little at every update and watch the loss. It falls, reaches a minimum, and explodes. A common recipe is to read the rate at the minimum.
#
# First where we know the answer: one direction with curvature 3, and twenty directions of which the steepest has curvature 3. The dashed line is $2/\lambda_{\max}$. **Predict:** where will the two minima be?

# %% [markdown] key="range-test" lang="zh-TW" of="554560e7"
# ## 6. 一次就好的測試，以及它怎樣誤導人
#
# 掃描要訓練很多次。**學習率範圍測試**（learning rate range test，Smith 2017）只要一次：每次更新都把學習率提高一點點，同時觀察損失。損失先下降，到達最低點，然後爆炸。常見的做法是讀取最低點的學習率。
#
# 先用知道答案的例子：一個方向，曲率 3；以及二十個方向，其中最陡的曲率是 3。虛線是 $2/\lambda_{\max}$。**先預測：** 兩個最低點會在哪裡？

# %% key="range-run"
one = hp.lr_range_test(hp.Quadratic([3.0]), start=[1.0], smooth=0)
twenty = hp.Quadratic(np.geomspace(0.01, 3, 20))
many = hp.lr_range_test(twenty, start=np.ones(20), smooth=0)

# %% key="range-figure"
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4))
for ax, test, title in zip(axes, [one, many], ["1 direction", "20 directions"]):
    hp.figures.range_test(test, ax, threshold=2 / 3)
    ax.set_title(title)
hp.show(fig, "Range tests: in one direction the minimum marks the threshold; in twenty it lies far above.")
print(f"minimum / threshold: {one.at_minimum / (2 / 3):.2f} and {many.at_minimum / (2 / 3):.2f}")

# %% [markdown] key="range-seen" lang="en"
# In one direction the minimum is the last rate below the threshold: the test is right. In twenty directions the minimum lies far *above* it. The steep direction does start to grow at the dashed line. But it starts from almost nothing, and while it grows the flat directions still pull the total loss down. The test shows the explosion late. Whoever reads the minimum reads a rate that diverges.
#
# What does it say on the digits? Repeat the test with ten seeds. Three common readings are the rate at the minimum, a tenth of it, and the rate where the loss falls fastest. Take the middle one of the ten seeds for each reading, and train with it:

# %% [markdown] key="range-seen" lang="zh-TW" of="13fd19c3"
# 只有一個方向時，最低點就是門檻之前的最後一個學習率，測試是對的。有二十個方向時，最低點遠在門檻*之上*。陡峭的方向確實從虛線處開始增長，但它幾乎是從零長起的；在它長大的同時，平緩的方向還在把總損失往下拉。測試顯示爆炸的時間晚了。讀取最低點的人，讀到的是會發散的學習率。
#
# 在手寫數字上呢？用十個種子重複這個測試。常見的讀法有三種：最低點的學習率、它的十分之一，以及損失下降最快處的學習率。每種讀法取十個種子的中位數，拿來訓練：

# %% key="range-digits"
test = hp.lr_range_test(network, digits, first=1e-3, last=100, steps=200, seed=range(10))
minimum = np.median(test.at_minimum)
readings = [minimum / 10, np.median(test.at_steepest), minimum]
check = hp.train(network, digits, hp.SGD(lr=readings), batch_size=64, epochs=10, seed=range(5))

# %% key="range-digits-figure"
fig, ax = plt.subplots()
hp.figures.range_test(test, ax)
hp.show(fig, "Range tests on the digits, ten seeds: each falls, reaches a minimum, and rises steeply.")

# %% key="range-digits-numbers" tags=["nbval-ignore-output"]
for name, rate, accuracy in zip(["a tenth", "steepest", "minimum"], readings, check.test_accuracy):
    print(f"{name:<9} lr = {rate:<6.2g} test accuracy {accuracy.min():.0%} to {accuracy.max():.0%}")
low, high = test.at_minimum.min(), test.at_minimum.max()
print(f"minimum, seed by seed: {low:.2g} to {high:.2g}. Best rate of the 160 trainings: {best:.2g}")

# %% [markdown] key="range-verdict" lang="en"
# Compare with the sweep above: which reading would you have chosen? A tenth of the minimum gives accuracy away. The steepest point lands in the good range. The minimum itself does well on this network, but it moves with the seed by a factor of two, past the best rate and towards the cliff. On another network it may lie as far out as in the twenty directions.
#
# Use the test for what it costs: one run that tells you the **order of magnitude**. Then train at two or three rates below it, with more than one seed.

# %% [markdown] key="range-verdict" lang="zh-TW" of="82ff2533"
# 和上面的掃描比一比：你會選哪一種讀法？最低點的十分之一，白白讓出準確率；下降最快處落在好的範圍裡。最低點本身在這個網路上表現不錯，但它會隨種子變動兩倍之多，越過最好的學習率，往懸崖靠近。換一個網路，它可能和二十個方向時一樣偏得很遠。
#
# 這個測試花多少就用多少：一次執行，告訴你**數量級**。接著在比它低的地方挑兩三個學習率來訓練，而且不要只用一個種子。

# %% [markdown] key="boundary" lang="en"
# ## 7. One last look at the border
#
# On a parabola the border is a single number. Now put a small ripple on the parabola. The pictures show 60,000 descents each: the learning rate to the right, the starting point upwards, dark where the run converges, bright where it diverges (the brighter, the later). Each picture is a zoom into the one before.

# %% [markdown] key="boundary" lang="zh-TW" of="cfe956f1"
# ## 7. 再看界線最後一眼
#
# 在拋物線上，界線是一個數字。現在給拋物線加上一點漣漪。下面每張圖都是 60,000 次下降：橫軸是學習率，縱軸是起點；深色是收斂，亮色是發散（越亮表示越晚才發散）。每一張圖都是前一張的局部放大。

# %% key="boundary-figure"
zooms = [((0.2, 3), (0.05, 1.5)), ((0.593, 0.94), (0.305, 0.487)),
         ((0.656, 0.699), (0.3645, 0.3874)), ((0.692, 0.6973), (0.376, 0.3789))]  # fmt: skip
fig, axes = plt.subplots(2, 2, figsize=(8, 6.4), dpi=80)
for ax, (rate_window, start_window) in zip(axes.flat, zooms):
    rates, starts = np.linspace(*rate_window, 300), np.linspace(*start_window, 200)
    path = hp.descend(hp.Ripples(), hp.SGD(lr=rates), starts, steps=300, record=False)
    switches = np.abs(np.diff(path.diverged.astype(int), axis=0)).mean()
    print(f"zoom {2.8 / np.ptp(rates):6.0f}×: {switches:.0%} of neighbouring rates disagree")
    hp.figures.trainability(rates, starts, path.diverged_at, ax, limit=300)
hp.show(fig, "Four maps of converging and diverging runs, each a zoom into the last: no smooth border.")

# %% [markdown] key="boundary-seen" lang="en"
# Zooming in does not make the border smooth: the share of neighbours that disagree does not fall. The border is a **fractal** (Sohl-Dickstein 2024 found the same for networks). So nobody can tell you the largest rate to the third digit. Nobody needs to: keep a factor of two or three away from it.

# %% [markdown] key="boundary-seen" lang="zh-TW" of="4aee5de2"
# 放大並不會讓界線變得平滑：相鄰卻不一致的比例並沒有下降。這條界線是一個**碎形**（Sohl-Dickstein 2024 在神經網路上也發現同樣的現象）。所以沒有人能把最大的學習率告訴你到小數第三位，也沒有必要：離它兩三倍遠就好。

# %% [markdown] key="practice" lang="en"
# ## In practice
#
# - **PyTorch** spells today's rule `torch.optim.SGD(model.parameters(), lr=0.1)`; **Keras** spells it `keras.optimizers.SGD(learning_rate=0.1)`. Their defaults (0.001 and 0.01) know nothing of your problem.
# - A good rate belongs to a model, a loss, a batch size and an optimizer together. Change one of them and search again: Day 3 does it for the batch size, Day 5 for Adam.
# - Large models are trained close to the edge too, so they raise the rate slowly at first and lower it later. That is Day 2.
# - A loss that sits still at the level of guessing is no reason to wait. It may be dead: try a third of the rate.

# %% [markdown] key="practice" lang="zh-TW" of="a2af2e60"
# ## 實務上
#
# - 今天的規則，**PyTorch** 寫成 `torch.optim.SGD(model.parameters(), lr=0.1)`，**Keras** 寫成 `keras.optimizers.SGD(learning_rate=0.1)`。它們的預設值（0.001 與 0.01）對你的問題一無所知。
# - 好的學習率同時屬於模型、損失、批次大小與最佳化器。換掉其中一個就要重新找：第 3 天換批次大小，第 5 天換成 Adam。
# - 大型模型也是貼著邊緣訓練的，所以一開始慢慢提高學習率，後來再慢慢降低。那是第 2 天的內容。
# - 損失停在亂猜的程度一動也不動，就不要再等了。網路可能已經死掉，把學習率降到三分之一試試。

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - On a parabola a step multiplies the distance by $1 - \eta\lambda$. It converges exactly when $\eta < 2/\lambda_{\max}$, and the steepest direction decides for all.
# - Too small is slow, always. It is stuck only where it starts in the wrong valley; a larger step prefers flat valleys, not deep ones.
# - On a network, sweep by factors, with several seeds, and stay a factor of two or three below the cliff.
#
# **Next:** Day 2. One rate for the whole training is a compromise. What if it may change on the way?

# %% [markdown] key="recap" lang="zh-TW" of="32bc769f"
# ## 今天帶走的東西
#
# - 在拋物線上，每一步把距離乘上 $1 - \eta\lambda$。只有在 $\eta < 2/\lambda_{\max}$ 時才會收斂，由最陡的方向替大家決定。
# - 太小一定慢。只有從錯的谷出發時才會卡住；而大步伐偏好的是平的谷，不是深的谷。
# - 面對網路，以倍數掃描，多用幾個種子，並且離懸崖兩三倍遠。
#
# **下一站：** 第 2 天。整個訓練只用一個學習率，是一種妥協。如果它可以在途中改變呢？

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
# # Day 3 · Exercises: the batch size
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday3_exercises.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day3_exercises.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day3_exercises.ipynb) · [English](../en/day3_exercises.ipynb) · [繁體中文](../zh-TW/day3_exercises.ipynb)
#
# **You will do:** build the loop that every training runs on, from the mean of a batch to a whole epoch; measure what a published loop leaves out, and mend it; read a map of rates and batch sizes; predict the noise of a batch, and check the prediction by experiment.
#
# **You need:** [the lesson of Day 3](day3_batch_size.ipynb). About 30 minutes, 7 tasks, 9 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.

# %% [markdown] key="title" lang="zh-TW" of="b5d3b064"
# # 第 3 天 · 練習：批次大小
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday3_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day3_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day3_exercises.ipynb) · [English](../en/day3_exercises.ipynb) · [繁體中文](../zh-TW/day3_exercises.ipynb)
#
# **你會動手做**：寫出每一種訓練都要用的迴圈，從一批的平均到整個訓練週期；量出一個公開教材的迴圈漏掉了多少資料，再把它修好；讀一張學習率與批次大小的地圖；預測一批的雜訊有多大，再用實驗驗證。
#
# **你需要**：[第 3 天的課程](day3_batch_size.ipynb)。大約 30 分鐘，7 題，共 9 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
#
# **怎麼作答**：把每個 `...` 換成你自己的程式碼，執行那一格，再執行下面的檢查。檢查會馬上回答。答錯不扣分：它會告訴你，你的函式做了什麼，再試一次就好。提示是收合的，點一下就會展開。

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

# %% [markdown] key="mean-gradient" lang="en"
# ## 1. The gradient of a batch (1 point)
#
# A batch of $B$ examples gives $B$ gradients $g_1, \dots, g_B$. The gradient of the batch is their mean:
#
# $$g = \frac1B \sum_{i=1}^{B} g_i$$
#
# `per_example_grads` holds the $g_i$ along axis 0: row $i$ is the gradient of example $i$, with an entry for each weight. Return $g$, which has the shape of the weights.
#
# What would happen to the learning rate if you returned the sum?
#
# <details><summary>Hint</summary>
#
# Which axis goes away, and which one stays? Compare the shape of your result with that of one row.
#
# </details>

# %% [markdown] key="mean-gradient" lang="zh-TW" of="d547a3d0"
# ## 1. 一批的梯度（1 分）
#
# 一批有 $B$ 個樣本，就有 $B$ 個梯度 $g_1, \dots, g_B$。這一批的梯度，就是它們的平均：
#
# $$g = \frac1B \sum_{i=1}^{B} g_i$$
#
# `per_example_grads` 沿著第 0 軸放著這些 $g_i$：第 $i$ 列是第 $i$ 個樣本的梯度，每個權重一項。請傳回 $g$，形狀和權重一樣。
#
# 想一想：如果傳回的是總和，等於對學習率做了什麼？
#
# <details><summary>提示</summary>
#
# 哪一個軸會消失，哪一個會留下？拿結果的形狀和其中一列比一比。
#
# </details>


# %% key="mean-gradient-answer"
def mean_gradient(per_example_grads):
    ### BEGIN SOLUTION
    return np.mean(per_example_grads, axis=0)
    ### END SOLUTION


# %% key="mean-gradient-check" task="mean_gradient" points=1
hp.check("mean_gradient", mean_gradient)

# %% [markdown] key="unseen-share" lang="en"
# ## 2. What a published loop leaves out (1 point)
#
# Stanford's course [CS231n](https://cs231n.github.io) taught a generation to train networks. The training loop of its homework (`solver.py`) draws every batch anew from the whole training set, each example as if the ones before it had been put back. After $N/B$ batches of $B$, when it has drawn as many times as there are examples ($N$), it reports that an **epoch** is over.
#
# `drawn_epoch` below is our own, and does the same. Its labels `y` are the numbers of the examples, from 0 to 1,023, so that you can see who came. Let it run for one epoch, with batches of 32. Predict first: 32 × 32 is 1,024, so does every example come? Then answer with the **share of the examples that never came**, a number between 0 and 1, from your own count. It is drawn at random: 0.04 more or less does not matter.
#
# <details><summary>Hint</summary>
#
# Go through the batches with a `for` loop and collect their labels. A `set`, or `np.unique`, keeps only one of each. How many are missing?
#
# </details>

# %% [markdown] key="unseen-share" lang="zh-TW" of="86fcf7cb"
# ## 2. 一個公開的迴圈漏掉了什麼（1 分）
#
# 史丹佛的 [CS231n](https://cs231n.github.io) 這門課，教會了一整代人訓練網路。它作業裡的訓練迴圈（`solver.py`），每一批都重新從整個訓練集裡抽，每抽一個就像又放回去一樣。每批 $B$ 個，抽滿 $N/B$ 批，抽的次數剛好等於樣本總數 $N$，就算一個**訓練週期**結束。
#
# 下面的 `drawn_epoch` 是我們自己寫的，做的事一樣。它的標籤 `y` 就是樣本的編號，從 0 到 1,023，這樣看得出誰來過。每批 32 個，讓它跑完一個訓練週期。先預測：32 × 32 正好是 1,024，那麼每個樣本都會來嗎？然後自己數一數，回答**從來沒出現的樣本所占的比例**，一個 0 到 1 之間的數。抽樣是隨機的，差個 0.04 沒關係。
#
# <details><summary>提示</summary>
#
# 用 `for` 迴圈走過每一批，把標籤收集起來。`set` 或 `np.unique` 會讓重複的只留一個。少了幾個？
#
# </details>


# %% key="unseen-share-loop"
def drawn_epoch(X, y, batch_size, rng):
    for _ in range(len(X) // batch_size):
        chosen = rng.integers(0, len(X), batch_size)
        yield X[chosen], y[chosen]


X, y = np.zeros((1024, 3)), np.arange(1024)
rng = np.random.default_rng(3)
for _, labels in drawn_epoch(X, y, 4, rng):
    hp.say(f"the first batch of 4 holds the examples {labels}")
    break

# %% key="unseen-share-answer"
unseen_share = 1 - len({int(i) for _, yb in drawn_epoch(X, y, 32, rng) for i in yb}) / 1024  ### SOLUTION

# %% key="unseen-share-check" task="unseen_share" points=1
hp.check("unseen_share", unseen_share)

# %% [markdown] key="minibatches" lang="en"
# ## 3. Mend it (2 points)
#
# Write the loop of the lesson, in which an epoch deserves its name:
#
# - every example comes **exactly once**, in an order drawn anew at each call from the generator `rng`;
# - examples `X` and labels `y` stay in step, and the caller's own `X` and `y` are not changed;
# - all batches hold `batch_size` examples; only the last one may be smaller, and it is kept.
#
# Go through the batches with `yield Xb, yb`, as above, or return a list of such pairs.
#
# Where does the loop of task 2 break these rules? (It breaks two of them.)
#
# <details><summary>Hint</summary>
#
# `rng.permutation(n)` gives the numbers from 0 to n − 1 in a random order. Draw one order for the whole epoch, then cut it into pieces. A slice that reaches past the end is simply shorter.
#
# </details>

# %% [markdown] key="minibatches" lang="zh-TW" of="a70a2bb8"
# ## 3. 把它修好（2 分）
#
# 寫出課程裡的迴圈，讓訓練週期名副其實：
#
# - 每個樣本**恰好出現一次**，順序在每次呼叫時都從亂數產生器 `rng` 重新抽；
# - 樣本 `X` 和標籤 `y` 要對得上，而且呼叫者手上的 `X` 和 `y` 不能被改動；
# - 每一批都有 `batch_size` 個樣本；只有最後一批可以比較小，而且要留著。
#
# 可以像上面那樣，用 `yield Xb, yb` 一批一批交出去，也可以傳回由這種成對資料組成的串列。
#
# 想一想：第 2 題的迴圈，哪裡違反了這些規則？（它違反了兩條。）
#
# <details><summary>提示</summary>
#
# `rng.permutation(n)` 會把 0 到 n − 1 用隨機的順序排好。整個訓練週期只抽一次順序，再切成一段一段。切片超過結尾也沒關係，只會比較短。
#
# </details>


# %% key="minibatches-answer"
def minibatches(X, y, batch_size, rng):
    ### BEGIN SOLUTION
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        part = order[start : start + batch_size]
        yield X[part], y[part]
    ### END SOLUTION


# %% key="minibatches-check" task="minibatches" points=2 tags=["nbval-ignore-output"]
hp.check("minibatches", minibatches)

# %% [markdown] key="minibatches-use" lang="en"
# The same count for both loops, over five epochs. Are five epochs enough for the published loop to show the network everything?

# %% [markdown] key="minibatches-use" lang="zh-TW" of="adea8d13"
# 用兩個迴圈各跑五個訓練週期，同樣數一數。公開教材的那個迴圈，五個訓練週期夠讓網路看完全部的資料嗎？

# %% key="minibatches-count" tags=["nbval-ignore-output"]
if hp.check("minibatches", minibatches).passed:
    for name, loop in {"drawn": drawn_epoch, "yours": minibatches}.items():
        rng, left = np.random.default_rng(3), set(range(1024))
        for epoch in range(5):
            for _, labels in loop(X, y, 32, rng):
                left -= set(np.ravel(labels).tolist())
            hp.say(f"{name}: after epoch {epoch + 1} {len(left) / 1024:.1%} have never been seen")
else:
    hp.say("Your loop first.")

# %% [markdown] key="updates-per-epoch" lang="en"
# ## 4. How many updates? (1 point)
#
# Every batch of your loop makes one update. How many updates has an epoch with `n_examples` examples in batches of `batch_size`? Return a whole number.
#
# Try 10 examples in batches of 4 in your head first, then 12.
#
# <details><summary>Hint</summary>
#
# Full batches first, then what is left over: one more batch if there is anything, none if there is not. Rounding up does both.
#
# </details>

# %% [markdown] key="updates-per-epoch" lang="zh-TW" of="96389f6f"
# ## 4. 更新幾次？（1 分）
#
# 你的迴圈每交出一批，就更新一次。`n_examples` 個樣本，每批 `batch_size` 個，一個訓練週期會更新幾次？請傳回整數。
#
# 先心算看看：10 個樣本，每批 4 個；再換成 12 個。
#
# <details><summary>提示</summary>
#
# 先數完整的批次，再看剩下的：有剩就多一批，沒剩就不多。無條件進位剛好兩件事都做到。
#
# </details>


# %% key="updates-per-epoch-answer"
def updates_per_epoch(n_examples, batch_size):
    ### BEGIN SOLUTION
    return -(-n_examples // batch_size)
    ### END SOLUTION


# %% key="updates-per-epoch-check" task="updates_per_epoch" points=1
hp.check("updates_per_epoch", updates_per_epoch)

# %% [markdown] key="rate-for-large-batch" lang="en"
# ## 5. Read the map (1 point)
#
# The digits network again, trained with SGD for four epochs: seven learning rates, four batch sizes, two seeds. The numbers are the training loss at the end; dark is low.
#
# Somebody trains with batch size 16 and learning rate 0.0312 (that is 1/32), and wants to change to batch size 128. An epoch then has an eighth of the updates. With which learning rate of the map does the training end at **the same loss** after four epochs? Predict it with the rule of the lesson, then read it off.

# %% [markdown] key="rate-for-large-batch" lang="zh-TW" of="1e2ee387"
# ## 5. 讀地圖（1 分）
#
# 又是辨識手寫數字的網路，用 SGD 訓練四個訓練週期：七個學習率、四種批次大小、兩個種子。圖上的數字是最後的訓練損失，顏色越深，損失越低。
#
# 有個人用批次大小 16、學習率 0.0312（也就是 1/32）訓練，現在想改成批次大小 128。這樣一來，一個訓練週期的更新次數只剩八分之一。地圖上的哪個學習率，能讓四個訓練週期之後的損失**維持一樣**？先用課程裡的規則預測，再從圖上讀出來。

# %% key="rate-for-large-batch-map" tags=["nbval-ignore-output"]
rates, sizes = 2.0 ** np.arange(-6, 1), [16, 32, 64, 128]
network, digits = hp.MLP((64, 32, 10)), hp.digits()
sweep = hp.train(network, digits, hp.SGD(lr=rates), batch_size=sizes, epochs=4, seed=range(2))
fig, ax = plt.subplots(figsize=(6, 4))
hp.figures.batch_map(rates, sizes, sweep.train_loss.mean(axis=2), ax)
hp.show(fig, "day3-rate-for-large-batch-map")

# %% [markdown] key="rate-for-large-batch-ask" lang="en"
# <details><summary>Hint</summary>
#
# Find the starting place, and go up the diagonal: one column to the right is twice the batch. How many columns is it to 128? Check that the numbers on your way stay nearly the same.
#
# </details>

# %% [markdown] key="rate-for-large-batch-ask" lang="zh-TW" of="0483dbfc"
# <details><summary>提示</summary>
#
# 先找到起點，再沿著對角線往右上走：往右一格，批次加倍。走到 128 要幾格？看看沿路的數字是不是差不多。
#
# </details>

# %% key="rate-for-large-batch-answer"
rate_for_large_batch = 1 / 4  ### SOLUTION

# %% key="rate-for-large-batch-check" task="rate_for_large_batch" points=1
hp.check("rate_for_large_batch", rate_for_large_batch)

# %% [markdown] key="gradient-noise" lang="en"
# ## 6. Predict the noise (1 point)
#
# Draw $B$ of $N$ examples **without replacement**, as your loop does, and take the mean of their gradients. How far does this mean scatter about the gradient of all? The lesson gave its variance:
#
# $$\operatorname{Var}(g_B) = \frac{S^2}{B}\cdot\frac{N-B}{N-1}$$
#
# `n_examples` is $N$, `batch_size` is $B$, and `variance` is $S^2$, the variance of the single examples' gradients: their mean squared distance from the mean of all, divided by $N$ and not by $N - 1$. Return the variance of the batch's mean.
#
# What should come out for $B = 1$, and what for $B = N$?
#
# <details><summary>Hint</summary>
#
# Two factors: one for averaging, one for not drawing anything twice. Test your line with the two batch sizes of the question.
#
# </details>

# %% [markdown] key="gradient-noise" lang="zh-TW" of="49f4f7d5"
# ## 6. 預測雜訊（1 分）
#
# 像你的迴圈那樣，從 $N$ 個樣本裡**取後不放回**地抽出 $B$ 個，再取梯度的平均。這個平均會在全部樣本的梯度附近散開多遠？課程給過它的變異數：
#
# $$\operatorname{Var}(g_B) = \frac{S^2}{B}\cdot\frac{N-B}{N-1}$$
#
# `n_examples` 是 $N$，`batch_size` 是 $B$，`variance` 是 $S^2$，也就是單一樣本梯度的變異數：和全部的平均相差多少，平方之後取平均，除以的是 $N$，不是 $N - 1$。請傳回一批的平均的變異數。
#
# 想一想：$B = 1$ 時應該得到什麼？$B = N$ 時呢？
#
# <details><summary>提示</summary>
#
# 兩個因子：一個來自取平均，一個來自不重複抽。寫好之後，用問題裡的那兩種批次大小試試看。
#
# </details>


# %% key="gradient-noise-answer"
def gradient_noise(n_examples, batch_size, variance):
    ### BEGIN SOLUTION
    return variance / batch_size * (n_examples - batch_size) / (n_examples - 1)
    ### END SOLUTION


# %% key="gradient-noise-check" task="gradient_noise" points=1
hp.check("gradient_noise", gradient_noise)

# %% [markdown] key="precise-batch-size" lang="en"
# ## 7. A tenth of the error (2 points)
#
# Now let your three functions meet. There are 200 examples, and the gradients of single ones scatter with a variance of 1. The two cells below cut them into batches with your `minibatches`, average each batch with your `mean_gradient`, and compare the variance of these means with your `gradient_noise`. Do the dots lie on your line? The dotted line is what it would be **with** replacement, as in task 2.
#
# What is the **smallest** batch size whose mean has a typical error of at most **one tenth** of a single example's? The typical error is the standard deviation, the square root of the variance.
#
# Guess first: ten examples? A hundred? Then compute it.
#
# <details><summary>Hint</summary>
#
# Which variance belongs to an error of one tenth? Then let a loop go through the batch sizes from 1 to 200 and ask your `gradient_noise`; the figure tells you roughly what to expect.
#
# </details>

# %% [markdown] key="precise-batch-size" lang="zh-TW" of="454e6c02"
# ## 7. 誤差只剩十分之一（2 分）
#
# 現在讓你寫的三個函式一起上場。有 200 個樣本，單一樣本的梯度，變異數是 1。下面兩格用你的 `minibatches` 把它們切成一批一批，用你的 `mean_gradient` 把每一批取平均，再拿這些平均的變異數和你的 `gradient_noise` 比較。圓點都落在你的線上嗎？點線是**放回**抽樣的結果，也就是第 2 題的抽法。
#
# 要讓一批的平均，典型誤差最多只有單一樣本的**十分之一**，批次大小**最小**是多少？典型誤差就是標準差，也就是變異數的平方根。
#
# 先猜猜看：十個？一百個？再算出來。
#
# <details><summary>提示</summary>
#
# 誤差是十分之一，變異數該是多少？再用迴圈把批次大小從 1 試到 200，問問你的 `gradient_noise`；大概會是多少，圖上看得出來。
#
# </details>


# %% key="precise-batch-size-measure"
def measured_noise(size):
    squares = []
    for _ in range(5 * size):  # 1,000 batches, whatever their size
        batches = minibatches(grads, np.arange(200), size, rng)
        squares += [mean_gradient(batch)[0] ** 2 for batch, _ in batches]
    return np.mean(squares)


rng = np.random.default_rng(0)
grads = rng.normal(size=(200, 1))
grads = (grads - grads.mean()) / grads.std()  # mean 0, variance 1

# %% key="precise-batch-size-figure" tags=["nbval-ignore-output"]
mine = {"minibatches": minibatches, "mean_gradient": mean_gradient, "gradient_noise": gradient_noise}
if all(hp.check(name, function).passed for name, function in mine.items()):
    cuts, every = [1, 2, 5, 10, 20, 40, 50, 100], range(1, 200)  # these cut 200 without a rest
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.loglog(every, [gradient_noise(200, B, 1.0) for B in every], label="your gradient_noise")
    ax.loglog(every, [1 / B for B in every], ":", color="gray", label="with replacement")
    ax.loglog(cuts, [measured_noise(B) for B in cuts], "o", color="black", label="measured")
    ax.set(xlabel="batch size $B$", ylabel="variance of the mean", ylim=(1e-4, 2))
    ax.legend()
    hp.show(fig, "day3-precise-batch-size")
else:
    hp.say("Tasks 1, 3 and 6 first: this cell needs your three functions.")

# %% key="precise-batch-size-answer"
precise_batch_size = min(B for B in range(1, 201) if gradient_noise(200, B, 1.0) <= 0.1**2)  ### SOLUTION

# %% key="precise-batch-size-check" task="precise_batch_size" points=2
hp.check("precise_batch_size", precise_batch_size)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You have written the loop that feeds every training, and you know how to test whether an epoch is one. You can say before a training how noisy its gradient will be, and by how much the learning rate must grow with the batch.
#
# Next: [Day 4, SGD and momentum](day4_sgd_and_momentum.ipynb).

# %% [markdown] key="end" lang="zh-TW" of="f59a0cd2"
# ## 完成
#
# 每一種訓練都要靠的迴圈，你已經會寫，也知道怎樣檢驗一個訓練週期是不是名副其實。訓練還沒開始，你就能說出梯度的雜訊會有多大，也知道批次變大時，學習率該跟著放大多少。
#
# 接下來：[第 4 天，SGD 與動量](day4_sgd_and_momentum.ipynb)。

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
# **You will do:** build the loop of mini-batch training, from the mean of a batch to a whole epoch; measure what a published loop leaves out, and mend it; read a map of rates and batch sizes; predict the noise of a batch, and check the prediction by experiment; estimate from two batch sizes beyond which size more examples help little; and, in the last task, spend a budget as well as you can.
#
# **You need:** [the lesson of Day 3](day3_batch_size.ipynb). About 60 minutes, 9 tasks, 14 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.

# %% [markdown] key="title" lang="zh-TW" of="b683b3b8"
# # 第 3 天 · 練習：批次大小
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday3_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day3_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day3_exercises.ipynb) · [English](../en/day3_exercises.ipynb) · [繁體中文](../zh-TW/day3_exercises.ipynb)
#
# **你會動手做**：寫出小批次訓練的迴圈，從一批的平均到整個訓練週期；量出一個公開教材的迴圈漏掉了多少資料，再把它修好；讀一張學習率與批次大小的地圖；預測一批的雜訊有多大，再用實驗驗證；用兩種批次大小，估出樣本多到什麼程度，再多也沒多大幫助；最後一題，把一筆預算花在刀口上。
#
# **你需要**：[第 3 天的課程](day3_batch_size.ipynb)。大約 60 分鐘，9 題，共 14 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
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

# %% key="language" tags=["language"]
hp.use_language("en")
hp.use_style()

# %% [markdown] key="mean-gradient" lang="en"
# ## 1. The gradient of a batch (1 point)
#
# The loss of a batch is the mean of its examples' losses. Each example alone has a gradient of its own. What is the gradient of the batch's loss?
#
# `per_example_grads` holds the single gradients along axis 0: row $i$ is that of example $i$, with an entry for each weight. Return the batch's gradient, which has the shape of the weights.
#
# What would happen to the learning rate if you returned the sum?
#
# <details><summary>Hint</summary>
#
# Which axis goes away, and which one stays? Compare the shape of your result with that of one row.
#
# </details>

# %% [markdown] key="mean-gradient" lang="zh-TW" of="92a4de38"
# ## 1. 一批的梯度（1 分）
#
# 一批的損失，是其中各個樣本損失的平均。每個樣本單獨來看，各有自己的梯度。那麼，這一批的損失，梯度是多少？
#
# `per_example_grads` 沿著第 0 軸放著各個樣本的梯度：第 $i$ 列屬於第 $i$ 個樣本，每個權重一項。請傳回這一批的梯度，形狀和權重一樣。
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
# Stanford's well-known course [CS231n](https://cs231n.github.io) teaches how to train networks. The training loop of its homework (`solver.py`) draws every batch anew from the whole training set, each example as if the ones before it had been put back. After $N/B$ batches of $B$, when it has drawn as many times as there are examples ($N$), it reports that an **epoch** is over.
#
# `drawn_epoch` below is our own, and does the same. Its labels `y` are the numbers of the examples, from 0 to 1,023, so that you can see who came. Let it run for one epoch, with batches of 32. Predict first: 32 × 32 is 1,024, so does every example come? Then answer with the **share of the examples that never came**, a number between 0 and 1, from your own count. It is drawn at random: 0.04 more or less does not matter.
#
# <details><summary>Hint</summary>
#
# Go through the batches with a `for` loop and collect their labels. A `set`, or `np.unique`, keeps only one of each. How many are missing?
#
# </details>

# %% [markdown] key="unseen-share" lang="zh-TW" of="298dfd7b"
# ## 2. 一個公開的迴圈漏掉了什麼（1 分）
#
# 史丹佛有名的課程 [CS231n](https://cs231n.github.io)，教人訓練網路。它作業裡的訓練迴圈（`solver.py`），每一批都重新從整個訓練集裡抽，每抽一個，都當作之前抽的已經放回去。每批 $B$ 個，抽滿 $N/B$ 批，抽的次數剛好等於樣本總數 $N$，就算一個**訓練週期**結束。
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


n = 1024
X, y = np.zeros((n, 3)), np.arange(n)
rng = np.random.default_rng(3)
for _, labels in drawn_epoch(X, y, 4, rng):
    hp.say(f"the first batch of {len(labels)} holds the examples {labels}")
    break

# %% bind="unseen-share"
says("from 0 to 1,023,", "從 0 到 1,023", (y.min(), y.max()) == (0, 1023))
says("32 × 32 is 1,024", "32 × 32 正好是 1,024", 32 * 32 == n == len(X))
free("0.04 more or less", "差個 0.04", "what the check allows")

# %% key="unseen-share-answer"
### BEGIN SOLUTION
seen = {int(i) for _, labels in drawn_epoch(X, y, 32, rng) for i in labels}
### END SOLUTION
unseen_share = 1 - len(seen) / n  ### SOLUTION

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
# - 每個樣本**恰好出現一次**，每次呼叫都用亂數產生器 `rng` 重新抽順序；
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


# %% bind="minibatches"
free(
    "only the last one may be smaller",
    "最後一批可以比較小",
    "what the function has to do",
)
free("simply shorter", "比較短", "how Python slices")


# %% key="minibatches-check" task="minibatches" points=2 tags=["nbval-ignore-output"]
hp.check("minibatches", minibatches)

# %% [markdown] key="minibatches-use" lang="en"
# The same count for both loops, over five epochs. Are five epochs enough for the published loop to show the network everything?

# %% [markdown] key="minibatches-use" lang="zh-TW" of="adea8d13"
# 用兩個迴圈各跑五個訓練週期，同樣數一數。公開教材的那個迴圈，五個訓練週期夠讓網路看完全部的資料嗎？

# %% key="minibatches-count" tags=["nbval-ignore-output"]
if hp.check("minibatches", minibatches).passed:
    for name, loop in {"drawn": drawn_epoch, "yours": minibatches}.items():
        batch_size = 32  # as in task 2
        rng, left = np.random.default_rng(3), set(range(len(y)))
        for epoch in range(1, 6):
            for _, labels in loop(X, y, batch_size, rng):
                left -= set(np.ravel(labels).tolist())
            share = len(left) / len(y)
            hp.say(f"{name}: after epoch {epoch} {share:.1%} have never been seen")
else:
    hp.say("Your loop first.")

# %% bind="minibatches-use"
says("over five epochs", "各跑五個訓練週期", epoch == 5)
says("Are five epochs enough", "五個訓練週期夠", epoch == 5)
says("The same count for both loops", "同樣數一數", batch_size == 32 and len(X) == 1024)

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


# %% bind="updates-per-epoch"
free(
    "Try 10 examples in batches of 4 in your head first, then 12",
    "10 個樣本，每批 4 個；再換成 12 個",
    "examples",
)
free("none if there is not", "", "the hint")


# %% key="updates-per-epoch-check" task="updates_per_epoch" points=1
hp.check("updates_per_epoch", updates_per_epoch)

# %% [markdown] key="rate-for-large-batch" lang="en"
# ## 5. Read the map (1 point)
#
# The digits network again, trained with SGD for four epochs: seven learning rates, four batch sizes, two seeds. The numbers are the training loss at the end; dark is low.
#
# Somebody trains with batch size 16 and learning rate 0.0312 (that is 1/32), and wants to change to batch size 128. An epoch then has an eighth of the updates. With which learning rate of the map does the training end at **the same loss** after four epochs? Predict it with the rule of the lesson, then read it off. Give two answers, with a comma between them: the rate, and the loss that stands at both places.

# %% [markdown] key="rate-for-large-batch" lang="zh-TW" of="6b459b8a"
# ## 5. 讀地圖（1 分）
#
# 又是辨識手寫數字的網路，用 SGD 訓練四個訓練週期：七個學習率、四種批次大小、兩個種子。圖上的數字是最後的訓練損失，顏色越深，損失越低。
#
# 有個人用批次大小 16、學習率 0.0312（也就是 1/32）訓練，現在想改成批次大小 128。這樣一來，一個訓練週期的更新次數只剩八分之一。地圖上的哪個學習率，能讓四個訓練週期之後的損失**維持一樣**？先用課程裡的規則預測，再從圖上讀出來。請回答兩項，中間用逗號隔開：學習率，以及圖上這兩個地方共同的損失。

# %% key="rate-for-large-batch-map" tags=["nbval-ignore-output"]
rates, sizes = 2.0 ** np.arange(-6, 1), [16, 32, 64, 128]
network, digits = hp.MLP((64, 32, 10)), hp.digits()
setting = {"batch_size": sizes, "epochs": 4, "seed": range(2)}
sweep = hp.train(network, digits, hp.SGD(lr=rates), **setting)
fig, ax = plt.subplots(figsize=(6, 4))
hp.figures.batch_map(rates, sizes, sweep.train_loss.mean(axis=2), ax)
hp.show(fig, "day3-rate-for-large-batch-map")

# %% bind="rate-for-large-batch-ask"
says(
    "one column to the right is twice the batch",
    "往右一格，批次加倍",
    np.ptp(np.log2(np.divide(sizes[1:], sizes[:-1])) - 1) == 0
    and sizes[1] == 2 * sizes[0],
)

# %% bind="rate-for-large-batch"
says(
    "seven learning rates, four batch sizes, two seeds",
    "七個學習率、四種批次大小、兩個種子",
    sweep.train_loss.shape == (7, 4, 2),
)
says("trained with SGD for four epochs", "訓練四個訓練週期", setting["epochs"] == 4)
says("after four epochs", "能讓四個訓練週期", setting["epochs"] == 4)
says("with batch size 16", "批次大小 16、", sizes[0] == 16)
says("(that is 1/32)", "（也就是 1/32）", rates[1] == 1 / 32)
says("change to batch size 128", "批次大小 128", sizes[-1] == 128)
says("learning rate 0.0312", "學習率 0.0312", abs(rates[1] - 0.0312) < 1e-4)
says(
    "An epoch then has an eighth of the updates",
    "更新次數只剩八分之一",
    sizes[-1] == 8 * sizes[0],
)

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
rate_for_large_batch = 0.25, 0.66  ### SOLUTION

# %% key="rate-for-large-batch-check" task="rate_for_large_batch" points=1
hp.check("rate_for_large_batch", rate_for_large_batch)

# %% [markdown] key="gradient-noise" lang="en"
# ## 6. Predict the noise (1 point)
#
# Draw $B$ of $N$ examples and take the mean of their gradients. How far does it scatter about the gradient of all? If each example were put back, its variance would be $S^2/B$. But your loop draws **without replacement**, and that multiplies this variance by a factor that falls with $B$ in a **straight line**.
#
# Find the line from its two ends. For $B = 1$ nothing could be drawn twice anyway. For $B = N$ the batch is everything.
#
# `n_examples` is $N$, `batch_size` is $B$, and `variance` is $S^2$, the variance of the single examples' gradients: their mean squared distance from the mean of all, divided by $N$ and not by $N - 1$. Return the variance of the batch's mean.
#
# <details><summary>Hint</summary>
#
# What does the factor have to be at each of the two ends? Which fraction with $B$ in its numerator is so? Test your line with both.
#
# </details>

# %% [markdown] key="gradient-noise" lang="zh-TW" of="f147163a"
# ## 6. 預測雜訊（1 分）
#
# 從 $N$ 個樣本裡抽出 $B$ 個，再取梯度的平均。這個平均會在全部樣本的平均梯度附近散開多遠？如果每抽一個就放回去，變異數會是 $S^2/B$。可是你的迴圈是**取後不放回**，所以這個變異數還要乘上一個因子；因子隨 $B$ 沿著**一條直線**下降。
#
# 請從兩端找出這條直線。$B = 1$ 時，本來就不可能重複抽到。$B = N$ 時，一批就是全部。
#
# `n_examples` 是 $N$，`batch_size` 是 $B$，`variance` 是 $S^2$，也就是單一樣本梯度的變異數：各和全部的平均相差多少，平方之後取平均（除以 $N$，不是 $N - 1$）。請傳回一批的平均的變異數。
#
# <details><summary>提示</summary>
#
# 在兩端，這個因子各應該是多少？哪一個分數，$B$ 在分子裡，在兩端又剛好是這兩個值？寫好之後，用這兩種批次大小試試看。
#
# </details>


# %% key="gradient-noise-answer"
def gradient_noise(n_examples, batch_size, variance):
    ### BEGIN SOLUTION
    return variance / batch_size * (n_examples - batch_size) / (n_examples - 1)
    ### END SOLUTION


# %% bind="gradient-noise"
free("nothing could be drawn twice anyway", "", "a batch of one")


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
    for _ in range(5 * size):  # as many batches, whatever their size
        batches = minibatches(grads, np.arange(n), size, rng)
        squares += [mean_gradient(batch)[0] ** 2 for batch, _ in batches]
    return np.mean(squares)


rng, n = np.random.default_rng(0), 200
grads = rng.normal(size=(n, 1))
grads = (grads - grads.mean()) / grads.std()  # mean 0, variance 1

# %% key="precise-batch-size-figure" tags=["nbval-ignore-output"]
mine = [minibatches, mean_gradient, gradient_noise]
if all(hp.check(function.__name__, function).passed for function in mine):
    every = range(1, n)
    cuts = [B for B in every if n % B == 0]  # they cut the examples evenly
    noise = [gradient_noise(n, B, 1.0) for B in every]
    measured = [measured_noise(B) for B in cuts]
    fig, ax = plt.subplots(figsize=(7, 3.4))
    ax.loglog(every, noise, label="your gradient_noise")
    ax.loglog(every, 1 / np.array(every), ":", color="gray", label="with replacement")
    ax.loglog(cuts, measured, "o", color="black", label="measured")
    ax.set(xlabel="batch size $B$", ylabel="variance of the mean", ylim=(1e-4, 2))
    ax.legend()
    hp.show(fig, "day3-precise-batch-size")
else:
    hp.say("Tasks 1, 3 and 6 first: this cell needs your three functions.")

# %% key="precise-batch-size-answer"
### BEGIN SOLUTION
precise = [B for B in range(1, n + 1) if gradient_noise(n, B, 1.0) <= 0.1**2]
### END SOLUTION
precise_batch_size = min(precise)  ### SOLUTION

# %% bind="precise-batch-size"
free("A tenth of the error", "誤差只剩十分之一", "the task")
says("There are 200 examples", "有 200 個樣本", len(grads) == n == 200)
says("with a variance of 1", "變異數是 1。", np.isclose(grads.var(), 1))
says("the batch sizes from 1 to 200", "批次大小從 1 試到 200", n == 200)
dotted = next(line for line in ax.lines if line.get_linestyle() == ":")
says(
    "The dotted line is what it would be **with** replacement",
    "點線是**放回**抽樣的結果",
    np.allclose(dotted.get_ydata() * dotted.get_xdata(), grads.var()),
)
says("Do the dots lie on your line", "圓點都落在你的線上嗎", len(measured) == len(cuts))
free("ten examples? A hundred", "十個？一百個", "guesses")
free("your three functions", "三個函式", "those of tasks 1, 3 and 6")
free("at most **one tenth** of", "只有單一樣本的**十分之一**", "the task")
free("an error of one tenth", "誤差是十分之一，", "the task")

# %% key="precise-batch-size-check" task="precise_batch_size" points=2
hp.check("precise_batch_size", precise_batch_size)

# %% [markdown] key="noise-scale" lang="en"
# ## 8. Two batch sizes tell (2 points)
#
# How many examples should a batch have before more of them help little? The **noise scale** of the lesson gives a rough answer: the noise of a single example's gradient, $\operatorname{tr}\Sigma$, divided by the squared length of the full gradient, $|G|^2$. Neither of them can be seen in the gradient $g_B$ of one batch. But on average its squared length holds both, in a mixture that depends on the batch size (McCandlish et al. 2018; $N$ is large here, so that drawing with or without replacement is the same):
#
# $$\operatorname{E}|g_B|^2 = |G|^2 + \frac{\operatorname{tr}\Sigma}{B}$$
#
# Two batch sizes are two equations with two unknowns. Solve them, and return $\operatorname{tr}\Sigma/|G|^2$.
#
# `small` and `large` are the two batch sizes. `small_grads` holds the gradients of several batches of size `small`, one in each row, with an entry for each weight; `large_grads` those of size `large`. The mean over the batches stands for $\operatorname{E}$. One batch alone scatters widely, so average first and divide at the very end.
#
# <details><summary>Hint</summary>
#
# First the squared length of each row, then the mean over the rows: one number for each batch size. Take one equation away from the other: what is left, and what is gone?
#
# </details>

# %% [markdown] key="noise-scale" lang="zh-TW" of="98688fd3"
# ## 8. 兩種批次大小就夠了（2 分）
#
# 一批要有多少個樣本，再多就沒多大幫助？課程裡的**雜訊尺度**給了粗略的答案：單一樣本梯度的雜訊 $\operatorname{tr}\Sigma$，除以全批次梯度長度的平方 $|G|^2$。這兩個數，單看一批的梯度 $g_B$ 都看不出來。可是平均來說，它長度的平方裡兩者都有，各占多少則取決於批次大小（McCandlish 等人，2018；這裡的 $N$ 很大，抽樣放不放回沒有差別）：
#
# $$\operatorname{E}|g_B|^2 = |G|^2 + \frac{\operatorname{tr}\Sigma}{B}$$
#
# 兩種批次大小，就是兩個方程式、兩個未知數。請解出來，傳回 $\operatorname{tr}\Sigma/|G|^2$。
#
# `small` 和 `large` 是兩種批次大小。`small_grads` 放著好幾批的梯度，每批 `small` 個樣本，一批一列，每個權重一項；`large_grads` 則是每批 `large` 個樣本的。$\operatorname{E}$ 用各批的平均來代替。單獨一批的起伏很大，所以要先取平均，到最後才相除。
#
# <details><summary>提示</summary>
#
# 先算每一列長度的平方，再對各列取平均：每種批次大小各得到一個數。把兩個方程式相減：剩下什麼，什麼不見了？
#
# </details>


# %% key="noise-scale-answer"
def noise_scale(small, small_grads, large, large_grads):
    ### BEGIN SOLUTION
    b, B = (np.mean(np.sum(np.square(g), axis=1)) for g in (small_grads, large_grads))
    noise = (b - B) / (1 / small - 1 / large)
    return noise / (B - noise / large)
    ### END SOLUTION


# %% key="noise-scale-check" task="noise_scale" points=2
hp.check("noise_scale", noise_scale)

# %% [markdown] key="noise-scale-use" lang="en"
# Your function measures the digits network, from batches of 8 and of 256, at the start and along a training. Far below the noise scale, twice the batch saves nearly half of the updates; far above it, nearly none. Does it stay where it was?

# %% [markdown] key="noise-scale-use" lang="zh-TW" of="77d3d412"
# 現在用你的函式量一量辨識手寫數字的網路，用的是 8 個一批和 256 個一批：起點量一次，訓練途中再量幾次。批次遠小於雜訊尺度時，批次加倍，更新次數可以省下將近一半；遠大於它的時候，幾乎省不了。這個尺度會一直不變嗎？


# %% key="noise-scale-measure" tags=["nbval-ignore-output"]
def batch_gradients(w, size, count=200):
    X, y = digits.X_train, digits.y_train
    chosen = rng.integers(0, len(X), (count, size))
    return np.stack([network.gradient(w, X[batch], y[batch]) for batch in chosen])


rng, few, many = np.random.default_rng(8), 8, 256
if hp.check("noise_scale", noise_scale).passed:
    for updates in [1, 30, 100, 400]:
        w = hp.train(network, digits, hp.SGD(0.3), updates=updates, seed=1).weights
        gradients = batch_gradients(w, few), batch_gradients(w, many)
        B = noise_scale(few, gradients[0], many, gradients[1])
        hp.say(f"after {updates} updates the noise scale is about {B:.0f}")
else:
    hp.say("Your function first.")

# %% bind="noise-scale-use"
says(
    "from batches of 8 and of 256,",
    "用的是 8 個一批和 256 個一批",
    (few, many) == (8, 256),
)
free(
    "twice the batch saves ... nearly none",
    "批次加倍 ... 幾乎省不了",
    "what the theory of the lesson says",
)

# %% [markdown] key="budget-plan" lang="en"
# ## 9. Spend it well (3 points)
#
# An open task. On some machine, to start an update costs as much as 100 examples, and every example of the batch costs one more: an update costs $100 + B$. You have **60,000**, which buys $60000/(100 + B)$ updates of the digits network, with SGD at a constant rate. Choose the batch size $B$ and the rate. What counts is the training loss when the budget is spent. Your choice is tried with 20 seeds that are not shown, always the same ones, and passes when at least **18 of the 20** end at **0.08 or lower**.
#
# You have **40 trainings** to find out; a training is one seed. A few hundred would find it blindly. Before you spend one, think: what does a batch of 1 buy, and what does a batch of 1,000? And where, according to the lesson, is the best rate of a batch size?
#
# <details><summary>Hint</summary>
#
# One at a time goes astray: each batch size wants its own rate. Begin with two or three batch sizes that are far apart, and tune the rate of each by factors of 2 with one seed or two. Only finalists get more seeds.
#
# </details>

# %% [markdown] key="budget-plan" lang="zh-TW" of="c45230ae"
# ## 9. 把錢花在刀口上（3 分）
#
# 這是一道開放題。在某一台電腦上，啟動一次更新的花費，相當於 100 個樣本；批次裡每個樣本再多花 1，所以更新一次要花 $100 + B$。你的預算是 **60,000**，可以讓辨識手寫數字的網路更新 $60000/(100 + B)$ 次，用的是 SGD 和固定的學習率。請選定批次大小 $B$ 和學習率。比的是預算用完時的訓練損失。我們會用 20 個沒有公開的種子（每次都是同一組）來試你的選擇，只要 20 個裡至少有 **18 個**的損失在 **0.08 以下**，就算通過。
#
# 你有 **40 次訓練**可以用來摸索，一個種子算一次。亂試幾百次也找得到，但在用掉任何一次之前，先想一想：每批 1 個樣本，這筆預算買得到什麼？每批 1,000 個呢？還有，照課程裡說的，一種批次大小最好的學習率會落在哪裡？
#
# <details><summary>提示</summary>
#
# 一次只調一個會走偏：每種批次大小都要配自己的學習率。先挑兩三種相差很遠的批次大小，學習率每次調成 2 倍或一半，只用一兩個種子。進入決選的，才多用幾個種子。
#
# </details>

# %% key="budget-plan-trial"
trainings, budget, worth, to_start = 0, 40, 60_000, 100


def trial(batch_size, lr, seeds=range(2)):
    global trainings
    trainings += len(seeds)
    setting = {"updates": worth // (to_start + batch_size), "seed": seeds}
    run = hp.train(network, digits, hp.SGD(lr), batch_size=batch_size, **setting)
    mean, highest = run.train_loss.mean(), run.train_loss.max()
    hp.say(f"{trainings} of {budget} trainings: mean {mean:.3f}, highest {highest:.3f}")


# %% key="budget-plan-try" tags=["nbval-ignore-output"]
trial(16, 0.1)  # your choices

# %% key="budget-plan-answer"
budget_plan = 64, 0.8  ### SOLUTION

# %% bind="end"
free("where larger ones stop paying", "", "a summary")

# %% bind="budget-plan"
from hpcourse.checks.tasks import day3

contest = day3.BUDGET_PLAN
says(
    "costs as much as 100 examples", "相當於 100 個樣本", day3.START == to_start == 100
)
says("You have **60,000**", "你的預算是 **60,000**", day3.BUDGET == worth == 60_000)
says("with 20 seeds that are not shown", "20 個沒有公開的種子", len(day3.HIDDEN) == 20)
says(
    "**18 of the 20** end at **0.08 or lower**",
    "20 個裡至少有 **18 個**的損失在 **0.08 以下**",
    (contest.enough, contest.target) == (18, 0.08),
)
says("**40 trainings**", "**40 次訓練**", budget == 40)
free("A few hundred would find it blindly", "亂試幾百次", "a manner of speaking")
free("a batch of 1,000", "每批 1,000 個", "the question")
free(
    "two or three batch sizes ... finalists",
    "兩三種相差很遠的批次大小 ... 進入決選",
    "the hint",
)

# %% key="budget-plan-check" task="budget_plan" points=3 tags=["nbval-ignore-output"]
hp.check("budget_plan", budget_plan)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You have written the loop that feeds mini-batch training, and you know how to test whether an epoch is one. From the scatter of single examples you can say how noisy a batch will be, and you know by how much SGD's learning rate, well below the cliff, has to grow with the batch to keep the run as it is. Two batch sizes are enough for you to estimate roughly where larger ones stop paying, and you have chosen batch size and rate together, for a price.
#
# Next: [Day 4, SGD and momentum](day4_sgd_and_momentum.ipynb).

# %% [markdown] key="end" lang="zh-TW" of="abb5fae1"
# ## 完成
#
# 小批次訓練要靠的迴圈，你已經會寫，也知道怎樣檢驗一個訓練週期是不是名副其實。知道單一樣本的梯度散得多開，你就能說出一批的雜訊有多大；你也知道批次變大時，SGD 的學習率要跟著放大多少，訓練過程才不變（離懸崖還遠的時候）。只要量兩種批次大小，你就能大致估出批次多大之後就不划算；你也照著一張價目表，把批次大小和學習率一起選定了。
#
# 接下來：[第 4 天，SGD 與動量](day4_sgd_and_momentum.ipynb)。

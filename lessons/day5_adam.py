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
# # Day 5 · Adam: one step size per weight?
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday5_adam.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day5_adam.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day5_adam.ipynb) · [English](../en/day5_adam.ipynb) · [繁體中文](../zh-TW/day5_adam.ipynb)
#
# **You will do:** spoil a training by changing the units of its inputs, and build the remedy; watch $m$, $v$, $\hat m$ and $\hat v$ at work; turn a ravine until Adam loses its advantage; send Adam the wrong way.
#
# **You will learn:** what AdaGrad, RMSProp and Adam do; why Adam corrects its averages; what $\epsilon$ and weight decay really do; and how much of Adam's fame survives when every optimizer gets its own best rate.
#
# **You need:** Days 1, 3 and 4 (learning rate, batch size, ravine, momentum). About 45 minutes; section 8 is optional. Run the cells from top to bottom with Shift+Enter. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" of="2184fe61"
# # 第 5 天 · Adam：每個權重各有自己的步伐？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday5_adam.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day5_adam.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day5_adam.ipynb) · [English](../en/day5_adam.ipynb) · [繁體中文](../zh-TW/day5_adam.ipynb)
#
# **你會動手做**：只換掉輸入的單位，就把一次訓練搞砸，再做出解藥；看 $m$、$v$、$\hat m$、$\hat v$ 怎麼運作；把山谷轉個方向，轉到 Adam 失去優勢；再讓 Adam 走錯方向。
#
# **你會學到**：AdaGrad、RMSProp、Adam 各做了什麼；Adam 為什麼要修正它的平均；$\epsilon$ 和權重衰減真正的作用；如果每個最佳化器都用自己最好的學習率，Adam 的名聲還剩多少。
#
# **你需要**：第 1、3、4 天的內容（學習率、批次大小、山谷、動量）。大約 45 分鐘，第 8 節可以略過。請由上到下，用 Shift+Enter 逐格執行。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。

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
# Take the digits, and give each of the 64 pixels a unit of its own, as if one length came in millimetres and the next in inches: each column of the data is multiplied by a fixed number between 0.1 and 10. Nothing is lost: the first layer could undo it by dividing its weights. (The last 287 of the training images, the **validation** images, both choose the rates and compare them, with the same seeds; Day 6 is stricter. The test images stay in their drawer.)

# %% [markdown] key="puzzle" lang="zh-TW" of="13a1df33"
# ## 1. 一個謎題
#
# 拿手寫數字來，讓 64 個像素各用各的單位，好比量長度，一個用公釐，下一個用英吋：資料的每一欄都乘上一個固定的數，介於 0.1 和 10 之間。資訊一點也沒少，第一層只要把權重除回去就能還原。（挑學習率和比較成績，用的都是訓練影像的最後 287 張，也就是**驗證**影像，種子也相同；第 6 天會更嚴格。測試影像則留在抽屜裡，不去動它。）

# %% key="puzzle-data"
images, labels, network = hp.digits().X_train, hp.digits().y_train, hp.MLP((64, 32, 10))
units = 10 ** np.random.default_rng(0).uniform(-1, 1, 64)
data = {
    name: hp.Dataset(name, X[:1150], labels[:1150], X[1150:], labels[1150:])
    for name, X in {"digits": images, "odd units": images * units}.items()
}
hp.say(f"the first pixels are multiplied by {units[:6].round(2)}")

# %% [markdown] key="puzzle-ask" lang="en"
# **Predict:** SGD trains on both versions for ten epochs, at 13 rates and with five seeds each. What do the new units cost at its best rate?

# %% [markdown] key="puzzle-ask" lang="zh-TW" of="964f161c"
# **先預測**：兩種版本，SGD 各用 13 個學習率、每個五個種子，訓練十個週期（epoch）。就算用最好的學習率，換單位還要付出多少代價？

# %% key="puzzle-run" tags=["nbval-ignore-output"]
with hp.predict("day5-puzzle"):
    rates, runs = np.logspace(-3, 1, 13), {}
    fig, axes = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True)
    for ax, (name, part) in zip(axes, data.items()):
        runs[name, "SGD"] = hp.train(network, part, hp.SGD(rates), seed=range(5))
        accuracy = runs[name, "SGD"].test_accuracy
        hp.figures.sweep(rates, accuracy, ax, "validation accuracy")
        ax.set_title(name)
        best = accuracy.mean(axis=1).argmax()
        highest = accuracy.mean(axis=1)[best]
        hp.say(f"{name:<10}  best mean {highest:.1%} at lr = {rates[best]:.2g}")
    hp.show(fig, "day5-puzzle")

# %% [markdown] key="puzzle-answer" lang="en"
# <details><summary>After your answer: what is wrong</summary>
#
# The same information, and with these units SGD loses about 11 points even at its best rate. What is wrong is not the rate, but that there is only one, as the next section shows.
#
# </details>

# %% [markdown] key="puzzle-answer" lang="zh-TW" of="90706624"
# <details><summary>作答之後：問題出在哪裡</summary>
#
# 資訊一模一樣，但是換成這些單位，SGD 就算用最好的學習率，準確率還是少了大約 11 個百分點。問題不在學習率選得不好，而在於學習率只有一個，下一節就來看。
#
# </details>

# %% bind="title"
free("until Adam loses its advantage", "", "section 7")
free("its own best rate", "自己最好的學習率", "how optimizers are compared")

# %% bind="puzzle"
says("64 pixels", "64 個像素", images.shape[1] == len(units) == 64)
says(
    "between 0.1 and 10",
    "介於 0.1 和 10 之間",
    0.1 <= units.min() < 0.15 and 7 < units.max() <= 10,
)
says(
    "The last 287 of the training images, ... both choose the rates and compare them",
    "挑學習率和比較成績，用的都是訓練影像的最後 287 張",
    len(data["digits"].X_test) == 287,
)

# %% bind="day5-puzzle"
best = [
    np.nan_to_num(runs[name, "SGD"].test_accuracy).mean(axis=1).max() for name in data
]
right("About ten points", 0.07 < best[0] - best[1] < 0.14)
found, unchanged = (
    np.nan_to_num(run.test_accuracy).mean(axis=1) for run in runs.values()
)
says(
    "Most of the harm a smaller rate does mend",
    "換小一點的學習率，大部分的代價確實補得回來",
    best[1] - unchanged[found.argmax()] > 2 * (best[0] - best[1])
    and unchanged.argmax() < found.argmax(),
)

# %% bind="puzzle-ask"
says(
    "at 13 rates and with five seeds each",
    "各用 13 個學習率、每個五個種子",
    runs["digits", "SGD"].diverged.shape == (13, 5),
)
updates = runs["digits", "SGD"].loss.shape[-1]
says(
    "for ten epochs",
    "訓練十個週期",
    updates == 10 * np.ceil(len(data["digits"].X_train) / 64),
)
free("at its best rate", "用最好的學習率", "the question")

# %% bind="puzzle-answer"
highest = [
    np.nan_to_num(runs[name, "SGD"].test_accuracy).mean(axis=1).max() for name in data
]
free("even at its best rate", "就算用最好的學習率", "how the number is made")
says("SGD loses", "還是少了", highest[0] > highest[1])
says("about 11 points", "少了大約 11 個百分點", 0.09 < highest[0] - highest[1] < 0.13)

# %% [markdown] key="ravine" lang="en"
# ## 2. One rate, two needs
#
# Two weights show why. In this ravine $w_1$ has curvature 1 and $w_2$ has curvature 100. A weight wants the rate $1/\lambda$ (Day 1), so $w_1$ wants 1 and $w_2$ wants 0.01. A single rate must stay below $2/100$, or $w_2$ explodes.
#
# **Predict:** how many steps does it take if each weight gets the rate it wants?

# %% [markdown] key="ravine" lang="zh-TW" of="10528733"
# ## 2. 一個學習率，兩種需求
#
# 兩個權重就看得出原因。在這個山谷裡，$w_1$ 的曲率是 1，$w_2$ 的曲率是 100。權重想要的學習率是 $1/\lambda$（第 1 天），所以 $w_1$ 想要 1，$w_2$ 想要 0.01。如果只能有一個學習率，就必須小於 $2/100$，否則 $w_2$ 會爆炸。
#
# **先預測**：如果每個權重都得到自己想要的學習率，要走幾步？

# %% key="ravine-rates"
with hp.predict("day5-ravine"):
    ravine, start = hp.Quadratic([1, 100]), np.array([1.0, 1.0])
    few, some, many = at = [1, 10, 100]
    path = hp.descend(ravine, hp.SGD(2 / 101), start, steps=many)
    stepped = ravine(start - np.array([1, 1 / 100]) * ravine.gradient(start))
    hp.say(f"one rate, after {few}, {some} and {many} steps: "
           f"loss {path.loss[at].round(3)}")  # fmt: skip
    hp.say(f"two rates, after 1 step: loss {stepped}")

# %% [markdown] key="divide" lang="en"
# <details><summary>After your answer</summary>
#
# One step. (For one rate, 2/101 is the best in the long run: see Day 4.)
#
# </details>

# %% [markdown] key="divide" lang="zh-TW" of="a8ef5d89"
# <details><summary>作答之後</summary>
#
# 一步。（只用一個學習率時，長遠來說 2/101 最好，見第 4 天。）
#
# </details>

# %% bind="day5-ravine"
says("Curvatures 1 and 100", "曲率是 1 和 100", list(ravine.eigenvalues) == [1, 100])
right("1", np.max(stepped) < 1e-12)

# %% bind="ravine"
says(
    "curvature 1 and $w_2$ has curvature 100",
    "曲率是 1，$w_2$ 的曲率是 100",
    list(ravine.eigenvalues) == [1, 100],
)
free(
    "$w_1$ wants 1 and $w_2$ wants 0.01",
    "$w_1$ 想要 1，$w_2$ 想要 0.01",
    "the rule $1/\\lambda$",
)
free("below $2/100$", "小於 $2/100$", "the rule of Day 1")

# %% bind="divide"
says("One step.", "一步。", stepped == 0)
free("2/101 is the best in the long run", "長遠來說 2/101 最好", "Day 4 shows it")

# %% [markdown] key="idea" lang="en"
# But a network has thousands of weights, and nobody tells us their curvatures. What each weight does show, at every step, is its gradient. Hence the idea of today: **divide each weight's gradient by its usual size.** A weight with large gradients gets a small rate, one with small gradients a large one. Such rules are called **adaptive**.

# %% [markdown] key="idea" lang="zh-TW" of="5ba439d3"
# 可是網路有成千上萬個權重，沒有人會告訴我們它們的曲率。不過每個權重每一步都會露出一樣東西：它的梯度。於是有了今天的想法：**把每個權重的梯度，除以它平常的大小。** 梯度大的權重，學習率就小；梯度小的權重，學習率就大。這類方法稱為**自適應**（adaptive）方法。

# %% bind="idea"
free(
    "thousands of weights, and nobody tells us",
    "成千上萬個權重",
    "what networks are like",
)

# %% [markdown] key="adagrad" lang="en"
# ## 3. AdaGrad and RMSProp: two ways to remember
#
# Two ways to measure the usual size of a gradient $g$, both through its squares:
#
# $$\text{AdaGrad:}\quad v_t = v_{t-1} + g^2$$
#
# $$\text{RMSProp:}\quad v_t = \rho\,v_{t-1} + (1-\rho)\,g^2$$
#
# $$w \leftarrow w - \eta\,\frac{g}{\sqrt{v_t} + \epsilon}$$
#
# $v_t$ is kept for each weight (beware: on Day 4 $v$ was the step, here it is a size); $t$ counts the steps, $\eta$ is the learning rate, and $\epsilon$, a tiny number, keeps the divisor from being zero. AdaGrad (Duchi et al. 2011) adds all squares up. RMSProp (Tieleman and Hinton 2012) takes a running average, in which $\rho$ says how much of the old stays: 0.9 in their lecture, here and in Keras, 0.99 in PyTorch.
#
# `hp.replay` hands an optimizer a list of gradients and notes what it does. Here the gradient is 100 for 20 steps, then 1. **Predict:** what do the two do after step 20?

# %% [markdown] key="adagrad" lang="zh-TW" of="b15f39dd"
# ## 3. AdaGrad 和 RMSProp：兩種記憶方式
#
# 梯度 $g$ 平常有多大？有兩種量法，都是看它的平方：
#
# $$\text{AdaGrad:}\quad v_t = v_{t-1} + g^2$$
#
# $$\text{RMSProp:}\quad v_t = \rho\,v_{t-1} + (1-\rho)\,g^2$$
#
# $$w \leftarrow w - \eta\,\frac{g}{\sqrt{v_t} + \epsilon}$$
#
# 每個權重各有自己的 $v_t$（注意：第 4 天的 $v$ 是步伐，這裡是梯度的大小）；$t$ 是第幾步，$\eta$ 是學習率，$\epsilon$ 是一個很小的數，讓除數不會是零。AdaGrad（Duchi 等人，2011）把所有的平方加起來。RMSProp（Tieleman 和 Hinton，2012）取移動平均，$\rho$ 表示舊的要留下多少：他們的講義、這裡和 Keras 用 0.9，PyTorch 用 0.99。
#
# `hp.replay` 把一串梯度交給最佳化器，記下它怎麼走。這裡的梯度前 20 步是 100，之後是 1。**先預測**：第 20 步之後，這兩種方法會怎麼走？

# %% key="forget-figure"
with hp.predict("day5-forget"):
    sequence, moves = np.where(np.arange(200) < 20, 100.0, 1.0), {}
    for rule in (hp.SGD, hp.AdaGrad, hp.RMSProp):
        moves[rule.__name__] = hp.replay(rule(0.1), sequence).moves
    fig, ax, step = *plt.subplots(), np.arange(1, 201)
    hp.figures.named_lines(
        step, moves, ax, yscale="log", xlabel="step", ylabel="length of the step"
    )
    hp.show(fig, "day5-forget")

# %% key="stall"
with hp.after("day5-forget"):
    factor, at = 1000, np.array([1, 100, 10_000])
    larger = hp.replay(hp.AdaGrad(0.1), factor * sequence).moves / moves["AdaGrad"]
    hp.say(f"gradients {factor} times as large: "
           f"AdaGrad's steps are {larger.max():.3f} times as long")  # fmt: skip
    constant = hp.replay(hp.AdaGrad(1.0), np.ones(at[-1])).moves[at - 1].round(3)
    shown = ", ".join(map(str, at))
    hp.say(f"AdaGrad's steps {shown} under a constant gradient: {constant}")

# %% [markdown] key="forget-seen" lang="en"
# <details><summary>After your answer: a sum and an average</summary>
#
# Gradients a thousand times as large, and the same steps: that is the gain. But AdaGrad's sum only grows. One large beginning keeps its steps tiny, and even when nothing changes they shrink like $1/\sqrt t$: AdaGrad **slows down** for good, unless the gradients keep growing. RMSProp forgets and recovers.
#
# </details>

# %% [markdown] key="forget-seen" lang="zh-TW" of="f829fb73"
# <details><summary>作答之後：總和與平均</summary>
#
# 梯度放大一千倍，步伐還是一樣：這就是好處。可是 AdaGrad 的總和只增不減：只要開頭的梯度夠大，之後的步伐就一直很小；就算什麼都沒變，步伐也會像 $1/\sqrt t$ 那樣縮短。除非梯度一直變大，AdaGrad **只會越走越慢**。RMSProp 會忘記，所以恢復得過來。
#
# </details>

# %% bind="day5-forget"
steps = {name: np.abs(way) for name, way in moves.items()}
right(
    "Both shrink; RMSProp's recover, AdaGrad's do not",
    max(steps["AdaGrad"][20], steps["RMSProp"][20]) < 0.02
    and steps["RMSProp"][-1] > 0.09
    and steps["AdaGrad"][-1] < 0.02,
)
late = steps["RMSProp"][20:]
says(
    "forgets the hundreds after about a hundred steps",
    "移動平均過了一百步左右，就忘了那些 100",
    70 < np.flatnonzero(late > late[-1] / 2)[0] < np.flatnonzero(late > 0.09)[0] < 130,
)

# %% bind="adagrad"
says(
    "0.9 in their lecture, here and in Keras",
    "他們的講義、這裡和 Keras 用 0.9",
    hp.RMSProp(0.1).rho == 0.9,
)
free("0.99 in PyTorch", "PyTorch 用 0.99", "its default")
says(
    "the gradient is 100 for 20 steps, then 1",
    "前 20 步是 100，之後是 1",
    (sequence == 100).sum() == 20 and sequence[-1] == 1,
)
free("after step 20", "第 20 步之後", "the question")

# %% bind="forget-seen"
says(
    "a thousand times as large, and the same steps",
    "放大一千倍，步伐還是一樣",
    abs(larger.max() - 1) < 0.01,
)
says(
    "keeps its steps tiny",
    "步伐就一直很小",
    moves["AdaGrad"][20:].max() < moves["AdaGrad"][0] / 50,
)
says(
    "shrink like $1/\\sqrt t$",
    "像 $1/\\sqrt t$ 那樣縮短",
    np.allclose(constant, [1, 0.1, 0.01], rtol=1e-3),
)
says(
    "RMSProp forgets and recovers",
    "RMSProp 會忘記，所以恢復得過來",
    0.09 < moves["RMSProp"][-1] < 0.11,
)

# %% [markdown] key="adam" lang="en"
# ## 4. Adam, step by step
#
# Adam (Kingma and Ba 2015) takes RMSProp's division and lets momentum smooth the gradient, too:
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\,g$$
#
# $$v_t = \beta_2 v_{t-1} + (1 - \beta_2)\,g^2$$
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \quad \hat v_t = \frac{v_t}{1 - \beta_2^t}$$
#
# $$w \leftarrow w - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# $m$ is the running average of the gradient and $v$ that of its square: estimates of its first and second **moment**, hence the name, *adaptive moment estimation*. $\beta_1$ and $\beta_2$ say how much of the old stays (usually 0.9 and 0.999). The hats correct for both having started at zero (**bias correction**); $t$ begins at 1. Six lines, and the package agrees, for two weights whose gradients differ in nothing but their size, by a factor of a million:

# %% [markdown] key="adam" lang="zh-TW" of="d3903357"
# ## 4. 一步一步看 Adam
#
# Adam（Kingma 和 Ba，2015）採用 RMSProp 的除法，再用動量把梯度也平滑一下：
#
# $$m_t = \beta_1 m_{t-1} + (1 - \beta_1)\,g$$
#
# $$v_t = \beta_2 v_{t-1} + (1 - \beta_2)\,g^2$$
#
# $$\hat m_t = \frac{m_t}{1 - \beta_1^t}, \quad \hat v_t = \frac{v_t}{1 - \beta_2^t}$$
#
# $$w \leftarrow w - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# $m$ 是梯度的移動平均，$v$ 是梯度平方的移動平均，也就是一階、二階**動差**（moment）的估計；Adam 的名字 *adaptive moment estimation* 就是這麼來的。（不少中文教材寫成一階、二階動量，但 moment 和第 4 天的動量 momentum 是兩回事。）$\beta_1$ 和 $\beta_2$ 表示舊的要留下多少（通常是 0.9 和 0.999）。這兩個平均都從零開始，「戴上帽子」就是為了修正這一點，叫做**偏差修正**（bias correction）；$t$ 從 1 算起。寫成程式只有六行。用兩個權重來對照，它們的梯度只有大小不同，相差一百萬倍，結果和套件相同：

# %% key="adam-by-hand"
gradients = np.random.default_rng(1).normal(size=(100, 1)) * [1, 1e6]
lr, beta1, beta2, eps = 0.001, 0.9, 0.999, 1e-8
w, m, v = np.zeros(2), np.zeros(2), np.zeros(2)
for t, g in enumerate(gradients, start=1):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
assert np.allclose(w, hp.replay(hp.Adam(lr), gradients).w[-1], rtol=1e-10)
hp.say(f"after {t} steps: {w.round(4)}")

# %% bind="adam"
free("Six lines", "六行", "the lines of the loop's body below")
says(
    "in nothing but their size, by a factor of a million",
    "只有大小不同，相差一百萬倍",
    np.allclose(gradients[:, 1], 1e6 * gradients[:, 0]),
)

# %% [markdown] key="play-adam" lang="en"
# Both weights move alike. **Your turn**, with one weight. Grey dots are the gradients; on the left $m$ and $\hat m$ follow them, in the middle $\sqrt v$ and $\sqrt{\hat v}$ follow their size.
#
# 1. *Always the same*: make the gradients a million times larger. What changes in the picture? And at $10^{-9}$?
# 2. *Changing sign*: how long are the steps? Set $\beta_1$ to 0. Which optimizer is this now?
# 3. *A small mean in noise*: when is Adam sure of the direction, and when does it hesitate?
# 4. *Rare and large*: find $\beta_1$ and $\beta_2$ that make a step longer than $3\eta$.

# %% [markdown] key="play-adam" lang="zh-TW" of="9f8e5dee"
# 兩個權重移動的量一樣。**換你玩**，這次只有一個權重。灰點是梯度；左圖的 $m$ 和 $\hat m$ 跟著梯度走，中圖的 $\sqrt v$ 和 $\sqrt{\hat v}$ 跟著梯度的大小走。
#
# 1. 「一直相同」：把梯度放大一百萬倍，圖有什麼變化？縮小到 $10^{-9}$ 呢？
# 2. 「正負交替」：步伐有多長？把 $\beta_1$ 設成 0，這時是哪一個最佳化器？
# 3. 「雜訊裡的微弱趨勢」：Adam 什麼時候方向很篤定，什麼時候猶豫？
# 4. 「很少但很大」：找出讓一步超過 $3\eta$ 的 $\beta_1$ 和 $\beta_2$。

# %% key="explore-adam"
hp.explore_adam()

# %% bind="play-adam"
says(
    "Both weights move alike",
    "兩個權重移動的量一樣",
    np.allclose(*hp.replay(hp.Adam(lr), gradients).moves.T, rtol=1e-4, atol=1e-9),
)
free("a million times larger", "放大一百萬倍", "a task at the live figure")
free("Set $\\beta_1$ to 0", "把 $\\beta_1$ 設成 0，這時", "a task")
free("a step longer than", "", "a task")

# %% key="quiz-first-step"
hp.quiz("day5-first-step")

# %% [markdown] key="bias" lang="en"
# The size drops out, until $\epsilon$ takes over. When signs change, $m$ averages them away and the steps become small; with $\beta_1 = 0$ Adam is RMSProp (plus a hat) and takes full steps. In noise a step is long while the gradients agree. Rare and large: $v$ averages over many quiet steps, so it is small, and with $\beta_1 = 0$ and $\beta_2 = 0.99$ the sudden gradient makes a step of nearly $4\eta$. (If $\beta_2$ is far smaller than $\beta_1$, it gets worse: $v$ forgets a gradient that $m$ still remembers, and $\hat m$ is divided by almost nothing.)
#
# ## 5. Why the hats?
#
# $m$ and $v$ start at zero, so at first both are too small. What if we leave off one hat, or both? Let the gradient be always 1, so that every step should be exactly $\eta$.

# %% [markdown] key="bias" lang="zh-TW" of="641631dd"
# 梯度的大小會約掉，直到 $\epsilon$ 開始作用。正負交替時，$m$ 把它們平均掉，步伐就變短；設 $\beta_1 = 0$，Adam 就是（多戴一頂帽子的）RMSProp，每一步都是完整的一步。在雜訊中，梯度方向一致時步伐才長。梯度很少但很大時，$v$ 平均了許多風平浪靜的步，所以很小；設 $\beta_1 = 0$、$\beta_2 = 0.99$，突然來的大梯度，會讓權重跨出將近 $4\eta$ 的一步。（如果 $\beta_2$ 比 $\beta_1$ 小很多，情況更糟：$m$ 還記得的梯度，$v$ 已經忘了，$\hat m$ 就會除以一個幾乎是零的數。）
#
# ## 5. 為什麼要戴帽子？
#
# $m$ 和 $v$ 從零開始，所以一開始兩個都太小。如果少戴一頂帽子，或兩頂都不戴呢？讓梯度永遠是 1，這樣每一步都應該正好是 $\eta$。

# %% bind="bias"
free(
    "$\\beta_1 = 0$ and $\\beta_2 = 0.99$",
    "設 $\\beta_1 = 0$、$\\beta_2 = 0.99$",
    "at the live figure",
)
free("far smaller than $\\beta_1$, it gets worse", "", "tested in tests/claims")

# %% key="quiz-bias"
hp.quiz("day5-bias")

# %% key="bias-run"
m, v, factors = 0.0, 0.0, {"both": [], "none": [], "m only": [], "v only": []}
for t in range(1, 1001):
    m, v = 0.9 * m + 0.1, 0.999 * v + 0.001  # the gradient is 1
    m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
    pairs = [(m_hat, v_hat), (m, v), (m_hat, v), (m, v_hat)]
    for steps, (average, square) in zip(factors.values(), pairs):
        steps.append(average / square**0.5)

# %% key="bias-figure"
fig, ax = plt.subplots()
hp.figures.named_lines(
    np.arange(1, 1001), factors, ax, names="start", xscale="log", yscale="log"
)
ax.set(xlabel="step", ylabel=r"step / $\eta$")
hp.show(fig, "day5-bias")
for name, steps in factors.items():
    hp.say(
        f"{name:<6}  first step {steps[0]:5.2f} η, longest {max(steps):5.2f} η, "
        f"last {steps[-1]:.2f} η"
    )

# %% [markdown] key="bias-seen" lang="en"
# At the usual $\beta_1$ and $\beta_2$, the first steps without hats are too *long*, not too short. $v$ forgets slowly, so it also fills slowly, and its root stands in the divisor. The steps grow to more than $6\eta$, and after 1,000 steps they are still a quarter too long. Correcting $m$ alone is worse: the first step is $32\eta$.
#
# ## 6. What $\epsilon$ does
#
# It keeps $0/0$ away. But it also draws a line: a gradient well below $\epsilon$ is no longer enlarged to a full step. Send in single gradients, from $10^{-12}$ to 1. First $\epsilon$ stands outside the root, as in the formula; then the same $10^{-8}$ stands *inside*, $\sqrt{\hat v + \epsilon}$:

# %% [markdown] key="bias-seen" lang="zh-TW" of="67dac382"
# 用常用的 $\beta_1$ 和 $\beta_2$，不戴帽子的頭幾步是太**長**，不是太短。$v$ 忘得慢，所以也累積得慢，而它的平方根在分母。步伐最長超過 $6\eta$，走了 1,000 步，還是比應有的長四分之一。只修正 $m$ 更糟：第一步就有 $32\eta$。
#
# ## 6. $\epsilon$ 的作用
#
# 它避免了 $0/0$。但它還畫了一條線：比 $\epsilon$ 小很多的梯度，就不會再被放大成完整的一步。每次只送進一個梯度，大小從 $10^{-12}$ 到 1。先照公式把 $\epsilon$ 放在根號外面，再把同樣的 $10^{-8}$ 放進**裡面**，也就是 $\sqrt{\hat v + \epsilon}$：

# %% bind="bias-seen"
bare, only_m = factors["none"], factors["m only"]
says("more than $6\\eta$", "步伐最長超過 $6\\eta$", 6 < max(bare) < 7)
says(
    "after 1,000 steps ... a quarter too long",
    "走了 1,000 步，還是比應有的長四分之一",
    len(bare) == 1000 and 1.2 < bare[-1] < 1.3,
)
says("too *long*, not too short", "是太**長**，不是太短", bare[0] > 1)
says(
    "Correcting $m$ alone is worse: the first step is $32\\eta$",
    "只修正 $m$ 更糟：第一步就有 $32\\eta$",
    31 < only_m[0] < 33,
)
free("no longer enlarged", "", "not a comparison")

# %% key="eps"
sizes, eps, tiny = np.logspace(-12, 0, 49), 1e-8, 1e-9
adams = {f"outside {e:.0e}": hp.Adam(lr=1, eps=e) for e in (eps, 1e-4)}
one_step = {name: hp.replay(adam, [sizes]).moves[0] for name, adam in adams.items()}
one_step[f"inside {eps:.0e}"] = sizes / np.sqrt(sizes**2 + eps)
fig, ax = plt.subplots()
hp.figures.named_lines(
    sizes, one_step, ax, names="legend", xscale="log", xlabel="gradient"
)
ax.set_ylabel(r"first step / $\eta$")
hp.show(fig, "day5-eps")
in_root = tiny / np.sqrt(tiny**2 + eps)
hp.say(
    f"gradient {tiny:.0e}: outside {tiny / (tiny + eps):.3f} η, inside {in_root:.5f} η"
)

# %% [markdown] key="eps-seen" lang="en"
# Inside the root, $10^{-8}$ acts much like $10^{-4}$ outside: a value of $\epsilon$ means little without its place. With $\epsilon$ outside, gradients far below the line make the step $\eta\hat m/\epsilon$: once the hat has faded, Day 4's momentum with the rate $(1-\beta_1)\eta/\epsilon$, no longer adaptive.
#
# **A true bug story**, from an excellent, freely shared course. In one version of *Dive into Deep Learning*'s [Adam page](https://d2l.ai/chapter_optimization/adam.html), $\epsilon$ was added to the *step* instead of to the divisor: every weight drifts a little, and a gradient that was always 0 gives $0/0$. The page ran, and nothing crashed; a reader's pull request (d2l-en#2691) pointed it out. Code that runs need not be right. Compare it with the formula on numbers that hurt: zeros and tiny gradients.

# %% [markdown] key="eps-seen" lang="zh-TW" of="7662d076"
# 放進根號裡的 $10^{-8}$，效果和根號外的 $10^{-4}$ 差不多：只說 $\epsilon$ 是多少、不說放在哪裡，等於沒說清楚。$\epsilon$ 在根號外面時，如果梯度一直遠比這條線小，步伐就是 $\eta\hat m/\epsilon$；等帽子的作用消退，就是第 4 天的動量法，學習率為 $(1-\beta_1)\eta/\epsilon$，不再自適應。
#
# **一個真實的除錯故事**，來自一門優秀而且免費分享的課程。*Dive into Deep Learning* 的 [Adam 頁面](https://d2l.ai/chapter_optimization/adam.html)有一個版本，把 $\epsilon$ 加到**步伐**上，而不是加到除數上：每個權重都會漂移一點點，梯度一直是 0 時則會變成 $0/0$。程式照跑，從來沒有當掉；後來有讀者用 pull request（d2l-en#2691）指了出來。程式跑得動，不代表寫得對。請用最刁鑽的數字，拿程式和公式比一比：零，還有極小的梯度。

# %% bind="bias-seen"
says(
    "from $10^{-12}$ to 1",
    "從 $10^{-12}$ 到 1",
    np.allclose(sizes[[0, -1]], [1e-12, 1]),
)
says(
    "a gradient well below $\\epsilon$ is no longer enlarged to a full step",
    "就不會再被放大成完整的一步",
    one_step[f"outside {eps:.0e}"][sizes < eps / 100].max() < 0.02,
)

# %% bind="eps-seen"
free("d2l-en#2691", "d2l-en#2691", "a pull request")
inside, outside = one_step["inside 1e-08"], one_step["outside 1e-04"]
says(
    "acts much like $10^{-4}$ outside",
    "效果和根號外的 $10^{-4}$ 差不多",
    np.abs(inside - outside).max() < 0.35,
)

# %% [markdown] key="aligned" lang="en"
# ## 7. Adam looks along the axes
#
# Back to the ravine. Adam divides each gradient by its own size, so it sees neither the units of a gradient nor those of the loss. Does it see the curvature? ($\epsilon$ is 0 here, to make it exact.)

# %% [markdown] key="aligned" lang="zh-TW" of="275e2296"
# ## 7. Adam 只沿著座標軸看
#
# 回到山谷。Adam 把每個梯度除以它自己的大小，所以看不見梯度的單位，也看不見損失的單位。那麼，它看得見曲率嗎？（這裡讓 $\epsilon$ 為 0，結果才會精確。）

# %% key="aligned-run"
walks = {}
for bends in [(1, 1), (1, 100), (1, 10_000), (1024, 1024)]:
    path = walks[bends] = hp.descend(
        hp.Quadratic(bends), hp.Adam(0.1, eps=0), (1.0, 1.0), steps=30
    )
    hp.say(f"curvatures {bends}: after {len(path.w) - 1} steps w = {path.end.round(6)}")

# %% key="quiz-turn"
hp.quiz("day5-turn")

# %% [markdown] key="turned" lang="en"
# However narrow the ravine, and however large the loss, Adam walks the same path. But this ravine lay along the axes. Now turn it by 45°, and the start with it: the same ravine, seen from another side. Each optimizer gets the best of 141 rates; the number is the largest loss of the last ten of 300 steps.

# %% [markdown] key="turned" lang="zh-TW" of="b95fc94d"
# 山谷再窄、損失再大，Adam 走的路都一樣。不過剛才的山谷順著座標軸。現在把它轉 45°，起點也跟著轉：還是同一個山谷，只是換個方向看。每個最佳化器都用 141 個學習率中最好的一個；印出的數字是 300 步中最後十步的最大損失。

# %% key="turned-run" tags=["nbval-ignore-output"]
fine_rates = np.logspace(-6, 1, 141)
ends = {}
for angle, begin in [(0, (1.0, 1.0)), (45, (0.0, np.sqrt(2)))]:
    turned = hp.Quadratic([1, 1e4], angle=np.deg2rad(angle))
    for rule in (hp.SGD, hp.Momentum, hp.Adam):
        walked = hp.descend(turned, rule(fine_rates), begin, steps=300)
        last = walked.loss[:, -10:].max(axis=1)
        best = np.nanargmin(last)
        ends[rule.__name__, angle] = last[best]
        hp.say(
            f"{angle:>2}°  {rule.__name__:<8}  loss {last[best]:7.1e} at lr = "
            f"{fine_rates[best]:.2g}"
        )

# %% key="explore-turned"
hp.explore_turned_ravine()

# %% [markdown] key="turned-seen" lang="en"
# SGD and momentum do not notice the turn. Adam does, and falls from far ahead of momentum to behind it: when the ravine runs across the axes, every gradient has the steep direction mixed in, and dividing weight by weight cannot part them. Adam is a **coordinate-wise method**. It helps where single weights differ, and loses most of that help where *mixtures* of weights do. Try it above: at $\kappa = 100$ and 45° a larger rate still saves Adam; at $\kappa = 1000$ none on the slider does. How Adam fares on real data, we measure in sections 9 and 10.

# %% [markdown] key="turned-seen" lang="zh-TW" of="b2861e5a"
# SGD 和動量法根本沒注意到山谷轉了。Adam 卻注意到了，從遙遙領先變成落後動量法：山谷斜跨座標軸時，每個梯度裡都混進了陡峭的方向，各個權重各除各的，沒辦法把陡峭的方向分出來。Adam 是**逐座標**（coordinate-wise）的方法。差別出現在個別權重之間，它就有用；差別出現在權重的**組合**之間，它的用處就少了大半。用上面的滑桿試試：$\kappa = 100$、轉 45° 時，把學習率調大還救得了 Adam；$\kappa = 1000$ 時，滑桿上哪個學習率都救不了。Adam 在真正的資料上表現如何，第 9、10 節來量。

# %% bind="turned"
ends_at = np.array([walk.end for walk in walks.values()])
wide = [max(bends) / min(bends) for bends in walks]
says(
    "However narrow the ravine",
    "山谷再窄、",
    np.ptp(ends_at, axis=0).max() < 1e-9 and max(wide) > 1000,
)
says(
    "however large the loss",
    "損失再大，",
    max(map(min, walks)) > 1000 * min(map(min, walks)),
)
free("the best of", "學習率中最好的一個", "how it is compared")
free("the largest loss", "的最大損失", "what is printed")

# %% bind="turned-seen"
kept = [ends[name, 45] / ends[name, 0] for name in ("SGD", "Momentum")]
says(
    "SGD and momentum do not notice",
    "SGD 和動量法根本沒注意到",
    np.allclose(kept, 1, rtol=0.1),
)
says(
    "from far ahead of momentum",
    "從遙遙領先變成落後動量法",
    ends["Adam", 0] < ends["Momentum", 0] / 100,
)
says("to behind it", "變成落後動量法", ends["Adam", 45] > ends["Momentum", 45])
free("and loses most of that help", "", "what the numbers show, in words")
free(
    "at $\\kappa = 100$ and 45° a larger rate",
    "$\\kappa = 100$、轉 45°",
    "a task at the live figure",
)
free("at $\\kappa = 1000$ none", "$\\kappa = 1000$ 時", "the live figure")

# %% [markdown] key="wrong" lang="en"
# ## 8. Adam can walk the wrong way (optional)
#
# Reddi et al. (2018) found a simple sequence of slopes that fools Adam: 3, −1, −1, and so on. Their average is positive, so $w$ should walk down to −1, the end of its range. Take $\beta_1 = 0$ and a short memory, $\beta_2 = 0.1$; the learning rate shrinks like $1/\sqrt t$. Their repair, **AMSGrad**, divides by the root of the largest $v$ so far.

# %% [markdown] key="wrong" lang="zh-TW" of="872963ba"
# ## 8. Adam 也會走錯方向（可略過）
#
# Reddi 等人（2018）找到一串很簡單的斜率，可以騙過 Adam：3、−1、−1，不斷重複。它們的平均是正的，所以 $w$ 應該往下走到範圍的盡頭 −1。取 $\beta_1 = 0$，再用 $\beta_2 = 0.1$ 讓記憶很短；學習率像 $1/\sqrt t$ 那樣縮小。他們的解法叫 **AMSGrad**：除數裡的 $v$，換成到目前為止最大的那一個，再開平方根。


# %% bind="wrong"
free("the largest $v$ so far", "到目前為止最大的", "the rule")
free("3, −1, −1, and so on", "3、−1、−1，不斷重複", "the sequence of Reddi et al.")
free("", "換成到目前為止最大的那一個", "the rule")


# %% key="wrong-run"
def walk(rule, steps=300, beta2=0.1, reach=1):
    w, v, v_max, path = 0.0, 0.0, 0.0, []
    for t in range(steps):
        g = 3 if t % 3 == 0 else -1
        v = beta2 * v + (1 - beta2) * g**2
        v_max = max(v, v_max)
        divisor = {"SGD": 1, "Adam": np.sqrt(v), "AMSGrad": np.sqrt(v_max)}[rule]
        w = np.clip(w - 0.5 / np.sqrt(t + 1) * g / divisor, -reach, reach)
        path.append(w)
    return path


for rule in ("SGD", "Adam", "AMSGrad"):
    last = walk(rule)[-3:]
    hp.say(f"{rule:<8} mean of the last {len(last)} steps: {np.mean(last):+.2f}")

# %% key="explore-wrong"
hp.explore_wrong_way()

# %% [markdown] key="wrong-seen" lang="en"
# Adam ends at +1, the worst place of all. The large slope raises $v$ at once and so shortens *its own* step; when the small slopes come, $v$ has forgotten.
#
# Is this a danger? Raise $\beta_2$ to 0.9: now Adam walks the right way. Then raise $C$ (a slope of $C$ once in $C$ steps, otherwise −1): at 15 Adam is fooled again. What fools Adam is that a large gradient raises $v$ for its own step; $v$ need not forget it in between. At $\beta_1 = 0$ the wrong way wins from about $C = 2/\sqrt{1-\beta_2}$ on: at 0.999 from 64, though the memory is about a thousand steps long. (To judge that, 300 steps are too few: at large $C$ even SGD is still under way.)

# %% [markdown] key="wrong-seen" lang="zh-TW" of="86527d00"
# Adam 最後停在 +1，正是最差的地方。大斜率一來，$v$ 馬上變大，縮短了**它自己**那一步；等小斜率來的時候，$v$ 已經忘了。
#
# 這很危險嗎？把 $\beta_2$ 調到 0.9，Adam 的方向就對了。接著把 $C$ 調大（每 $C$ 步有一次斜率是 $C$，其餘是 −1）：到了 15，Adam 又被騙了。騙過 Adam 的，是大梯度抬高了自己那一步的 $v$；兩次之間，$v$ 不必把它忘掉。$\beta_1 = 0$ 時，大約從 $C = 2/\sqrt{1-\beta_2}$ 起，錯的方向就會占上風：0.999 的記憶大約有一千步，但從 64 起就會被騙。（要判斷這一點，300 步還太少：$C$ 很大時，連 SGD 都還在半路上。）

# %% bind="wrong"
says(
    "so $w$ should walk down to −1, the end of its range",
    "所以 $w$ 應該往下走到範圍的盡頭 −1",
    min(walk("SGD")) == -1 and np.mean(walk("SGD")[-3:]) < -0.9,
)
says(
    "Their repair, **AMSGrad**",
    "他們的解法叫 **AMSGrad**",
    np.mean(walk("AMSGrad")[-3:]) < -0.5,
)

# %% bind="wrong-seen"
settled = {rule: np.mean(walk(rule)[-3:]) for rule in ("SGD", "Adam", "AMSGrad")}
says(
    "Adam ends at +1, the worst place of all",
    "Adam 最後停在 +1，正是最差的地方",
    max(walk("Adam")) == 1 and settled["Adam"] > 0.9,
)
free("Raise $\\beta_2$ to 0.9", "把 $\\beta_2$ 調到 0.9", "at the live figure")
free("at 15 Adam", "到了 15", "at the live figure")
free("the wrong way wins ... from 64,", "從 64 起就會被騙", "in tests/claims")
free("about a thousand steps", "0.999 的記憶大約有一千步", "1/(1 - 0.999)")

# %% [markdown] key="fame" lang="en"
# ## 9. The fame, measured
#
# The lecture notes this course grew out of say that Adam sets each weight's step by itself and so "suits different data sets", and that it "converges fast and does well on most tasks". Back to the puzzle, each optimizer at 13 rates with five seeds:

# %% [markdown] key="fame" lang="zh-TW" of="b3575d25"
# ## 9. 名聲，實際量一量
#
# 這門課所根據的講義說，Adam 會自動調整每個參數（也就是每個權重）的步長，所以「適合不同類型的資料集」，而且「收斂速度快，對大多數任務表現良好」。回到開頭的謎題，每個最佳化器都用 13 個學習率、五個種子：

# %% key="digits-run"
seeds = hp.seeds(5)
for name, part in data.items():
    for rule in (hp.Momentum, hp.Adam):
        runs[name, rule.__name__] = hp.train(network, part, rule(rates), seed=seeds)

# %% key="digits-figure"
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True)
for ax, name in zip(axes, data):
    accuracies = {
        rule: runs[name, rule].test_accuracy for rule in ("SGD", "Momentum", "Adam")
    }
    hp.figures.optimizer_sweeps(rates, accuracies, ax, "validation accuracy").set_title(
        name
    )
axes[1].legend(loc="upper right")
hp.show(fig, "day5-digits")

# %% key="digits-numbers" tags=["nbval-ignore-output"]
peak, ranges, epochs, target, near = {}, {}, {}, 0.5, 0.02
an_epoch = runs["digits", "SGD"].loss.shape[-1] // 10  # updates
for key, run in runs.items():
    accuracy = np.nan_to_num(run.test_accuracy).mean(axis=1)
    good = rates[accuracy > accuracy.max() - near]
    needed = hp.updates_to_target(run.loss, target, window=an_epoch)
    needed = np.nan_to_num(needed, nan=np.inf).mean(axis=1).min()
    peak[key], ranges[key], epochs[key] = accuracy.max(), good, needed / an_epoch
    shown = (f"{peak[key]:.1%}, within {near * 100:.0f} points "
             f"from {good.min():.2g} to {good.max():.2g}")  # fmt: skip
    hp.say(
        f"{key[0]:<10}  {key[1]:<8}  {shown}, "
        f"loss {target} after {epochs[key]:.1f} epochs"
    )

# %% bind="day5-digits"
alike = [peak["digits", rule] for rule in ("SGD", "Momentum", "Adam")]
says(
    "nearly the same peaks on the digits",
    "原本的手寫數字，最高點差不多高",
    np.ptp(alike) < 0.03,
)
odd = [peak["odd units", rule] for rule in ("SGD", "Momentum", "Adam")]
says(
    "with odd units Adam is highest, SGD lowest",
    "換成奇怪的單位，Adam 最高，SGD 最低",
    odd[2] > odd[1] > odd[0],
)

# %% [markdown] key="fame-seen" lang="en"
# - **Well on most tasks?** On the digits as given, momentum at its best rate is level with Adam, and SGD close behind. (Beware of charts on which all optimizers share one rate.) With odd units Adam is clearly ahead, each at its own best rate. How far depends on the units: try another seed for them.
# - **Fast?** Momentum is nearly as fast on the digits. With odd units Adam slows down least.
# - **No tuning?** Its good range (within 2 points of its best) stays about *where it is* with these units; those of the others move towards smaller rates. But the default is not in it:

# %% [markdown] key="fame-seen" lang="zh-TW" of="16ef71d8"
# - **大多數任務都好？** 在原本的手寫數字上，動量法用自己最好的學習率，就和 Adam 打平，SGD 也只差一點。（看到所有最佳化器共用一個學習率的圖表，要當心。）換成奇怪的單位，各用自己最好的學習率，Adam 明顯領先。領先多少要看是什麼單位：換個種子來產生單位試試。
# - **快？** 在原本的手寫數字上，動量法幾乎一樣快。換成奇怪的單位，Adam 慢下來的幅度最小。
# - **不必調整？** 換成這些單位，它好用的範圍（和最好的相差 2 個百分點以內）大致**留在原地**；其他的都往小的學習率移動。不過，預設值並不在範圍裡：

# %% bind="fame"
says(
    "at 13 rates with five seeds",
    "用 13 個學習率、五個種子",
    runs["digits", "Adam"].diverged.shape == (13, 5),
)
free("does well on most tasks", "", "the notes' words")

# %% bind="fame-seen"
says("**Fast?**", "**快？**", an_epoch == -(-len(data["digits"].X_train) // 64))
level = {
    name: [peak[name, rule] for rule in ("SGD", "Momentum", "Adam")] for name in data
}
says(
    "momentum at its best rate is level with Adam",
    "就和 Adam 打平",
    abs(level["digits"][1] - level["digits"][2]) < 0.015,
)
says(
    "SGD close behind",
    "SGD 也只差一點",
    0 <= level["digits"][2] - level["digits"][0] < 0.03,
)
free("**Well on most tasks?**", "", "the notes' words")
free("own best rate", "各用自己最好的學習率", "how it is compared")
free("", "動量法用自己最好的學習率", "how it is compared")
free("", "領先多少要看", "it depends")
says(
    "Adam is clearly ahead",
    "Adam 明顯領先",
    level["odd units"][2] - max(level["odd units"][:2]) > 0.03,
)
says(
    "Momentum is nearly as fast on the digits",
    "動量法幾乎一樣快",
    epochs["digits", "Momentum"] < 1.5 * epochs["digits", "Adam"],
)
slower = {
    rule: epochs["odd units", rule] / epochs["digits", rule]
    for rule in ("SGD", "Momentum", "Adam")
}
says(
    "Adam slows down least",
    "Adam 慢下來的幅度最小",
    slower["Adam"] < min(slower["SGD"], slower["Momentum"]),
)
says(
    "(within 2 points of its best)",
    "（和最好的相差 2 個百分點以內）",
    near == 0.02 and "within 2 points" in shown,
)
kept = np.intersect1d(ranges["digits", "Adam"], ranges["odd units", "Adam"])
says(
    "stays about *where it is*",
    "大致**留在原地**",
    len(kept) >= len(ranges["odd units", "Adam"]) - 1,
)
moved = [
    ranges["odd units", rule].max() < ranges["digits", rule].max()
    for rule in ("SGD", "Momentum")
]
says("move towards smaller rates", "其他的都往小的學習率移動", all(moved))
says(
    "the default is not in it",
    "預設值並不在範圍裡",
    ranges["digits", "Adam"].min() > 0.002,
)

# %% key="default" tags=["nbval-ignore-output"]
defaults = {}
for made in [10, 50]:
    run = hp.train(network, data["digits"], hp.Adam(), epochs=made, seed=range(5))
    defaults[made] = run.test_accuracy
    low, high = defaults[made].min(), defaults[made].max()
    hp.say(f"default {hp.Adam().lr}, {made} epochs: {low:.1%} to {high:.1%}")

# %% [markdown] key="words" lang="en"
# With ten epochs the default is far behind; it takes fifty to come near what the best rate reaches in ten. Here 0.001 is cautious: sweep.
#
# ## 10. Where Adam is ahead: words
#
# Odd units can be put right beforehand (Day 6). Is there another case in which Adam is ahead at its own best rate? Language is one. Which word comes next? `hp.bigram_counts()` counts, in an old book, how often each of the 150 commonest words follows each other one; `hp.Bigram` learns the chances, with one weight for each pair. There is no mini-batch, so there is no noise. Each optimizer takes 30 steps at its own rate, chosen on one text drawn with these habits, and is then judged on three others. We look at what follows frequent words and rare ones apart: how far the loss there still is above the lowest possible, in **nats** (the unit of a cross-entropy with natural logarithms).

# %% [markdown] key="words" lang="zh-TW" of="4f8987a9"
# 用預設值訓練十個週期（epoch），準確率差了一大截；要訓練五十個週期，才接近最好的學習率只訓練十個週期的成績。0.001 在這裡很保守：還是自己掃描吧。
#
# ## 10. Adam 領先的地方：文字
#
# 單位奇怪，事先調成一致就好（第 6 天）。那麼有沒有別的例子：各用自己最好的學習率，仍然是 Adam 領先？語言就是。下一個字是什麼？`hp.bigram_counts()` 數過一本古書：最常見的 150 個字，每個字後面接著哪個字、各有幾次；`hp.Bigram` 學的就是這些機率，每一對字一個權重。這裡沒有小批次，所以沒有雜訊。每個最佳化器走 30 步，各用自己的學習率。我們先依照這本書的用字習慣，隨機產生幾份文字：一份用來挑學習率，另外三份用來評分。再把常見字和罕見字分開，看接在後面的字：損失比可能的最低值還高多少，單位是 nat（交叉熵取自然對數時的單位）。

# %% key="words-texts"
words, counts = hp.bigram_counts()
drawn = [
    np.random.default_rng(seed).multinomial(counts.sum(), counts.ravel() / counts.sum())
    for seed in range(4)
]
tuning, *texts = [hp.Bigram(table.reshape(counts.shape)) for table in drawn]

# %% key="words-run"
tried = {hp.SGD: range(4, 10), hp.Momentum: range(3, 9), hp.Adam: range(-4, 2)}
begin, left, own = np.zeros(counts.size), {}, {}
descent = {"steps": 30, "record": False}
for rule, powers in tried.items():
    ends = hp.descend(tuning, rule(2.0 ** np.array(powers)), begin, **descent)
    losses = np.where(ends.diverged, np.inf, tuning(ends.end))
    own[rule] = powers[losses.argmin()]
    best = rule(2.0 ** own[rule])
    ends = [hp.descend(text, best, begin, **descent).end for text in texts]
    left[rule.__name__] = np.array([text.excess(end) for text, end in zip(texts, ends)])

# %% key="words-table" tags=["nbval-ignore-output"]
few, many, of = 10, 100, len(texts)
hp.say(
    f"still to learn, in nats: after the {few} commonest words, "
    f"after the {many} rarest ({of} texts)"
)
for name, nats in left.items():
    common, rare = nats[:, :few].mean(axis=1), nats[:, -many:].mean(axis=1)
    print(f"{name:<8}  {common.round(2)}  {rare.round(2)}")

# %% [markdown] key="words-seen" lang="en"
# After the rare words SGD has most left to learn, momentum less, and Adam next to nothing, each at its own best rate. The reason is in the gradient: a word's row of weights gets a gradient in proportion to how often the word occurs, so under SGD a word ten times as rare learns at a tenth of the rate. Adam divides that out. Kunstner et al. (2024) found the same for the words that a language model has to predict: under SGD the rare ones hardly get on, and that explains much of Adam's lead there. Images of ten digits, all about equally frequent, have no such rare classes, and there the tie is no surprise. Day 7 looks at words dot by dot.
#
# ## 11. Adam and the batch size
#
# Two questions from Day 3, now for Adam. How must the rate grow with the batch, so that the noise floor stays? And how does the best rate move?

# %% [markdown] key="words-seen" lang="zh-TW" of="3d0f4bfe"
# 罕見字的後面，SGD 還沒學會的最多，動量法少一些，Adam 幾乎不剩，三個都用自己最好的學習率。原因就在梯度：一個字出現得多頻繁，它那一列權重的梯度就有多大；所以用 SGD，出現次數只有十分之一的字，學習率等於也只有十分之一。Adam 把這個差別除掉了。Kunstner 等人（2024）在語言模型要預測的字上看到同樣的現象：用 SGD，罕見的字幾乎學不動；Adam 在那裡的領先，有很大一部分可以這樣解釋。十個數字的影像，出現次數都差不多，沒有罕見的類別，打平並不意外。第 7 天會把每個字畫成一個點，逐字來看。
#
# ## 11. Adam 與批次大小
#
# 第 3 天的兩個問題，換 Adam 來回答。批次變大時，學習率要怎麼跟著調，雜訊底線才會留在原來的高度？最好的學習率又怎樣移動？

# %% key="batch-run"
parabola, floors = hp.Quadratic([1.0]), {}
for B in [1, 4, 16]:
    rule = hp.Adam(0.001 * np.sqrt(B))
    path = hp.descend(parabola, rule, [0.0], 4000, noise=1 / np.sqrt(B), seed=range(32))
    floors[B] = path.loss[:, 1000:].mean()
batch_sizes, adam_rates = [8, 32, 128, 512], 2.0 ** np.arange(-11, -2)
job = {"batch_size": batch_sizes, "epochs": 5, "seed": range(3)}
sweep = hp.train(network, data["digits"], hp.Adam(adam_rates), **job)
mean_loss = np.nan_to_num(sweep.train_loss.mean(axis=2), nan=np.inf)

# %% key="batch-numbers" tags=["nbval-ignore-output"]
best_rates = adam_rates[mean_loss.argmin(axis=0)]
at = ", ".join(map(str, floors))
shown = [f"{floor:.6f}" for floor in floors.values()]
hp.say(f"floor at B = {at} with rate × √B: {shown}")
at = ", ".join(map(str, batch_sizes))
hp.say(f"best rates for B = {at}: {[float(rate) for rate in best_rates]}")

# %% [markdown] key="batch-seen" lang="en"
# The floor stays with $\eta \propto \sqrt B$: where noise is most of the gradient, Adam divides each step by the size of the noise, so half of the change is made already. (For the whole run to stay the same, $1-\beta_1$ and $1-\beta_2$ have to grow with $B$, too, and $\epsilon$ to shrink with its root: Malladi et al. 2022.) And on the digits, in five epochs, the *best* rate grows about like $\sqrt B$ from 8 to 128, about 4 times over 16 times the batch (by three seeds 2 to 8), and no further up to 512. It is a rule of thumb, not a law: sweep.

# %% [markdown] key="batch-seen" lang="zh-TW" of="e87f8eb1"
# 用 $\eta \propto \sqrt B$，底線就留在原來的高度：梯度大半是雜訊時，Adam 的每一步，差不多就是把梯度除以雜訊的大小。批次加大、雜訊變小，步伐自動變長。該調的量，Adam 已經先調了一半。（要讓整個訓練過程和原來一樣，$1-\beta_1$ 和 $1-\beta_2$ 也要隨 $B$ 放大，$\epsilon$ 則要隨它的平方根縮小：Malladi 等人，2022。）在手寫數字上跑五個訓練週期，批次大小從 8 到 128，**最好**的學習率也大約隨 $\sqrt B$ 放大：批次放大 16 倍，它大約放大 4 倍（只看三個種子，2 到 8 倍都有）；再到 512，就不再放大了。這是經驗法則，不是定律：還是要掃描。

# %% bind="words"
worse, fine = defaults[10].mean(), defaults[50].mean()
says(
    "With ten epochs the default is far behind",
    "差了一大截",
    worse < peak["digits", "Adam"] - 0.05,
)
says(
    "it takes fifty to come near what the best rate reaches in ten",
    "要訓練五十個週期，才接近最好的學習率只訓練十個週期的成績",
    abs(fine - peak["digits", "Adam"]) < 0.03,
)
free("", "用預設值訓練十個週期", "the setting above")
free("at its own best rate", "用自己最好的學習率", "the question")
free("above the lowest possible", "比可能的最低值還高", "a definition")
free("Here 0.001 is cautious", "0.001 在這裡很保守", "the default")
free("", "Adam 領先的地方", "the heading")
free("", "仍然是 Adam 領先", "the question")
says("the 150 commonest words", "最常見的 150 個字", len(words) == 150)
says("takes 30 steps", "走 30 步", descent["steps"] == 30)
says(
    "judged on three others",
    "另外三份用來評分",
    len(texts) == len(left["Adam"]) == 3 and all(text is not tuning for text in texts),
)

# %% bind="words-seen"
says(
    "After the rare words",
    "罕見字的後面，",
    common.shape == rare.shape == (len(texts),),
)
after_rare = {name: nats[:, -100:].mean(axis=1) for name, nats in left.items()}
says(
    "SGD has most left to learn, momentum less",
    "SGD 還沒學會的最多，動量法少一些",
    after_rare["SGD"].min() > after_rare["Momentum"].max(),
)
says(
    "Adam next to nothing",
    "Adam 幾乎不剩",
    after_rare["Adam"].max() < after_rare["Momentum"].min() / 3,
)
says(
    "most left to learn, ... next to nothing",
    "還沒學會的最多 ... 幾乎不剩",
    after_rare["Adam"].max() < after_rare["SGD"].min() / 10,
)
free("how does the best rate move", "最好的學習率又怎樣移動", "the question")
inside = [min(powers) < own[rule] < max(powers) for rule, powers in tried.items()]
says("each at its own best rate", "三個都用自己最好的學習率", inside == [True] * 3)
free(
    "a word ten times as rare learns at a tenth of the rate",
    "出現次數只有十分之一的字，學習率等於也只有十分之一",
    "exact: tested in tests/core",
)
free("explains much of Adam's lead", "Adam 在那裡的領先", "their finding")
free(
    "Images of ten digits, all about equally frequent",
    "十個數字的影像，出現次數都差不多",
    "the digits",
)

# %% bind="batch-seen"
says(
    "The floor stays with",
    "底線就留在原來的高度",
    max(floors.values()) < 1.15 * min(floors.values()),
)
free("most of the gradient", "大半是雜訊", "the condition")
free("half of the change", "先調了一半", "a square root")
smallest, _, larger, largest = batch_sizes
says("in five epochs", "五個訓練週期", sweep.loss.shape[-1] == 5 * np.ceil(1150 / 8))
says("from 8 to 128", "從 8 到 128", (smallest, larger) == (8, 128))
says(
    "about 4 times over 16 times the batch",
    "批次放大 16 倍，它大約放大 4 倍",
    4 <= best_rates[2] / best_rates[0] <= 8 and larger / smallest == 16,
)
says(
    "(by three seeds 2 to 8)",  # with other seeds in tests/claims
    "（只看三個種子，2 到 8 倍都有）",
    len(job["seed"]) == 3,
)
says(
    "and no further up to 512",
    "再到 512，就不再放大了",
    best_rates[3] <= best_rates[2] and largest == 512 and list(floors) == [1, 4, 16],
)
free("the *best* rate grows", "**最好**的學習率也大約", "bound with the factor")

# %% [markdown] key="decay" lang="en"
# ## 12. Weight decay is not L2
#
# To keep weights small, add a penalty to the loss, **L2**: $\tfrac12 d\,\lVert w \rVert^2$, with the sum of all squared weights; its gradient is $d\,w$. Or shrink the weights directly, **weight decay**: $w \leftarrow w - \eta\,d\,w$ at each step. $d$ says how strongly. For SGD without momentum the two are the same. **AdamW** (Loshchilov and Hutter 2019) is Adam's step plus weight decay. Suppose that only the penalty acts:

# %% [markdown] key="decay" lang="zh-TW" of="f8499ec3"
# ## 12. 權重衰減不等於 L2
#
# 不想讓權重變得太大，可以在損失裡加一項懲罰，叫做 **L2**：$\tfrac12 d\,\lVert w \rVert^2$（後面是所有權重的平方和），它的梯度是 $d\,w$。也可以直接縮小權重，叫做**權重衰減**（weight decay）：每一步 $w \leftarrow w - \eta\,d\,w$。$d$ 表示力道。對沒有動量的 SGD 來說，兩者是同一回事。**AdamW**（Loshchilov 和 Hutter，2019）就是 Adam 的一步，再加上權重衰減。假設只有懲罰在起作用：

# %% key="quiz-decay"
hp.quiz("day5-decay")

# %% key="decay-run"
shrunk = {}
for d in [0.1, 0.01, 0.001, 0.0001]:
    l2 = shrunk[d] = hp.descend(
        hp.Quadratic([d]), hp.Adam(0.01), start=[1.0], steps=50
    ).end[0]
    adamw = hp.descend(
        hp.Quadratic([0]), hp.AdamW(0.01, weight_decay=d), start=[1.0], steps=50
    ).end[0]
    assert np.isclose(adamw, (1 - 0.01 * d) ** 50, rtol=1e-12)
    hp.say(f"d = {d:<6}  Adam with L2: w = {l2:.4f}    AdamW: w = {adamw:.4f}")

# %% [markdown] key="decay-seen" lang="en"
# Adam divides the penalty's gradient by its size, so $d$ drops out: a thousand times weaker, and the weight shrinks just as much. AdamW shrinks it to $(1 - \eta d)^t$ of itself, as asked. In a real training $\sqrt{\hat v}$ comes mostly from the data's gradients, and the penalty is divided by it, too. So Adam with L2 decays weights with small gradients most, instead of all alike. And note the product: in this form, which is PyTorch's, a change of the rate changes the decay $\eta\,d$ too. (Loshchilov and Hutter multiply $d$ by the schedule's factor only, so that the two stay apart.) What decay does to a network, Day 7 measures.
#
# ## In practice
#
# - **PyTorch**: `torch.optim.Adam(model.parameters(), lr=0.001, betas=(0.9, 0.999), eps=1e-8)`. Its `weight_decay` is L2; for true decay use `torch.optim.AdamW`. AMSGrad is `amsgrad=True`.
# - **Keras**: `keras.optimizers.Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7)`. Another $\epsilon$, and in another place: Keras adds it to $\sqrt{v}$ without the hat, so that at the first step it weighs $10^{-7}/\sqrt{0.001} \approx 3.2\cdot 10^{-6}$ in our formula.
# - Adam keeps two more numbers for every weight. In large models that is real memory.
# - In Day 7's table most large language models were trained with AdamW, warmup and decay (Day 2); $\beta_2$ is often 0.95 there.

# %% [markdown] key="decay-seen" lang="zh-TW" of="2056a69d"
# Adam 把懲罰的梯度也除以它自己的大小，所以 $d$ 被約掉了：力道只剩千分之一，權重還是縮小一樣多。AdamW 則照我們的要求，縮小成 $(1 - \eta d)^t$ 倍。真正訓練時，$\sqrt{\hat v}$ 主要由資料的梯度決定，懲罰也要除以它。所以 Adam 加 L2 時，梯度小的權重衰減得最多，而不是大家都相同。還要注意那個乘積：這裡用的是 PyTorch 的寫法，改學習率，衰減量 $\eta\,d$ 也跟著改。（Loshchilov 和 Hutter 只把 $d$ 乘上排程的倍率，學習率和衰減就互不影響。）權重衰減對網路有什麼影響，第 7 天來量。
#
# ## 實務上
#
# - **PyTorch**：`torch.optim.Adam(model.parameters(), lr=0.001, betas=(0.9, 0.999), eps=1e-8)`。它的 `weight_decay` 是 L2；要真正的權重衰減，請用 `torch.optim.AdamW`。AMSGrad 寫成 `amsgrad=True`。
# - **Keras**：`keras.optimizers.Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7)`。$\epsilon$ 不一樣，放的位置也不一樣：Keras 把它加到沒有戴帽子的 $\sqrt{v}$ 上，換算成我們的公式，第一步相當於 $10^{-7}/\sqrt{0.001} \approx 3.2\cdot 10^{-6}$。
# - Adam 要替每個權重多記兩個數。模型一大，占的記憶體就很可觀。
# - 第 7 天的表裡，大型語言模型多半用 AdamW，加上預熱和衰減（第 2 天）來訓練；$\beta_2$ 常用 0.95。

# %% bind="decay-seen"
says(
    "a thousand times weaker, and the weight shrinks just as much",
    "力道只剩千分之一，權重還是縮小一樣多",
    abs(max(shrunk) / min(shrunk) - 1000) < 1e-9
    and np.ptp(list(shrunk.values())) < 1e-3,
)
free(
    "decays weights with small gradients most",
    "梯度小的權重衰減得最多",
    "follows from the division",
)
free("most large language models", "大型語言模型多半用 AdamW", "8 of 12")
free("$\\beta_2$ is often 0.95", "$\\beta_2$ 常用 0.95", "Day 7's table")

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - Adam divides each weight's smoothed gradient by its usual size. Units drop out, and a step is about $\eta$ whatever the size of the gradients, as long as they keep it, agree in sign, and lie well above $\epsilon$. The hats make this true from the first step.
# - It is a coordinate-wise method: a great help when single weights differ in scale, much less when the ravine runs across the axes.
# - Each at its own best rate, momentum equals Adam on our images; where scales or frequencies differ, as in language, Adam is ahead. Its rate still has to be found. For decay use AdamW.
#
# **Your turn:** the [exercises of Day 5](day5_exercises.ipynb) answer at once.
#
# **Next:** [Day 6](day6_summary.ipynb). Which optimizer, rate and batch size, on Monday morning? We test all the advice, and practise finding out.

# %% [markdown] key="recap" lang="zh-TW" of="333b33fa"
# ## 今天帶走的東西
#
# - Adam 把每個權重平滑過的梯度，除以它平常的大小。單位因此約掉了；只要梯度方向一致、大小不突然改變、又比 $\epsilon$ 大得多，不管多大，一步大約都是 $\eta$。戴上帽子，從第一步起就是如此。
# - 它是逐座標的方法：個別權重的尺度不同時，幫助很大；山谷斜跨座標軸時，幫助少得多。
# - 各用自己最好的學習率，在我們的影像上，動量法和 Adam 打平；尺度或頻率差很多的地方，例如語言，Adam 領先。它的學習率還是得自己找出來。要權重衰減，就用 AdamW。
#
# **換你動手**：[第 5 天的練習](day5_exercises.ipynb)，每一題做完，馬上知道對不對。
#
# **下一站**：[第 6 天](day6_summary.ipynb)。星期一早上，該用哪個最佳化器、哪個學習率、批次大小又該是多少？我們要把所有的建議拿來檢驗，並且練習怎樣自己找答案。

# %% bind="recap"
free("as long as they keep it", "", "the condition; exercise 3 breaks it")
free("Each at its own best rate", "各用自己最好的學習率", "sections 9 and 10")
free("", "Adam 領先。它的學習率", "section 10")

# %% key="progress"
hp.progress()

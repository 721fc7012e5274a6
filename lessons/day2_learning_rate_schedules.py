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
# # Day 2 · Learning rate schedules: when should the step change?
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday2_learning_rate_schedules.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day2_learning_rate_schedules.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day2_learning_rate_schedules.ipynb) · [English](../en/day2_learning_rate_schedules.ipynb) · [繁體中文](../zh-TW/day2_learning_rate_schedules.ipynb)
#
# **You will do:** let the learning rate fall, slowly and too fast, on a slider; tune schedules on handwritten digits; average the weights instead; raise the rate slowly at the start and see how much larger it may become; watch a network settle at the edge of what its rate can bear.
#
# **You will learn:** why the loss under a constant rate stops at a floor; what decay, averaging and warmup buy, in numbers; why large rates cannot stay in sharp places.
#
# **You need:** Day 1. About 45 minutes; section 6 is optional. Run the cells from top to bottom with Shift+Enter. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" of="11dee679"
# # 第 2 天 · 學習率排程：步伐該在什麼時候改變？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday2_learning_rate_schedules.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day2_learning_rate_schedules.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day2_learning_rate_schedules.ipynb) · [English](../en/day2_learning_rate_schedules.ipynb) · [繁體中文](../zh-TW/day2_learning_rate_schedules.ipynb)
#
# **你會動手做**：拖動滑桿，讓學習率慢慢下降，再讓它降得太快；在手寫數字上，替幾種排程各自調好學習率；改用權重平均；訓練一開始慢慢提高學習率，看它最後能大到多少；看一個網路怎樣停在學習率容得下的邊緣。
#
# **你會學到**：學習率固定時，損失為什麼降到某個底線就降不下去；衰減、平均和預熱到底換來什麼、換來多少；大學習率為什麼在尖銳的地方停不住。
#
# **你需要**：第 1 天的內容。大約 45 分鐘，第 6 節可以略過。請由上到下，用 Shift+Enter 逐格執行。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。

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
# On Day 1 the parabola gave its slope without error. A mini-batch, the few examples of one update, does not: its gradient is the true slope plus noise. So add noise to the parabola, a fresh random number with mean 0 and standard deviation $\sigma = 1$ at every step, and walk down from $w = -5$ with two rates, 0.5 and 0.02, using 200 seeds for each.
#
# **Predict:** which of the two rates has the lower loss after 300 steps, and which after 20?

# %% [markdown] key="puzzle" lang="zh-TW" of="8cfc91cd"
# ## 1. 一個謎題
#
# 第 1 天的拋物線，給出的斜率沒有誤差。小批次（一次更新用的那幾個樣本）可不是這樣：它的梯度是真正的斜率再加上雜訊。所以我們也替拋物線加上雜訊：每一步的斜率都加一個重新抽的亂數，平均為 0，標準差為 $\sigma = 1$。從 $w = -5$ 出發，用 0.5 和 0.02 兩個學習率往下走，各用 200 個種子。
#
# **先預測**：走了 300 步之後，哪一個學習率的損失比較低？只走 20 步呢？

# %% key="puzzle-figure"
with hp.predict("day2-puzzle"):
    bowl, rates = hp.Quadratic([1.0]), [0.5, 0.02]  # curvature 1
    noise = {"noise": 1.0, "seed": range(200)}
    two = hp.descend(bowl, hp.SGD(lr=rates), start=[-5.0], steps=300, **noise)
    fig, ax = plt.subplots()
    hp.figures.noisy_losses(two, ax, [f"lr = {rate}" for rate in rates])
    hp.show(fig, "day2-puzzle")

# %% bind="day2-puzzle"
ends = two.loss[..., -50:].mean(axis=(1, 2))
says(
    "the large rate falls at once and stays high, the small one falls lower",
    "大學習率的損失馬上下降，卻停在高處；小學習率的損失最後降得更低",
    ends[1] < ends[0] / 3,
)

# %% bind="title"
free("how much larger it may become", "", "what section 6 measures, bound there")

# %% bind="puzzle"
free("which after 20", "只走 20 步呢", "the question")

# %% [markdown] key="puzzle-answer" lang="en"
# <details><summary>After your answer: two rates under noise</summary>
#
# Thick lines are the mean over the seeds, thin ones a single seed. The large rate is far ahead after 20 steps, but its loss falls no further. The small rate is slow, and its loss ends much lower. Fast or accurate: a constant rate alone has to choose.
#
# </details>

# %% [markdown] key="puzzle-answer" lang="zh-TW" of="4e2bd11c"
# <details><summary>作答之後：雜訊裡的兩個學習率</summary>
#
# 粗線是所有種子的平均，細線是其中一個種子。走了 20 步，大學習率遙遙領先，可是損失接著就不再下降。小學習率很慢，最後的損失卻低得多。要快還是要準，光靠固定的學習率，只能選一個。
#
# </details>

# %% bind="day2-puzzle"
fast, slow = two.loss.mean(axis=1)
says("the rates 0.5 and 0.02", "學習率是 0.5 和 0.02", rates == [0.5, 0.02])
says("after 20 steps, which after 300?", "走 20 步", len(fast) == 301)
says(
    "two thirds of its way are still ahead",
    "路還剩下三分之二",
    abs((1 - rates[1]) ** 20 - 2 / 3) < 0.01,
)
right(
    "0.5 after 20 steps, 0.02 after 300",
    fast[20] < slow[20] and slow[-1] < fast[-1] / 2,
)

# %% bind="puzzle-answer"
fast, slow = two.loss.mean(axis=1)
says(
    "far ahead after 20 steps", "走了 20 步，大學習率遙遙領先", fast[20] < slow[20] / 5
)
says(
    "its loss falls no further",
    "損失接著就不再下降",
    0.8 < fast[-100:].mean() / fast[50:150].mean() < 1.2,
)
says(
    "its loss ends much lower",
    "最後的損失卻低得多",
    slow[-100:].mean() < fast[-100:].mean() / 5,
)

# %% [markdown] key="puzzle-question" lang="en"
# Does the rate have to be constant? A rule that changes it on the way is a **learning rate schedule**. First, though: what does the noise do?

# %% [markdown] key="puzzle-question" lang="zh-TW" of="84001eba"
# 學習率非得固定不可嗎？讓它在途中改變的規則，叫做**學習率排程**（learning rate schedule）。不過先問一個問題：雜訊會造成什麼影響？

# %% [markdown] key="floor" lang="en"
# ## 2. The noise floor
#
# Let $\varepsilon$ be the noise of one step. The update is
#
# $$w \leftarrow w - \eta\,(\lambda\,w + \varepsilon) = (1 - \eta\lambda)\,w - \eta\,\varepsilon.$$
#
# Every step shrinks the old error and adds a new kick. The variance $V$ of $w$ therefore follows
#
# $$V \leftarrow (1 - \eta\lambda)^2\,V + \eta^2\sigma^2,$$
#
# and if $\eta\lambda < 2$, it comes to rest where both sides are equal. The average loss $\tfrac12 \lambda V$ then is the **noise floor**:
#
# $$V = \frac{\eta\,\sigma^2}{\lambda\,(2 - \eta\lambda)}, \qquad \tfrac12 \lambda V = \frac{\eta\,\sigma^2}{2\,(2 - \eta\lambda)}.$$
#
# Here $\eta$ is the learning rate, $\lambda$ the curvature, as on Day 1, and $\sigma$ the standard deviation of the noise. Does repeating the update of $V$ lead there?

# %% [markdown] key="floor" lang="zh-TW" of="533d1d4d"
# ## 2. 雜訊底線
#
# 用 $\varepsilon$ 代表一步裡的雜訊，更新式就是
#
# $$w \leftarrow w - \eta\,(\lambda\,w + \varepsilon) = (1 - \eta\lambda)\,w - \eta\,\varepsilon.$$
#
# 每一步都把舊的誤差縮小一點，又添上一次新的擾動。所以 $w$ 的變異數 $V$ 依下式變化：
#
# $$V \leftarrow (1 - \eta\lambda)^2\,V + \eta^2\sigma^2,$$
#
# 只要 $\eta\lambda < 2$，等到左右兩邊相等，它就不再變動。這時的平均損失 $\tfrac12 \lambda V$ 就是**雜訊底線**（noise floor）：
#
# $$V = \frac{\eta\,\sigma^2}{\lambda\,(2 - \eta\lambda)}, \qquad \tfrac12 \lambda V = \frac{\eta\,\sigma^2}{2\,(2 - \eta\lambda)}.$$
#
# 其中 $\eta$ 是學習率，$\lambda$ 是曲率（和第 1 天一樣），$\sigma$ 是雜訊的標準差。反覆代入 $V$ 的更新式，真的會得到這個值嗎？

# %% key="floor-by-hand"
curvature, sigma, lr, V = 2.0, 1.0, 0.3, 0.0
for _ in range(100):
    V = (1 - lr * curvature) ** 2 * V + lr**2 * sigma**2
floor = 0.5 * curvature * V
assert np.isclose(V, lr * sigma**2 / (curvature * (2 - lr * curvature)))
assert np.isclose(floor, lr * sigma**2 / (2 * (2 - lr * curvature)))
hp.say(f"variance {V:.4f}, floor {floor:.4f}")

# %% key="quiz-floor"
hp.quiz("day2-floor")

# %% [markdown] key="floor-measure" lang="en"
# And do noisy runs obey the formula? Take six rates and 200 seeds, let them walk 300 steps, and compare the average loss of the last 100 with the floor:

# %% [markdown] key="floor-measure" lang="zh-TW" of="169dbea0"
# 真的加上雜訊去跑，結果符合公式嗎？取六個學習率、200 個種子，各走 300 步，拿最後 100 步的平均損失和底線比一比：

# %% key="floor-measured"
floor_rates = np.array([0.02, 0.05, 0.1, 0.5, 1, 1.5])
path = hp.descend(bowl, hp.SGD(floor_rates), start=[0.0], steps=300, **noise)
tail = 100
measured = path.loss[..., -tail:].mean(axis=(1, 2))
floor = floor_rates / (2 * (2 - floor_rates))
for rate, m, f in zip(floor_rates, measured, floor):
    hp.say(f"lr = {rate:<4}  formula {f:.4f}   measured / formula {m / f:.2f}")

# %% bind="floor-measure"
says(
    "Take six rates and 200 seeds",
    "取六個學習率、200 個種子",
    path.loss.shape[:2] == (6, 200),
)
says("the average loss of the last 100", "拿最後 100 步的平均損失", tail == 100)

# %% [markdown] key="floor-seen" lang="en"
# They agree within a few percent. For small $\eta$ the floor is nearly proportional to the rate, and more steps do not lower it. What does: a smaller rate; a larger batch, which lowers $\sigma$ (Day 3); and the average of the weights, to which we come in section 3.

# %% [markdown] key="floor-seen" lang="zh-TW" of="2e67837b"
# 兩者相符，頂多差百分之幾。$\eta$ 小的時候，底線幾乎和學習率成正比；走再多步也降不下去。要壓低它，可以調小學習率；可以加大批次，讓 $\sigma$ 變小（第 3 天）；也可以把權重平均起來，第 3 節會談。

# %% bind="floor-seen"
small = floor_rates < 0.2
says(
    "agree within a few percent",
    "頂多差百分之幾",
    np.abs(measured / floor - 1).max() < 0.07,
)
says(
    "nearly proportional to the rate",
    "底線幾乎和學習率成正比",
    np.ptp(floor[small] / floor_rates[small]) < 0.06 * (floor / floor_rates)[0],
)
free(
    "more steps do not lower it",
    "",
    "algebra: where V comes to rest there are no steps",
)
free("a smaller rate; a larger batch", "", "what lowers the floor in the formula")

# %% [markdown] key="decay" lang="en"
# ## 3. Learning rate decay
#
# So begin with a large rate, to arrive quickly, and let it fall, to lower the floor. A simple form is **exponential decay**:
#
# $$\eta_t = \eta_0 \exp(-k t)$$
#
# $\eta_t$ is the learning rate of update $t$ ($t = 0, 1, 2, \dots$); $\eta_0$ is the first one; $k$ is the decay rate, `rate` in code. Every update multiplies the learning rate by the same factor $e^{-k}$. (*Dive into Deep Learning* writes $\lambda$ for the decay rate. Here $\lambda$ stays the curvature.)

# %% [markdown] key="decay" lang="zh-TW" of="c8da1b6a"
# ## 3. 學習率衰減
#
# 那麼，一開始用大的學習率，好早點走到附近；再讓它變小，把底線壓低。一種簡單的形式是**指數衰減**（exponential decay）：
#
# $$\eta_t = \eta_0 \exp(-k t)$$
#
# $\eta_t$ 是第 $t$ 次更新的學習率（$t = 0, 1, 2, \dots$），$\eta_0$ 是一開始的學習率（初始學習率），$k$ 是衰減率，程式裡寫作 `rate`。每次更新都把學習率乘上同一個倍率 $e^{-k}$。（《動手學深度學習》用 $\lambda$ 代表衰減率；這裡的 $\lambda$ 一律是曲率。）

# %% key="decay-by-hand"
lr0, decay_rate, t = 0.5, 0.02, np.arange(300)
lr_t = lr0 * np.exp(-decay_rate * t)
schedule = hp.ExponentialDecay(lr=lr0, rate=decay_rate)
assert np.allclose(lr_t, schedule(t))
shown = [0, 1, 2, 100]
hp.say(f"updates {', '.join(map(str, shown))}: {schedule(shown).round(4)}")

# %% bind="decay"
free("to lower the floor", "", "the idea to be tested")

# %% [markdown] key="play-decay" lang="en"
# **Your turn.** All five schedules start at 0.5 and meet noise of the same size. On the right, the thin line is one run; the others are averages over all possible noise. Your slider sets $k$ of the exponential schedule; step, inverse time and cosine are explained below.
#
# 1. Find the $k$ with the lowest loss at the end.
# 2. Go on to the right until decay is *worse* than the constant rate. What does the sum of all rates say there?

# %% [markdown] key="play-decay" lang="zh-TW" of="e3b6c0b5"
# **換你玩**：五種排程都從 0.5 開始，雜訊也一樣大。右圖的細線是其中一次（只用一個種子），其他的線是對所有可能的雜訊取平均。滑桿調的是指數衰減的 $k$；階梯（step）、反時間（inverse time）和餘弦（cosine）衰減，後面會說明。
#
# 1. 找出最後損失最低的 $k$。
# 2. 再往右調，直到衰減比固定的學習率**還差**。這時所有學習率加起來是多少？

# %% key="explore-decay"
hp.explore_decay()

# %% key="quiz-too-fast"
hp.quiz("day2-too-fast")

# %% bind="play-decay"
free(
    "All five schedules start at 0.5",
    "五種排程都從 0.5 開始，雜訊也一樣大",
    "the live figure's own settings",
)
free("with the lowest loss at the end", "最後損失最低的", "a task")
free("until decay is *worse*", "", "a task")

# %% [markdown] key="sweep-decay" lang="en"
# Now sweep: 25 decay rates with 200 seeds each. The line is the median of five groups of 40 seeds, the band their range, and the dashed line the noise floor of the constant rate 0.5.

# %% [markdown] key="sweep-decay" lang="zh-TW" of="42c54d5a"
# 現在來掃描：25 個衰減率，各用 200 個種子。把種子分成五組，每組 40 個：線是五組的中位數，色帶是五組的範圍，虛線是固定學習率 0.5 的雜訊底線。

# %% key="decay-sweep"
decays = np.geomspace(1e-3, 2, 25)
noisy = {"start": [-5.0], "steps": 300, "record": False} | noise
decayed = hp.descend(bowl, hp.SGD(hp.ExponentialDecay(lr0, decays)), **noisy)
groups = bowl(decayed.end).reshape(len(decays), 5, 40).mean(axis=-1)

# %% key="decay-figure"
fig, ax = plt.subplots()
hp.figures.sweep(decays, groups, ax, f"loss after {noisy['steps']} steps", better=min)
ax.axhline(lr0 / (2 * (2 - lr0)), color="black", lw=1, ls="--")
ax.annotate(f"constant rate {lr0}", (0.001, 0.19), va="bottom")
ax.set(yscale="log", xlabel=r"decay rate $k$")
hp.show(fig, "day2-decay")

# %% bind="sweep-decay"
says(
    "25 decay rates with 200 seeds each",
    "各用 200 個種子",
    decayed.end.shape[:2] == (25, 200),
)
free("", "線是五組的中位數，色帶是五組的範圍", "the same groups")
says(
    "five groups of 40 seeds",
    "分成五組，每組 40 個",
    groups.shape[1] == 5 and decayed.end.shape[1] == 5 * 40,
)
says("the constant rate 0.5", "固定學習率 0.5", lr0 == 0.5)
says(
    "the dashed line the noise floor",
    "虛線是固定學習率 0.5 的雜訊底線",
    any(np.allclose(line.get_ydata(), lr0 / (2 * (2 - lr0))) for line in ax.lines),
)

# %% [markdown] key="travel" lang="en"
# Too slow, and the noise stays. Too fast, and decay is worse than none. Why?
#
# Without noise, step $t$ multiplies the distance by $1 - \eta_t \lambda$, so that the product of all these factors is left. And however long you train, the rates add up to a finite sum:
#
# $$\sum_{t=0}^{\infty} \eta_0\,e^{-k t} = \frac{\eta_0}{1 - e^{-k}}.$$
#
# Here no factor is zero, so the product stays above zero, and the smaller the sum, the more of the distance is left: the run **freezes** on the way. Compare:

# %% [markdown] key="travel" lang="zh-TW" of="f54c4cd8"
# 降得太慢，雜訊還在；降得太快，比不衰減還差。為什麼？
#
# 沒有雜訊時，第 $t$ 步把距離乘上 $1 - \eta_t \lambda$，所以最後剩下的就是這些倍率的乘積。而且不管訓練多久，學習率加起來都是有限的：
#
# $$\sum_{t=0}^{\infty} \eta_0\,e^{-k t} = \frac{\eta_0}{1 - e^{-k}}.$$
#
# 這裡沒有哪個倍率是零，所以乘積不會降到零；而且總和越小，剩下的距離越多，路徑就**凍結**在半路上。比較看看：

# %% key="travel-run"
kept = []
for j in [9, 16, 20, 24]:
    rates = hp.ExponentialDecay(lr0, decays[j])(np.arange(100_000))
    assert np.isclose(rates.sum(), lr0 / (1 - np.exp(-decays[j])))
    left, stopped_at = np.prod(1 - rates), abs(decayed.end[j].mean())
    kept.append((left, stopped_at))
    hp.say(
        f"k = {decays[j]:5.2f}  sum {rates.sum():5.2f}  distance left {left:4.0%}  "
        f"stops {stopped_at:.2f} from 0"
    )

# %% bind="travel"
lowest, constant = np.median(groups, axis=1), lr0 / (2 * (2 - lr0))
says(
    "Too slow, and the noise stays", "降得太慢，雜訊還在", lowest[0] > 5 * lowest.min()
)
says(
    "Too fast, and decay is worse than none",
    "降得太快，比不衰減還差",
    lowest[-1] > 2 * constant,
)
says(
    "the smaller the sum, the more of the distance is left",
    "總和越小，剩下的距離越多",
    np.diff([left for left, _ in kept]).min() > 0,  # k rises, so the sum falls
)

# %% [markdown] key="four" lang="en"
# The runs started 5 away from the minimum at 0. In the last two lines they stop far short of it, where the product says: 24% of 5 is 1.2, 46% is 2.3. A longer training would not move them.
#
# ### A fair comparison
#
# The slider compared schedules that all start at 0.5, which suits some better than others. Three other common ones:
#
# - **step decay**: $\eta_t = \eta_0 f^{\lfloor t/s \rfloor}$, times a factor $f$ after every $s$ updates;
# - **inverse-time decay**: $\eta_t = \eta_0/(1 + k t)$;
# - **cosine decay**: $\eta_t = \tfrac12\eta_0\,(1 + \cos(\pi t/T))$, down to zero when $T$ updates are made.
#
# A comparison is fair when each may search equally long. So each of them, and the constant rate, gets 25 settings. And no luck of the seeds shall decide: mean and variance of $w$ after 300 steps follow from the formula of section 2, step by step, and with them the average loss, exactly.

# %% [markdown] key="four" lang="zh-TW" of="b6de3842"
# 起點離最小值 0 的距離都是 5。最後兩行還差很遠就停住了，停下的地方，正是乘積算出來的位置：5 的 24% 是 1.2，46% 是 2.3。就算訓練得更久，它們也不會再動。
#
# ### 公平的比較
#
# 滑桿那張圖裡的排程全都從 0.5 出發，這對有些排程比較有利。另外三種常用的排程是：
#
# - **階梯衰減**（step）：$\eta_t = \eta_0 f^{\lfloor t/s \rfloor}$，每 $s$ 次更新就乘上一個倍率 $f$；
# - **反時間衰減**（inverse time）：$\eta_t = \eta_0/(1 + k t)$；
# - **餘弦衰減**（cosine）：$\eta_t = \tfrac12\eta_0\,(1 + \cos(\pi t/T))$，做完 $T$ 次更新時降到零。
#
# 大家搜尋的次數相同，比較才公平。所以每一種排程，還有固定的學習率，都各試 25 組設定。而且不讓種子的運氣決定勝負：走 300 步之後，$w$ 的平均和變異數可以用第 2 節的公式一步一步算出來，平均損失也就能精確算出來。
# %% bind="four"
(first, stop), (last, last_stop) = kept[-2:]
away = np.abs(noisy["start"][0])
says("The runs started 5 away", "離最小值 0 的距離都是 5", away == 5)
says(
    "24% of 5 is 1.2",
    "5 的 24% 是 1.2",
    round(first, 2) == 0.24 and round(away * first, 1) == 1.2,
)
says(
    "46% is 2.3",
    "46% 是 2.3",
    round(last, 2) == 0.46 and round(away * last, 1) == 2.3,
)
says(
    "In the last two lines they stop far short of it",
    "最後兩行還差很遠就停住了",
    min(stop, last_stop) > 1 > max(at for _, at in kept[:-2]),
)
says(
    "where the product says",
    "正是乘積算出來的位置",
    max(abs(stop - away * first), abs(last_stop - away * last)) < 0.1,
)
free(
    "A longer training would not move them",
    "就算訓練得更久",
    "algebra: the sum of all rates is finite",
)
free(
    "all start at 0.5, which suits some better",
    "全都從 0.5 出發",
    "the live figure; measured below",
)
free("equally long. So each", "", "the plan")


# %% key="fair-exact"
def average_loss(lr, steps=noisy["steps"]):
    mean, variance = noisy["start"][0], 0.0
    for t in range(steps):
        rate = lr(t)
        mean = (1 - rate) * mean
        variance = (1 - rate) ** 2 * variance + rate**2
    return (mean**2 + variance) / 2


# %% key="fair-run"
alone = np.geomspace(0.005, 1.8, 25)  # 25 peak rates, or 5 peak rates × 5 of the rest
peaks = np.repeat(np.geomspace(0.02, 1.8, 5), 5)
ks, every = np.tile(np.geomspace(0.005, 3, 5), 5), np.tile([25, 40, 60, 90, 130], 5)
contest = {"constant": hp.Constant(alone),
           "exponential": hp.ExponentialDecay(peaks, ks),
           "step decay": hp.StepDecay(peaks, 0.3, every),
           "inverse time": hp.InverseTimeDecay(peaks, ks),
           "cosine": hp.CosineDecay(alone, noisy["steps"])}  # fmt: skip
exact = {}
for name, schedule in contest.items():
    loss = exact[name] = average_loss(schedule)
    peak = (schedule.lr if name != "constant" else alone)[loss.argmin()]
    hp.say(f"{name:<12}  best lr {peak:.3f}   loss {loss.min():.4f}")

# %% bind="four"
says("after 300 steps follow", "走 300 步之後", noisy["steps"] == 300)
says(
    "mean and variance of $w$",
    "$w$ 的平均和變異數可以用",
    np.isclose(average_loss(hp.Constant(0.5)), two.loss[0, :, -100:].mean(), rtol=0.05),
)
says(
    "gets 25 settings", "各試 25 組設定", {loss.size for loss in exact.values()} == {25}
)

# %% [markdown] key="fair-seen" lang="en"
# Once tuned, even the constant rate does far better than 0.5 did. Every decay still beats it: what is left is between some four tenths and two thirds of its loss. The decays differ too, and each wants its own first rate, so a comparison at one and the same rate says little. Inverse-time decay wins, for a reason: as tuned, its rate is close to $1/(\lambda t)$, with $\lambda = 1$, so that it averages all kicks with almost equal weight. Equal weights are the best that can be done on this parabola, where one curvature is all there is. A network has many.
#
# ### Or average the weights
#
# The rate need not fall at all. Keep it, and at the end take the **mean of the last $n$ weights** instead of the last one. A kick $\varepsilon$ moves $w$ by $-\eta\varepsilon$, and each later step shrinks this shift by the factor $1 - \eta\lambda$. Over all steps it adds up to
#
# $$-\eta\,\varepsilon\,\bigl(1 + (1 - \eta\lambda) + (1 - \eta\lambda)^2 + \dots\bigr) = -\frac{\varepsilon}{\lambda}.$$
#
# The learning rate is gone. So the mean is off by about $\frac{1}{n\lambda}$ times the sum of $n$ kicks, and its average loss is about $\sigma^2/(2\lambda n)$, whatever the rate, as long as $n$, and the number of steps before these $n$, are many times the number of steps in which a shift dies away, for small rates $1/(\eta\lambda)$:

# %% [markdown] key="fair-seen" lang="zh-TW" of="dd3288cb"
# 調好之後，就連固定的學習率也比 0.5 好得多。不過每一種衰減還是贏過它：損失大約是它的十分之四到三分之二。各種衰減彼此也有差距，而且各有自己合適的起始學習率，所以用同一個學習率去比，看不出什麼。反時間衰減拿下冠軍，這是有原因的：調好之後，它的學習率接近 $1/(\lambda t)$（這裡 $\lambda = 1$），等於把所有的擾動用幾乎同樣的份量平均起來。這條拋物線只有一個曲率，份量都相同就是最好的辦法；網路卻有許多不同的曲率。
#
# ### 也可以把權重平均起來
#
# 學習率也可以不降。讓它固定，訓練結束時不取最後一個權重，而是取**最後 $n$ 個權重的平均**。一次擾動 $\varepsilon$ 讓 $w$ 移動 $-\eta\varepsilon$，之後每一步都把這段位移乘上 $1 - \eta\lambda$。各步的位移加起來是
#
# $$-\eta\,\varepsilon\,\bigl(1 + (1 - \eta\lambda) + (1 - \eta\lambda)^2 + \dots\bigr) = -\frac{\varepsilon}{\lambda}.$$
#
# 學習率消掉了。所以這個平均偏離最小值的量，大約是 $n$ 次擾動的總和乘上 $\frac{1}{n\lambda}$；平均損失大約是 $\sigma^2/(2\lambda n)$，和學習率無關。（條件是 $n$ 和這 $n$ 步之前的步數，都比位移消退所需的步數多得多；學習率小的時候，那大約是 $1/(\eta\lambda)$ 步。）

# %% key="average-run"
n, average_rates = 200, [0.1, 0.2, 0.5, 1.0]
path = hp.descend(bowl, hp.SGD(average_rates), start=[-5.0], steps=300, **noise)
last = bowl(path.end).mean(axis=-1)
averaged = bowl(path.w[..., -n:, :].mean(axis=-2)).mean(axis=-1)
formula = 1 / (2 * n)
for rate, one, mean in zip(average_rates, last, averaged):
    hp.say(f"lr = {rate}  last weight {one:.4f}  mean of the last {n}: {mean:.4f}"
           f"  formula {formula:.4f}")  # fmt: skip

# %% bind="fair-seen"
best_loss = {name: loss.min() for name, loss in exact.items()}
left = [
    loss / best_loss["constant"]
    for name, loss in best_loss.items()
    if name != "constant"
]
at = {name: loss.argmin() for name, loss in exact.items()}
inside = all(0 < at[name] < 24 for name in ("constant", "cosine"))
for name in ("exponential", "step decay", "inverse time"):
    inside &= 0 < at[name] // 5 < 4 and 0 < at[name] % 5 < 4
says("Once tuned, even", "調好之後，就連", inside)
floor = lr0 / (2 * (2 - lr0))
says(
    "does far better than 0.5 did",
    "也比 0.5 好得多",
    best_loss["constant"] < floor / 10
    and np.isclose(average_loss(hp.Constant(lr0)), floor),
)
says("Every decay still beats it", "每一種衰減還是贏過它", max(left) < 0.95)
says(
    "between some four tenths and two thirds",
    "十分之四到三分之二",
    0.35 < min(left) < 0.45 and 0.6 < max(left) < 0.7,
)
firsts = [contest[name].lr[at[name]] for name in contest if name != "constant"]
says(
    "each wants its own first rate",
    "各有自己合適的起始學習率",
    max(firsts) > 3 * min(firsts),
)
says(
    "Inverse-time decay wins",
    "反時間衰減拿下冠軍",
    min(best_loss, key=best_loss.get) == "inverse time",
)
of_winner = at["inverse time"]
falling = hp.InverseTimeDecay(peaks[of_winner], ks[of_winner])(np.arange(300))
kept = np.cumprod(np.append(1, 1 - falling[:0:-1]))[::-1]  # by all later steps
says(
    r"its rate is close to $1/(\lambda t)$",
    r"它的學習率接近 $1/(\lambda t)$",
    np.abs(falling[100:] * np.arange(100, 300) * bowl.eigenvalues[0] - 1).max() < 0.1,
)
says(
    "almost equal weight",
    "幾乎同樣的份量",
    (falling * kept).max() < 1.3 * (falling * kept).min(),
)
free(
    "the best that can be done on this parabola",
    "份量都相同就是最好的辦法",
    "theory: the mean of all kicks",
)
free("each later step shrinks", "", "algebra")

# %% [markdown] key="average-seen" lang="en"
# So a constant rate of 0.5 ends tens of times lower than its floor, about as low as the tuned decays, and the rate needed no tuning. Polyak and Juditsky (1992) proved it; for networks it is used as SWA (stochastic weight averaging, Izmailov et al. 2018) and as a moving average (EMA), $a \leftarrow 0.99\,a + 0.01\,w$ after each update, which section 4 uses.
#
# ### Who knows when training ends?
#
# Cosine decay has $T$ in its formula, so one has to know the end. **Warmup-stable-decay** (WSD) needs to know it only shortly before: the rate rises, stays, and falls only in the last part (Hu et al. 2024), here down to zero. Stop three trainings after 100, 200 and 300 steps. Cosine was made for 300; WSD goes down in the last 60 steps before each stop, all three from one run at the peak rate:

# %% [markdown] key="average-seen" lang="zh-TW" of="794855c7"
# 所以學習率固定在 0.5，取平均之後的損失只有底線的幾十分之一，和調好的衰減差不多，而且學習率不必調。Polyak 和 Juditsky（1992）證明了這一點；用在網路上，有 SWA（stochastic weight averaging，Izmailov 等人，2018）和權重的移動平均（EMA）：每次更新之後，$a \leftarrow 0.99\,a + 0.01\,w$，第 4 節用的就是它。
#
# ### 誰知道訓練什麼時候結束？
#
# 餘弦衰減的公式裡有 $T$，所以要先知道訓練多久。**WSD**（warmup-stable-decay，預熱、平台、衰減）到快結束時才需要知道：學習率先升上去，維持不變，最後一段才下降（Hu 等人，2024），這裡是降到零。讓訓練分別在 100、200、300 步停下。餘弦衰減是照 300 步設計的；WSD 在每次停下之前的最後 60 步下降；在那之前，三次共用同一段訓練，一直用最高學習率：

# %% bind="fair-seen"
far = np.array(average_rates) * n > 30  # n is many times 1 / (ηλ)
says(
    "its average loss is about",
    "平均損失大約是",
    far.sum() > 2 and np.abs(averaged[far] / formula - 1).max() < 0.3,
)

# %% bind="average-seen"
at_half = average_rates.index(0.5)
says(
    "ends tens of times lower than its floor",
    "只有底線的幾十分之一",
    20 < 0.5 / (2 * (2 - 0.5)) / averaged[at_half] < 100,
)
decay_losses = [loss.min() for name, loss in exact.items() if name != "constant"]
says(
    "about as low as the tuned decays",
    "和調好的衰減差不多",
    min(decay_losses) / 1.5 < averaged[at_half] < 1.5 * max(decay_losses),
)

# %% key="stop-run"
down, stops, peak, end = 60, [100, 200, 300], 0.2, 300
cosine = hp.CosineDecay(peak, end)
stopped = {"cosine": [average_loss(cosine, stop) for stop in stops],
           "WSD": [average_loss(hp.WarmupStableDecay(peak, 0, stop - down, down), stop)
                   for stop in stops]}  # fmt: skip
for name, loss in stopped.items():
    hp.say(f"{name:<12}  loss after {stops} steps: {np.round(loss, 4)}")
tuned_wsd = average_loss(hp.WarmupStableDecay(alone, 0, end - down, down))
for name, loss in {"cosine": exact["cosine"], "WSD": tuned_wsd}.items():
    hp.say(f"{name:<12}  best lr {alone[loss.argmin()]:.3f}   loss {loss.min():.4f}")

# %% [markdown] key="stop-seen" lang="en"
# Stopped at 100, cosine decay is caught with its rate still high, and its loss is about three times that of WSD. At 200 the two are nearly level. WSD ends equally well each time. At 300, where cosine was meant to end, cosine is ahead: it decays for longer.
#
# Their common peak of 0.2 is tuned for neither. The last two lines tune it, for 300 steps: both want a smaller one, and cosine stays ahead. With 60 steps down, WSD does not buy a lower loss here (on Day 7's network it does, in training). It buys the freedom to decide late when to stop.

# %% [markdown] key="stop-seen" lang="zh-TW" of="ee2449bb"
# 在 100 步停下來，餘弦衰減的學習率還很高，就吃虧了：損失大約是 WSD 的三倍。到了 200 步，兩者差不多。不管停在哪一步，WSD 的結果都一樣好。到了 300 步，也就是餘弦衰減原本該結束的地方，餘弦衰減領先：它降的時間比較長。
#
# 兩者共用的最高學習率 0.2，並不是特別為哪一個調的。最後兩行就是替 300 步調好的結果：調好之後，兩者的最高學習率都變小了，餘弦衰減還是領先。只降 60 步的話，WSD 在這裡換到的不是比較低的損失（在第 7 天的網路上，訓練損失倒是比較低），而是可以晚一點再決定何時停下的自由。

# %% bind="average-seen"
says(
    "Stop three trainings after 100, 200 and 300 steps",
    "讓訓練分別在 100、200、300 步停下",
    stops == [100, 200, 300] and len(stopped["WSD"]) == len(stopped["cosine"]) == 3,
)
says(
    "Cosine was made for 300",
    "餘弦衰減是照 300 步設計的",
    cosine(end) < 1e-9 < cosine(end - 1) and end == 300,
)
says(
    "all three from one run at the peak rate",
    "三次共用同一段訓練，一直用最高學習率",
    len(stopped["WSD"]) == 3,
)

# %% bind="stop-seen"
says("Stopped at 100, cosine decay", "在 100 步停下來", stops[0] == 100)
says("At 300, where cosine was meant to end", "到了 300 步", stops[2] == end == 300)
says("Their common peak of 0.2", "最高學習率 0.2，", peak == 0.2)
says("tune it, for 300 steps", "替 300 步調好的結果", end == noisy["steps"] == 300)
cosine, wsd = np.array(stopped["cosine"]), np.array(stopped["WSD"])
says(
    "about three times that of WSD", "大約是 WSD 的三倍", 2.5 < cosine[0] / wsd[0] < 3.5
)
says("the two are nearly level", "兩者差不多", 0.8 < cosine[1] / wsd[1] < 1.25)
says(
    "WSD ends equally well each time",
    "不管停在哪一步，WSD 的結果都一樣好",
    np.ptp(wsd) < 0.01 * wsd.min(),
)
says("cosine is ahead", "原本該結束的地方，餘弦衰減領先", cosine[2] < wsd[2] / 1.5)
free("it decays for longer", "它降的時間比較長", "300 steps and the last 60")
free("", "兩者共用的最高學習率", "not a comparison")
at = [exact["cosine"].argmin(), tuned_wsd.argmin()]
says(
    "both want a smaller one",
    "調好之後，兩者的最高學習率都變小了",
    0 < min(at) and alone[max(at)] < 0.2,
)
says(
    "and cosine stays ahead",
    "餘弦衰減還是領先",
    exact["cosine"].min() < tuned_wsd.min() / 1.2,
)
says(
    "With 60 steps down, WSD does not buy a lower loss here",
    "只降 60 步的話，WSD 在這裡換到的不是比較低的損失",
    down == 60 and exact["cosine"].min() < tuned_wsd.min(),
)
free("on Day 7's network it does", "訓練損失倒是比較低", "bound on Day 7")

# %% [markdown] key="digits" lang="en"
# ## 4. Does decay help on digits?
#
# The same question on a network: batches of 16 images, 720 updates, about eight epochs. Each schedule gets its own best peak rate out of five. The rates are chosen with four seeds, by images that are taken from the training images; the test images are not touched until the report. This uses 16 **other** seeds.

# %% [markdown] key="digits" lang="zh-TW" of="97cacf6b"
# ## 4. 在手寫數字上，衰減有用嗎？
#
# 用網路來問同一個問題：每批 16 張影像，更新 720 次，大約八個訓練週期。每種排程的最高學習率各有五個候選值，從中挑出自己最好的一個。挑的時候用四個種子，看的是從訓練影像裡分出來的影像（驗證集，validation set）；測試影像要到報告成績時才拿出來，報告用**另外** 16 個種子。


# %% key="digits-schedules"
def schedules(peak, updates=720):
    down = 0.3 * updates
    return {"constant": hp.Constant(peak),
            "exponential": hp.ExponentialDecay(peak, 3 / updates),
            "inverse time": hp.InverseTimeDecay(peak, 9 / updates),
            "cosine": hp.CosineDecay(peak, updates),
            "WSD": hp.WarmupStableDecay(peak, 0, updates - down, down)}  # fmt: skip


digits, network = hp.digits(), hp.MLP((64, 32, 10))
X, y = digits.X_train, digits.y_train
tuning_data = hp.Dataset("digits", X[:1150], y[:1150], X[1150:], y[1150:])
digit_peaks, results, tuned = np.geomspace(0.1, 1.6, 5), {}, {}
settings = {"batch_size": 16, "updates": 720}
test = settings | {"seed": range(100, 116)}
tuning_seeds = hp.seeds(4)

# %% bind="digits"
epochs = settings["updates"] * settings["batch_size"] / len(X)
says("about eight epochs", "大約八個訓練週期", 7.5 < epochs < 8.5)
plan = schedules(1.0)["cosine"]
says(
    "720 updates",
    "更新 720 次",
    settings["updates"] == 720 and plan(720) < 1e-9 < plan(719),
)
says(
    "This uses 16 **other** seeds",
    "報告用**另外** 16 個種子",
    len({*test["seed"]} - {*tuning_seeds}) == 16 == len(test["seed"]),
)
says("chosen with four seeds", "挑的時候用四個種子", len(tuning_seeds) == 4)
says(
    "its own best peak rate out of five",
    "最高學習率各有五個候選值，從中挑出自己最好的",
    len(digit_peaks) == 5,
)

# %% [markdown] key="predict-digits" lang="en"
# **Predict:** how many percentage points of accuracy does the best decay gain over a constant rate?

# %% [markdown] key="predict-digits" lang="zh-TW" of="df2d25e1"
# **先預測**：和固定的學習率相比，最好的衰減能讓準確率提高幾個百分點？

# %% key="digits-run"
with hp.predict("day2-digits"):
    for name, schedule in schedules(digit_peaks).items():
        rule = hp.SGD(schedule)
        tuning = hp.train(network, tuning_data, rule, **settings, seed=tuning_seeds)
        tuned[name] = digit_peaks[tuning.test_accuracy.mean(axis=1).argmax()]
        best = hp.SGD(schedules(tuned[name])[name])
        average = 0.99 if name == "constant" else None
        report = hp.train(network, digits, best, **test, average=average)
        results[name] = report.test_accuracy
        if average:
            results["constant, averaged"] = report.averaged_accuracy
    fig, ax = plt.subplots()
    accuracies = np.stack(list(results.values()))
    hp.figures.strips(accuracies, list(results), ax, "test accuracy (each dot a seed)")
    hp.show(fig, "day2-digits")

# %% key="digits-numbers" tags=["nbval-ignore-output"]
with hp.after("day2-digits"):
    for name, accuracy in results.items():
        mean, spread, worst = accuracy.mean(), accuracy.std(), accuracy.min()
        hp.say(
            f"{name:<18}  mean {mean:.1%}   "
            f"spread (one standard deviation) {spread:.1%}   worst {worst:.1%}"
        )

# %% bind="day2-digits"
says("16 seeds each", "各 16 個種子", {len(a) for a in results.values()} == {16})
scatter = {name: a.std() for name, a in results.items()}
says(
    "decay and the average of the weights gain little and scatter less",
    "衰減和權重平均都只高一點點，但各個種子比較集中",
    max(scatter, key=scatter.get) == "constant",
)
says(
    "4 to 18 of the 360 images",
    "360 張裡的 4 到 18 張",
    [round(len(digits.X_test) * gain) for gain in (0.01, 0.05)] == [4, 18],
)
says(
    "already gets more than 90% right",
    "準確率已經超過 90%",
    results["constant"].mean() > 0.92,
)

# %% [markdown] key="digits-seen" lang="en"
# <details><summary>After your answer: the means and the spreads</summary>
#
# (A bar marks the mean.) The gain is small: one or two percentage points, a few of the 360 test images. The average of the weights gains as much as a decay does, at a constant rate. How much it is depends on the seeds: with other sets of 16 it is mostly one to three points, since single runs at a constant rate end far below the rest. Change `range(100, 116)` and run again.
#
# Look at the worst seeds, too. At a constant rate a run is still being kicked when training stops, and some seeds stop at a bad moment. With a decay, and with the average, the seeds lie closer together.
#
# Inverse-time decay, the winner on the parabola, is no winner here. Among the others the differences are one or two images, too little to name a winner.
#
# </details>

# %% [markdown] key="digits-seen" lang="zh-TW" of="615c1a2f"
# <details><summary>作答之後：平均與分散程度</summary>
#
# （黑色的短線是平均。）好處不大：一、兩個百分點，也就是 360 張測試影像裡的幾張。學習率固定、改取權重的平均，好處和衰減一樣多。好處有多大，要看種子：換成另外 16 個，大多在一到三個百分點之間，因為學習率固定時，有幾次訓練的結果遠低於其他的。改一改 `range(100, 116)` 再執行看看。
#
# 再看最差的種子。學習率固定的話，網路直到訓練結束都還被雜訊推來推去，有些種子停下來的那一刻，位置剛好不巧。用了衰減，或取平均，各個種子的結果就比較集中。
#
# 在拋物線上拿下冠軍的反時間衰減，在這裡並不突出。至於其他幾種，彼此只差一兩張影像，分不出高下。
#
# </details>

# %% bind="day2-digits"
means = {name: accuracy.mean() for name, accuracy in results.items()}
right(
    "Between one and five percentage points",
    0.01 < max(means.values()) - means["constant"] < 0.05,
)

# %% bind="digits-seen"
right = {name: accuracy.mean() * 360 for name, accuracy in results.items()}
gains = {name: n - right["constant"] for name, n in right.items()}
others = {n for name, n in right.items() if name not in ("constant", "inverse time")}
spreads = {name: accuracy.std() for name, accuracy in results.items()}
worst = {name: accuracy.min() for name, accuracy in results.items()}
says(
    "one or two percentage points",
    "一、兩個百分點",
    0.5 < max(gains.values()) / 3.6 < 2.5,
)
says("other sets of 16", "另外 16 個", len(test["seed"]) == 16)
free("one to three points", "一到三個百分點", "tests/claims: eight other sets")
says(
    "a few of the 360 test images", "360 張測試影像裡的幾張", len(digits.X_test) == 360
)
says(
    "gains as much as a decay does",
    "好處和衰減一樣多",
    gains["constant, averaged"]
    > np.median([gains[n] for n in ("exponential", "cosine", "WSD")]) - 1,
)
says(
    "Look at the worst seeds", "再看最差的種子", min(worst, key=worst.get) == "constant"
)
says(
    "the seeds lie closer together",
    "各個種子的結果就比較集中",
    max(spreads, key=spreads.get) == "constant",
)
says(
    "the winner on the parabola, is no winner here",
    "在這裡並不突出",
    right["inverse time"] < max(others),
)
says("are one or two images", "彼此只差一兩張影像", max(others) - min(others) < 2.5)
free("too little to name a winner", "分不出高下", "of images that few seeds can count")

# %% [markdown] key="flat" lang="en"
# ## 5. Why large rates cannot stay in sharp places
#
# Day 1 left a surprise: networks trained with a larger rate ended where the sharpness, the largest curvature, is smaller, even when rate × updates was the same. A tiny network can show it: two weights in a row, $a$ and $b$.
#
# $$L(a, b) = \tfrac12\,(ab - 1)^2.$$
#
# Its minima form a curve, $ab = 1$. A small distance $s$ straight away from it, $ab$ has changed by about $\sqrt{a^2 + b^2}\,s$, so the loss is about $\tfrac12 (a^2 + b^2)\,s^2$: a parabola. The sharpness there is therefore $a^2 + b^2$; some minima are flat and some are sharp. By Day 1, a rate $\eta$ can rest only where the sharpness is at most $2/\eta$; that part of the curve is green.
#
# The run starts at the black dot, at a rate that cannot rest on the curve nearby. Lower the rate, then raise it. Where does the run end, and what does the loss do before?

# %% [markdown] key="flat" lang="zh-TW" of="2b30db24"
# ## 5. 大學習率為什麼在尖銳的地方停不住
#
# 第 1 天留下一個驚喜：用大學習率訓練的網路，就算學習率 × 更新次數相同，最後也停在銳度（也就是最大的曲率）比較小的地方。很小的網路就看得到這個現象，只要前後相連的兩個權重 $a$ 和 $b$：
#
# $$L(a, b) = \tfrac12\,(ab - 1)^2.$$
#
# 它的最小值連成一條曲線 $ab = 1$。從曲線上出發，沿著與曲線垂直的方向走一小段距離 $s$，$ab$ 大約改變 $\sqrt{a^2 + b^2}\,s$，損失就大約是 $\tfrac12 (a^2 + b^2)\,s^2$，是一條拋物線。所以曲線上的銳度是 $a^2 + b^2$，有的最小值平坦，有的尖銳。根據第 1 天的結果，學習率 $\eta$ 只能停在銳度不超過 $2/\eta$ 的地方，也就是曲線上綠色的那一段。
#
# 路徑從黑點出發，圖裡一開始的學習率，在黑點附近的曲線上停不住。先把學習率調小，再慢慢加大。最後會停在哪裡？在那之前，損失又是怎麼變化的？

# %% key="explore-valley"
hp.explore_valley()

# %% key="valley-sweep"
valley, valley_rates = hp.Product(), np.geomspace(0.02, 0.3, 200)
rule = hp.SGD(valley_rates)
path = hp.descend(valley, rule, start=(3.5, 0.1), steps=2000, record=False)
rest = hp.sharpness(valley, path.end)
hp.say(f"largest sharpness × lr at rest: {(rest * valley_rates).max():.2f}")

# %% bind="flat"
free(
    "trained with a larger rate ... is smaller",
    "用大學習率訓練的網路 ... 銳度（也就是最大的曲率）比較小",
    "what Day 1 measures",
)
free("Lower the rate, then raise it", "", "a task")

# %% bind="network-edge"
says(
    "None of these 200 rates",
    "這 200 個學習率，沒有一個",
    len(valley_rates) == 200 and not path.diverged.any(),
)
says(
    r"where sharpness × rate is above 2",
    "學習率超過 2 的地方",
    (rest * valley_rates).max() < 2.01,
)
free("where the curve is flatter", "被甩到比較平坦的地方", "theory")
lost = hp.descend(valley, hp.SGD(0.5), start=(3.5, 0.1), steps=100, record=False)
says(
    "at still larger rates, away for good",
    "學習率再大，就一去不回",
    lost.diverged and max(valley_rates) < 0.5,
)

# %% [markdown] key="network-edge" lang="en"
# None of these 200 rates came to rest where sharpness × rate is above 2. A large rate need not look for flat places. It cannot stay in sharp ones: there the bouncing grows, until it throws the run to where the curve is flatter or, at still larger rates, away for good.
#
# Does a real network do this? Take one with two hidden layers of 20 tanh units (of its sum $z$ each outputs $\tanh z$), 50 examples, and plain gradient descent on all of them, so without any noise. Nine rates at once, and the sharpness measured every 100 updates:

# %% [markdown] key="network-edge" lang="zh-TW" of="15d3841e"
# 這 200 個學習率，沒有一個停在銳度 × 學習率超過 2 的地方。大學習率用不著去找平坦的地方，它在尖銳的地方就是待不住：在那裡會越彈越遠，直到被甩到比較平坦的地方；學習率再大，就一去不回。
#
# 真正的網路也會這樣嗎？取一個有兩個隱藏層、每層 20 個 tanh 單元（總和是 $z$，就輸出 $\tanh z$）的網路，配上 50 筆資料，每次都用全部資料做最單純的梯度下降，完全沒有雜訊。九個學習率一次跑完，每 100 次更新量一次銳度：

# %% key="edge-run"
rng, edge_rates = np.random.default_rng(0), np.geomspace(0.05, 0.8, 9)
inputs = rng.normal(size=(50, 5))
targets = np.sin(inputs[:, 0]) + inputs[:, 1] * inputs[:, 2] / 2
small = hp.MLP((5, 20, 20, 1), activation="tanh", task="regression")
w = np.stack([small.init(0, float)] * len(edge_rates))
losses, sharpnesses, every = [], [], 100
for update in range(2000):
    if update % every == 0:
        sharpnesses.append(hp.sharpness(small, w, inputs, targets))
    loss, gradient = small.loss_and_gradient(w, inputs, targets)
    losses.append(loss)
    w = w - edge_rates[:, None] * gradient

# %% key="edge-figure"
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4))
hp.figures.sharpness_by_rate(valley_rates, rest, left)
left.set_title("two weights")
hp.figures.sharpness_by_rate(edge_rates, np.mean(sharpnesses[-5:], axis=0), right)
right.set_title("a network")
hp.show(fig, "day2-edge")

# %% key="explore-edge" tags=["nbval-ignore-output"]
hp.explore_edge(edge_rates, losses, sharpnesses, every)

# %% [markdown] key="edge-seen" lang="en"
# Two weights end anywhere below the line. The network is stranger. At small rates the sharpness grows by itself while training goes on, and does not reach the line here. At large rates it moves to $2/\eta$, from below or from above, and **stays there**. Meanwhile the loss rises in many single updates, at the largest rates in almost half of them, and still falls in the long run. Cohen et al. (2021) call this the **edge of stability**.
#
# So $2/\eta$ is not only a border for the rate. It is a border for the network: here training pushes the sharpness up, and the rate holds it down. That may explain a part of Day 1's surprise: there, the larger the rate, the nearer its run ended to the line, and far below it the rate does not hold the sharpness down. And "the loss must fall at every update" is not true even without noise.

# %% [markdown] key="edge-seen" lang="zh-TW" of="ff1018fd"
# 只有兩個權重時，最後可能停在這條線以下的任何地方。網路就奇特多了。學習率小的時候，銳度會隨著訓練自己變大，但在這裡一直碰不到這條線。學習率大的時候，銳度不管是從下面還是上面來，一到 $2/\eta$ 就**停住**。這段期間，損失在許多次更新裡是上升的，學習率最大時將近一半都是；長期來看卻還是往下降。Cohen 等人（2021）把這個現象叫做**穩定邊緣**（edge of stability）。
#
# 所以 $2/\eta$ 不只是學習率的界線，也是網路的界線：在這裡，訓練把銳度往上推，學習率把它往下壓。第 1 天的驚喜，這或許解釋了一部分：在那次掃描裡，學習率越大，結束時離這條線越近；離這條線還很遠的，學習率就壓不住銳度。至於「損失每次更新都一定要下降」，就算沒有雜訊，這句話也不成立。

# %% bind="network-edge"
says(
    "the sharpness measured every 100 updates",
    "每 100 次更新量一次銳度",
    len(sharpnesses) == 20,
)

# %% bind="network-edge"
says(
    "two hidden layers of 20 tanh units",
    "每層 20 個 tanh 單元",
    small.sizes[1:3] == (20, 20),
)
says("50 examples", "配上 50 筆資料", len(inputs) == len(targets) == 50)
says("Nine rates at once", "九個學習率一次跑完", len(w) == len(edge_rates) == 9)

# %% bind="edge-seen"
rises = (np.diff(losses, axis=0) > 0).mean(axis=0)
product = np.array(sharpnesses) * edge_rates
says(
    "Two weights end anywhere below the line",
    "可能停在這條線以下的任何地方",
    np.ptp(rest * valley_rates) > 1,
)
says(
    "the sharpness grows by itself",
    "銳度會隨著訓練自己變大",
    (product[-1] > product[0])[:4].all(),
)
says(
    "does not reach the line here",
    "但在這裡一直碰不到這條線",
    product[:, :4].max() < 1.7,
)
says("**stays there**", "就**停住**", np.abs(product[-5:, 4:] / 2 - 1).max() < 0.15)
says(
    "from below or from above",
    "銳度不管是從下面還是上面來",
    product[0, 4] < 1.5 and product[0, -1] > 2.5,
)
says(
    "at the largest rates in almost half of them",
    "學習率最大時將近一半都是",
    0.35 < rises[-2:].min() and rises[-2:].max() < 0.5,
)
says(
    "falls in the long run",
    "長期來看卻還是往下降",
    (losses[-1] < losses[0] / 100).all(),
)
says("not true even without noise", "就算沒有雜訊，這句話也不成立", rises.max() > 0)
free(
    "the larger the rate, the nearer its run ended to the line",
    "在那次掃描裡，學習率越大，結束時離這條線越近；離這條線還很遠的",
    "what Day 1 measures",
)

# %% [markdown] key="warmup" lang="en"
# ## 6. Warmup (optional)
#
# Many trainings do not *begin* with their largest rate (Goyal et al. 2017, for large batches). **Linear warmup** raises it over the first $W$ updates:
#
# $$\eta_t = \begin{cases} \eta_{\text{peak}}\,\dfrac{t + 1}{W} & t < W \\ \eta_{\text{peak}} & t \ge W \end{cases}$$

# %% [markdown] key="warmup" lang="zh-TW" of="11edd695"
# ## 6. 預熱（可略過）
#
# 許多訓練**一開始**用的並不是最大的學習率（Goyal 等人，2017，為的是大批次）。**線性預熱**（linear warmup）在前 $W$ 次更新裡，把學習率一步一步提高：
#
# $$\eta_t = \begin{cases} \eta_{\text{peak}}\,\dfrac{t + 1}{W} & t < W \\ \eta_{\text{peak}} & t \ge W \end{cases}$$

# %% key="warmup-by-hand"
lr_peak, W = 0.8, 4
by_hand = [lr_peak * min(step + 1, W) / W for step in range(6)]
assert np.allclose(by_hand, hp.LinearWarmup(steps=W, then=lr_peak)(np.arange(6)))
print(np.round(by_hand, 2))

# %% bind="warmup"
free("with their largest rate", "用的並不是最大的學習率", "what warmup is")

# %% [markdown] key="warmup-start" lang="en"
# What is it good for? Take the digits again, in batches of 64, but let the network start badly: its output layer is drawn eight times too large. The first sharpness is then huge. Call a peak rate usable for a seed if training with it ends above 90% accuracy. How large may it be with no warmup, with 20 updates of warmup, and with 200 of the 400?

# %% [markdown] key="warmup-start" lang="zh-TW" of="a448487a"
# 預熱有什麼用？再拿手寫數字來試，每批 64 張，但這次讓網路的起點很糟：輸出層的起始權重放大成八倍，一開始的銳度就非常大。學習率最高能用到多少？某個種子訓練完，準確率超過 90%，就說這個學習率對它「能用」。一共更新 400 次，分別試試不預熱、預熱 20 次更新、預熱 200 次更新：

# %% key="warmup-run"
peak_rates, warmups = np.geomspace(0.05, 1.6, 16), [0, 20, 200]
seeds = hp.seeds(5)
job = {"updates": 400, "seed": seeds}
usual = np.stack([network.init(seed) for seed in seeds])
bad = usual.copy()
bad[:, -330:] *= 8  # the last layer: 10 outputs with 32 weights and a bias each
rising = hp.SGD(hp.LinearWarmup(warmups, peak_rates))
runs = hp.train(network, digits, rising, start=bad, **job)
from_bad = runs.test_accuracy

# %% key="warmup-figure"
fig, axes = plt.subplots(1, 3, figsize=(10, 3), sharey=True)
for ax, accuracy, W in zip(axes, from_bad, warmups):
    hp.figures.sweep(peak_rates, accuracy, ax, "test accuracy")
    ax.set(title=f"warmup {W} updates", xlabel="peak learning rate")
    ax.label_outer()
hp.show(fig, "day2-warmup")

# %% key="warmup-numbers" tags=["nbval-ignore-output"]
none, some, long = warmups
warm = hp.SGD(hp.LinearWarmup([none, long], peak_rates))
runs = hp.train(network, digits, warm, start=usual, **job)
from_usual = runs.test_accuracy
names = [f"bad start, warmup {none}", f"bad, {some}", f"bad, {long}"]
names += [f"usual start, {none}", f"usual, {long}"]
usable, bar = {}, 0.9
for name, accuracy in zip(names, [*from_bad, *from_usual]):
    largest = np.where(accuracy > bar, peak_rates[:, None], 0).max(axis=0)  # 0: none
    usable[name] = np.median(largest)
    hp.say(f"{name:<20} largest usable rate of each seed: {np.round(largest, 2)}")

# %% bind="warmup-start"
says(
    "in batches of 64,",
    "每批 64 張",
    runs.loss.shape[-1] == 400
    and round(runs.examples[..., -1].max() / 400) in (62, 63, 64),
)
says("with 200 of the 400", "一共更新 400 次", job["updates"] == 400 == 2 * warmups[-1])
says(
    "The first sharpness is then huge",
    "一開始的銳度就非常大",
    2 / hp.sharpness(network, bad[:1], X[:200], y[:200], iterations=5).max() < 0.05,
)
says(
    "eight times too large",
    "放大成八倍",
    np.allclose(bad[:, -330:], 8 * usual[:, -330:]),
)
says("above 90% accuracy", "準確率超過 90%", bar == 0.9 and max(usable.values()) > 0)

# %% bind="warmup-why"
gain = {n: usable[f"bad, {n}"] / usable["bad start, warmup 0"] for n in (some, long)}
best = np.median(from_bad, axis=2).max(axis=1)
says(
    "a little with 20 updates",
    "20 次更新只推一點點",
    1 < gain[20] < 2.2 and gain[20] < gain[200],
)
says("about threefold with 200", "200 次大約推到三倍", 2 < gain[200] < 4.5)
says(
    "The best accuracy hardly changes", "最好的準確率倒是幾乎沒變", np.ptp(best) < 0.03
)
says("**a larger usable peak rate**", "**能用更大的最高學習率**", gain[200] > 1.4)
says(
    "there is little to buy here",
    "在這裡就換不到什麼",
    usable["usual, 200"] < 1.6 * usable["usual start, 0"],
)

# %% [markdown] key="warmup-why" lang="en"
# With the bad start, warmup moves the cliff to the right: a little with 20 updates, about threefold with 200. The best accuracy hardly changes. So this is what warmup buys: **a larger usable peak rate**. With the usual start there is little to buy here.
#
# Why? From the same bad start, measure $2/$sharpness during a warmup of 200 updates to 0.4:

# %% [markdown] key="warmup-why" lang="zh-TW" of="9d658365"
# 起點很糟的時候，預熱會把懸崖往右推：20 次更新只推一點點，200 次大約推到三倍；最好的準確率倒是幾乎沒變。預熱換來的就是這個：**能用更大的最高學習率**。如果起點正常，在這裡就換不到什麼。
#
# 為什麼？從同樣很糟的起點出發，用 200 次更新預熱到 0.4，沿途量一量 $2/$銳度：

# %% key="warmup-sharpness"
X_some, y_some = X[:500], y[:500]  # enough, and faster
measured_at, thresholds = [1, 5, 10, 20, 50, 100, 200], []
for updates in measured_at:
    warmup = hp.SGD(hp.LinearWarmup(200, 0.4))
    run = hp.train(network, digits, warmup, updates=updates, start=bad, seed=seeds)
    sharpness = hp.sharpness(network, run.weights, X_some, y_some, iterations=10)
    thresholds.append(2 / sharpness)

# %% key="warmup-sharpness-figure"
fig, ax = plt.subplots()
rates_then = warmup.lr(np.array(measured_at) - 1)
hp.figures.threshold_in_training(measured_at, np.array(thresholds), rates_then, ax)
hp.show(fig, "day2-warmup-sharpness")

# %% key="warmup-constant" tags=["nbval-ignore-output"]
small_rate, risen = 0.02, warmup.lr(np.arange(200)).sum()
n_updates = round(risen / small_rate)
job = {"updates": n_updates, "start": bad, "seed": seeds}
run = hp.train(network, digits, hp.SGD(small_rate), **job)
patient = 2 / hp.sharpness(network, run.weights, X_some, y_some, iterations=10)
middles = [np.median(found) for found in (thresholds[0], patient, thresholds[-1])]
first, slowly, warmed = (f"{middle:.2g}" for middle in middles)
hp.say(f"2 / sharpness, median: at first {first}, after the warmup {warmed}, "
       f"after {n_updates} updates at {small_rate}: {slowly}")  # fmt: skip

# %% [markdown] key="warmup-edge" lang="en"
# At the start the threshold is tiny. As the rate rises, the network moves to flatter places, and the threshold rises along with it. Most of this is progress and needs no large rate: at a constant 0.02, in so many updates that the rates add up to the same, the threshold makes about three quarters of the way here, counted in factors. At the same sum of rates, the rest comes with the larger rate only: probably the edge of stability again, and the noise of the batches. (At 0.02 several times as many updates get there, too. Gilmer et al. 2021 and Kalra and Barkeshli 2024 saw the sharpness fall during warmup in many networks.) When the peak comes, the thresholds here have followed: the lowest to about half of it, the highest to a little above. (Thin lines are single seeds, the thick one is their median.) Without warmup the peak rate meets the sharp start in the very first update, and the throw can be too violent to recover from.
#
# ### Does warmup save us from local minima?
#
# Ask Day 1's curve with two valleys: 1,000 starts and three rates, 0.4, 0.5 and 0.6. Of the starts on the shallow side, how many end in the deep valley?

# %% [markdown] key="warmup-edge" lang="zh-TW" of="8f2ca5eb"
# 起點的門檻極低。隨著學習率提高，網路移到越來越平坦的地方，門檻也跟著提高。這多半只是訓練有了進展，不靠大的學習率：學習率固定在 0.02，一直更新到學習率的總和相同，以倍數來算，門檻在這裡也走完大約四分之三的路。總和相同時，剩下的路要靠大的學習率：原因可能是穩定邊緣，再加上批次的雜訊。（固定用 0.02，更新次數再多好幾倍，也走得到。Gilmer 等人，2021，以及 Kalra 和 Barkeshli，2024，在許多網路上都看到銳度在預熱時下降。）等學習率升到最高，這裡各個種子的門檻也跟上來了：最低的大約到學習率的一半，最高的比學習率略高。（細線是各個種子，粗線是中位數。）不預熱的話，第一次更新就拿最大的學習率撞上尖銳的起點，甩得太猛，可能再也回不來。
#
# ### 預熱能避免局部最小值嗎？
#
# 拿第 1 天那條有兩個谷的曲線來檢驗：取 1,000 個起點，用 0.4、0.5 和 0.6 三個學習率。從淺谷那一側出發的，有多少會停在深谷？

# %% bind="warmup-why"
says(
    "a warmup of 200 updates to 0.4",
    "用 200 次更新預熱到 0.4",
    np.isclose(rates_then[-1], 0.4) and warmup.lr.steps == 200,
)

# %% bind="warmup-edge"
at_peak = np.array(thresholds)[-1]
says(
    "At the start the threshold is tiny",
    "起點的門檻極低",
    np.max(thresholds[0]) < 0.1,
)
says(
    "moves to flatter places",
    "網路移到越來越平坦的地方",
    np.median(at_peak) > 5 * np.median(thresholds[0]),
)
says(
    "the lowest to about half of it",
    "最低的大約到學習率的一半",
    0.4 < at_peak.min() / rates_then[-1] < 0.65,
)
says(
    "the highest to a little above",
    "最高的比學習率略高",
    1 < at_peak.max() / rates_then[-1] < 1.3,
)
start_at, slowly_at, peak_at = np.log(middles)
says(
    "makes about three quarters of the way here, counted in factors",
    "以倍數來算，門檻在這裡也走完大約四分之三的路",
    0.62 < (slowly_at - start_at) / (peak_at - start_at) < 0.88,
)
says(
    "the rates add up to the same",
    "更新到學習率的總和相同",
    abs(n_updates * small_rate / warmup.lr(np.arange(200)).sum() - 1) < 0.01,
)
says("at a constant 0.02", "學習率固定在 0.02", small_rate == 0.02)
free(
    "At the same sum of rates, the rest ... get there, too",
    "總和相同時 ... 更新次數再多好幾倍，也走得到",
    "tests/claims: the full batch, two smaller, and more updates",
)
free("", "拿最大的學習率撞上尖銳的起點", "theory")
free("When the peak comes", "等學習率升到最高", "the last update of the warmup")

# %% key="quiz-warmup"
hp.quiz("day2-warmup")

# %% key="warmup-basins"
curve, starts = hp.TwoBasins(tilt=0.2), np.linspace(-2, 2, 1000)
barrier, escaped = curve.stationary_points()[1], {}
for W in [0, 5, 20]:
    rule = hp.SGD(hp.LinearWarmup(W, [0.4, 0.5, 0.6]))
    path = hp.descend(curve, rule, starts, 1000, record=False)
    in_deep = ~path.diverged & (path.end[..., 0] < barrier)
    escaped[W] = in_deep[:, starts > barrier].mean(axis=1)
    shares = [f"{share:.0%}" for share in escaped[W]]
    hp.say(f"warmup {W:>2}: escape from the shallow valley {shares}")

# %% bind="warmup-edge"
says(
    "1,000 starts and three rates",
    "取 1,000 個起點，用 0.4、0.5 和 0.6 三個學習率",
    in_deep.shape == (3, 1000),
)
says(
    "0.4, 0.5 and 0.6",
    "0.4、0.5 和 0.6 三個",
    np.allclose(rule.lr.then, [0.4, 0.5, 0.6]),
)

# %% bind="basins-seen"
says(
    "let some runs jump the barrier",
    "有些起點跳得過山頭",
    0.05 < escaped[0].min() and escaped[0].max() < 0.5,
)
says(
    "of only 5 updates, no run leaves the shallow valley",
    "只要預熱 5 次更新，就沒有一次逃得出淺谷",
    escaped[5].max() == escaped[20].max() == 0,
)

# %% [markdown] key="basins-seen" lang="en"
# On this curve the opposite is true. The long first steps were what let some runs jump the barrier. After a warmup of only 5 updates, no run leaves the shallow valley. What warmup prevented in this section is being thrown about at the start, not local minima.

# %% [markdown] key="basins-seen" lang="zh-TW" of="5de1995a"
# 在這條曲線上，事實正好相反。有些起點跳得過山頭，靠的就是一開始的大步伐。只要預熱 5 次更新，就沒有一次逃得出淺谷。在這一節裡，預熱防止的是一開始被甩來甩去，不是局部最小值。

# %% [markdown] key="practice" lang="en"
# ## In practice
#
# - GPT-3 (Brown et al. 2020) and Llama (Touvron et al. 2023) were trained with a short warmup, followed by a cosine decay; MiniCPM (Hu et al. 2024) with warmup-stable-decay, for when one wants to decide later how long to train. The average of the weights costs one more copy of them, and is worth a try with each.
# - **PyTorch**: `ExponentialLR(optimizer, gamma)` multiplies by `gamma`, our $e^{-k}$, at every call of `scheduler.step()`; also `StepLR`, `CosineAnnealingLR(optimizer, T_max)`, `LinearLR` for warmup, and `SequentialLR` to join them. **Keras**: `keras.optimizers.schedules.ExponentialDecay(initial_learning_rate, decay_steps, decay_rate)`, `CosineDecay(..., warmup_target, warmup_steps)`.
# - Know what $t$ counts. The same number once an epoch or once an update makes two very different schedules.
# - The peak rate comes first. Tune it together with the schedule; a decay suited to one rate may be wrong for another.

# %% [markdown] key="practice" lang="zh-TW" of="7fac1a27"
# ## 實務上
#
# - GPT-3（Brown 等人，2020）和 Llama（Touvron 等人，2023）先短暫預熱，再做餘弦衰減；MiniCPM（Hu 等人，2024）用的是 WSD，適合想晚一點再決定訓練多久的時候。權重的平均只要多存一份權重，搭配哪一種都值得試試。
# - **PyTorch**：`ExponentialLR(optimizer, gamma)` 在每次呼叫 `scheduler.step()` 時乘上 `gamma`，也就是我們的 $e^{-k}$；另外還有 `StepLR`、`CosineAnnealingLR(optimizer, T_max)`、用來預熱的 `LinearLR`，以及把幾段接起來的 `SequentialLR`。**Keras**：`keras.optimizers.schedules.ExponentialDecay(initial_learning_rate, decay_steps, decay_rate)`、`CosineDecay(..., warmup_target, warmup_steps)`。
# - 要弄清楚 $t$ 數的是什麼。同一個數字，每個訓練週期算一次，還是每次更新算一次，是兩種很不一樣的排程。
# - 最重要的還是最高學習率。它要和排程一起調；適合某個學習率的衰減，換一個學習率可能就不對了。

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - Under noise that does not fade, a constant rate has a floor, for small rates nearly proportional to the rate. Letting the rate fall lowers it, and so does averaging the weights; letting the rate fall too fast freezes the run on the way, because the sum of all rates bounds the travel.
# - Under gradient descent a network cannot rest where the sharpness exceeds $2/\eta$. That is a reason why large rates end in flat places.
# - Warmup lets a sharp start become flat before the rate is large. Here it bought a larger usable peak rate, not an escape from local minima.
#
# **Your turn:** the [exercises of Day 2](day2_exercises.ipynb) answer at once.
#
# **Next:** [Day 3](day3_batch_size.ipynb). Where does the noise come from, and how many examples should one step look at?

# %% [markdown] key="recap" lang="zh-TW" of="1950dd76"
# ## 今天帶走的東西
#
# - 只要雜訊一直不變小，固定的學習率就有一條底線；學習率小的時候，底線幾乎和它成正比。讓學習率下降，或是把權重平均起來，都能壓低底線；學習率降得太快，就會凍結在半路上，因為所有學習率的總和限制了能走多遠。
# - 用梯度下降訓練，銳度超過 $2/\eta$ 的地方，網路停不住。大學習率最後停在平坦的地方，這是原因之一。
# - 預熱讓尖銳的起點先變平坦，再迎接大的學習率。在這裡，它換來的是能用更大的最高學習率，不是逃離局部最小值。
#
# **換你動手**：[第 2 天的練習](day2_exercises.ipynb)，每一題做完，馬上知道對不對。
#
# **下一站**：[第 3 天](day3_batch_size.ipynb)。雜訊從哪裡來？一步又該看幾筆資料？

# %% bind="practice"
free("GPT-3", "GPT-3", "a name")
free("to decide later how long", "", "advice")
free("The peak rate comes first", "最重要的還是最高學習率", "advice")

# %% bind="recap"
free("a larger usable peak rate", "更大的最高學習率", "section 6, bound there")

# %% key="progress"
hp.progress()

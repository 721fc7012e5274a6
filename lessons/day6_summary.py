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
# # Day 6 · Summary: what do I do on Monday?
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday6_summary.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day6_summary.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day6_summary.ipynb) · [English](../en/day6_summary.ipynb) · [繁體中文](../zh-TW/day6_summary.ipynb)
#
# **You will do:** replay an unfair comparison and make it fair; see how lucky one seed can be; let a search of about ten trainings compete with a sweep of 150; train digits with your own settings, four runs side by side.
#
# **You will learn:** which of the usual advice holds, and when; how to compare fairly; how to tune with a small budget.
#
# **You need:** Days 1 to 5. About 45 minutes; section 9 is optional. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" of="3dfeb508"
# # 第 6 天 · 總結：星期一上班，我該怎麼做？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday6_summary.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day6_summary.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day6_summary.ipynb) · [English](../en/day6_summary.ipynb) · [繁體中文](../zh-TW/day6_summary.ipynb)
#
# **你會動手做**：重播一場不公平的比較，再把它變公平；看看單一個種子的運氣能有多好；讓一個只訓練十次左右的搜尋，和訓練 150 次的掃描較量；用自己選的設定訓練手寫數字，四組結果並排比較。
#
# **你會學到**：常見的建議哪些成立、在什麼條件下成立；怎樣公平比較；預算不多時怎樣調參。
#
# **你需要**：第 1 天到第 5 天的內容。大約 45 分鐘；第 9 節可略過。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。

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
# ## 1. A race
#
# Here is the advice with which many introductions end, the outline of this course among them:
#
# 1. The learning rate is crucial: too large is unstable, too small is slow.
# 2. Decay or warmup usually improves it.
# 3. Small batches (32, 64, 128) balance efficiency and stability.
# 4. Adam is the most widely used optimizer and fits most tasks.
# 5. SGD and momentum are for simpler tasks and for more flexible tuning.
# 6. Adjusting all these makes training better.
#
# Today each sentence is put to the test. We begin with number 4, and with a race as it is often published: one problem, three optimizers, one learning rate for all. The problem is two interleaved half moons, the network small (2 inputs, hidden layers of 5 and 2 units). Momentum comes in the averaging form (Day 4, In practice), in which 0.0007 means a tenth of that, 0.00007, in ours.
#
# Each dot is one of 30 starts, the bar is the median. "Adam clearly outperforms", one could write.

# %% [markdown] key="puzzle" lang="zh-TW" of="58a0cda7"
# ## 1. 一場比賽
#
# 很多入門教材都用下面這些建議收尾，本課程所根據的講義也不例外：
#
# 1. 學習率非常關鍵：太大會不穩定，太小則太慢。
# 2. 衰減或預熱通常會有幫助。
# 3. 小批次（32、64、128）能兼顧效率和穩定。
# 4. Adam 是最常用的最佳化器，適合大多數任務。
# 5. SGD 和動量法適合比較簡單的任務，以及更靈活的調整。
# 6. 調整這些超參數，訓練效果會更好。
#
# 今天一句一句拿來檢驗。先看第 4 句，從一場常見的比賽開始：一個問題、三個最佳化器，大家用同一個學習率。問題是兩個互相交錯的半月，網路很小（2 個輸入，隱藏層有 5 個和 2 個單元）。動量法用的是平均形式（第 4 天「實務上」）：用那種寫法，0.0007 相當於我們的 0.00007。
#
# 每一點是 30 個起點之一，短線是中位數。「Adam 明顯勝出」，報告好像可以就這樣寫了。

# %% key="race"
moons, new_moons, fresh = hp.moons(1000, seed=1), hp.moons(1000, seed=2), range(100, 130)
narrow, unfair = hp.MLP((2, 5, 2, 2)), {}
for racer in [hp.SGD(0.0007), hp.Momentum(0.0007 / 10), hp.Adam(0.0007)]:
    run = hp.train(narrow, new_moons, racer, updates=1000, seed=fresh)
    unfair[type(racer).__name__] = run.test_accuracy

# %% key="race-figure"
fig, ax = plt.subplots(figsize=(7.2, 2.4))
hp.figures.seed_dots(unfair, ax, "test accuracy", "one rate for all: 0.0007")
hp.show(fig, "day6-race")

# %% key="quiz-audit"
hp.quiz("day6-audit")

# %% [markdown] key="fair" lang="en"
# ## 2. The same race, fair
#
# A learning rate means something else in each rule: SGD's step is $\eta$ times the gradient, Adam's is about $\eta$ whatever the gradient. One number for all is like one shoe size for all runners. A fair comparison:
#
# 1. **Tune** each optimizer's rate, over the same list of rates, with the same number of updates.
# 2. **Choose** by the **validation loss**: the loss on examples used neither for training nor for the report.
# 3. **Step back** from the cliff: judge each rate by the worse of two losses, its own and that of the next larger rate. So a rate right at the edge does not win (section 3 shows what happens otherwise).
# 4. **Report** on other seeds and other data, with the spread.

# %% [markdown] key="fair" lang="zh-TW" of="9f0733a0"
# ## 2. 同一場比賽，這次公平
#
# 學習率在每條規則裡的意思都不同：SGD 的一步是 $\eta$ 乘上梯度，Adam 的一步大約就是 $\eta$，不管梯度多大。大家用同一個數字，就像叫所有選手穿同一號鞋。公平的比較是這樣：
#
# 1. **調整**：每個最佳化器各自調學習率，試同一串數值，更新次數也相同。
# 2. **選擇**看**驗證損失**：計算它的資料，既沒有用來訓練，也不會用來報告。
# 3. **退一步**，離懸崖遠一點：每個學習率看兩個損失，自己的，以及再大一格的，取比較差的那個來評。這樣緊貼懸崖邊的學習率就不會被選上（不退會怎樣，第 3 節會看到）。
# 4. **報告**：換上別的種子、別的資料，並列出散布範圍。


# %% key="protocol"
def step_back(rates, loss):
    next_larger = np.append(loss[1:], np.inf)  # beyond the last rate nothing is known
    return rates[np.maximum(loss, next_larger).argmin()]


def fair(network, tuning, data, rule, rates, tune=range(4), report=range(100, 110), **settings):
    sweep = hp.train(network, tuning, rule(rates), seed=tune, **settings)
    loss = network.loss(sweep.weights, tuning.X_test, tuning.y_test)
    loss = np.where(sweep.diverged, np.inf, loss).mean(axis=1)
    best = step_back(rates, loss)
    return best, sweep, hp.train(network, data, rule(best), seed=report, **settings)


# %% key="fair-race"
coarse, audit = 0.0007 * 10.0 ** np.arange(0.5, 4, 0.5), {}
for rule in [hp.SGD, hp.Momentum, hp.Adam]:
    seeds = {"tune": range(8), "report": fresh}
    audit[rule.__name__] = fair(narrow, moons, new_moons, rule, coarse, **seeds, updates=1000)
after = {name: report.test_accuracy for name, (_, _, report) in audit.items()}

# %% key="fair-figure"
fig, axes = plt.subplots(1, 2, figsize=(10, 2.6), sharex=True, sharey=True)
hp.figures.seed_dots(unfair, axes[0], "test accuracy", "one rate for all: 0.0007")
hp.figures.seed_dots(after, axes[1], "test accuracy", "each at its own tuned rate")
hp.show(fig, "day6-fair")

# %% key="fair-numbers" tags=["nbval-ignore-output"]
for name, (best, _, _) in audit.items():
    before, now = np.median(unfair[name]), np.median(after[name])
    failed = (after[name] < 0.7).sum()
    hp.say(f"{name:<8} median {before:.1%} -> {now:.1%} at {best:.2g}; failed starts {failed} of 30")

# %% [markdown] key="fair-seen" lang="en"
# The gap between the medians is all but gone. What the race had measured was how well 0.0007 fits each rule.
#
# Of these 30 starts the same few fail (below 70%) under all three optimizers. There the network ends with one answer for every point: it is so narrow that a whole layer of ReLUs can die (Day 1). How many fail is luck: with other starts and other points it may be none. A mean would mix the two findings; the dots show both.

# %% [markdown] key="fair-seen" lang="zh-TW" of="e9f8a01b"
# 中位數的差距幾乎不見了。原來那場比賽量到的，是 0.0007 這個數字對每條規則合不合腳。
#
# 這 30 個起點裡，有少數用哪個最佳化器都失敗（低於 70%），而且就是同樣那幾個。這些網路最後對每一點都給同一個答案：網路太窄，整層 ReLU 可能一起死掉（第 1 天）。失敗幾個要看運氣：換一批起點和資料，可能一個也沒有。只看平均，這兩件事會混在一起；把每一點畫出來，兩件事都看得見。

# %% [markdown] key="digits" lang="en"
# ## 3. Six optimizers on digits
#
# Now the whole field on the digits of Day 1, with 138 updates each, about six epochs. The training images are split once more: 1,150 to train on while tuning, 287 to choose by. The test images stay in the drawer until the report.

# %% [markdown] key="digits" lang="zh-TW" of="d19983f2"
# ## 3. 六個最佳化器比手寫數字
#
# 現在六個最佳化器全部上場，題目是第 1 天的手寫數字，每次訓練更新 138 次，大約六個訓練週期。訓練影像再分成兩份：調參時用 1,150 張訓練、287 張來選。測試影像先鎖在抽屜裡，報告時才拿出來。

# %% key="digits-data"
digits, network = hp.digits(), hp.MLP((64, 32, 10))
X, y = digits.X_train, digits.y_train
tuning = hp.Dataset("digits for tuning", X[:1150], y[:1150], X[1150:], y[1150:])

# %% key="digits-race"
rules = [hp.SGD, hp.Momentum, hp.Nesterov, hp.RMSProp, hp.Adam, hp.AdamW]
rates = 10.0 ** (np.arange(-10, 2) / 3)
on_digits = {}
for rule in rules:
    on_digits[rule.__name__] = fair(network, tuning, digits, rule, rates, updates=138)
tuned = {name: best for name, (best, _, _) in on_digits.items()}

# %% [markdown] key="digits-ask" lang="en"
# **Predict:** at 0.001, a common default, Adam is far ahead of SGD. At tuned rates, who wins, and by how much?

# %% [markdown] key="digits-ask" lang="zh-TW" of="e6a183d7"
# **先預測**：在常見的預設值 0.001，Adam 遠遠領先 SGD。各自調好學習率之後，誰會贏？贏多少？

# %% key="digits-sweeps"
with hp.predict("day6-digits"):
    fig, axes = plt.subplots(2, 3, figsize=(9, 4.8), dpi=90, sharex=True, sharey=True)
    validation = {name: np.nan_to_num(run.test_accuracy) for name, (_, run, _) in on_digits.items()}
    hp.figures.sweep_panels(rates, validation, tuned, axes, "validation acc.", mark=0.001)
    hp.show(fig, "day6-digits-sweeps")

# %% key="digits-report"
with hp.after("day6-digits"):
    fig, ax = plt.subplots(figsize=(7.2, 3.4))
    on_test = {name: report.test_accuracy for name, (_, _, report) in on_digits.items()}
    title = "digits, 10 new seeds, each at its own tuned rate"
    hp.figures.seed_dots(on_test, ax, "test accuracy", title)
    hp.show(fig, "day6-digits-report")

# %% key="digits-again" tags=["nbval-ignore-output"]
with hp.after("day6-digits"):
    new_seeds = {"seed": range(200, 215), "updates": 138}
    again = [hp.train(network, digits, rule(tuned[rule.__name__]), **new_seeds) for rule in rules]
    for group in np.array([run.test_accuracy.reshape(3, 5).mean(axis=1) for run in again]).T:
        print(" > ".join(f"{rules[k].__name__} {group[k]:.1%}" for k in group.argsort()[::-1]))

# %% [markdown] key="digits-seen" lang="en"
# <details><summary>After your answer: the whole field at its own rates</summary>
#
# Each panel is one optimizer, the others in grey; the ring is the chosen rate, the dashed line is 0.001. The curves have similar shapes and nearly the same height, at different places. Whoever compares along one vertical line chooses the winner with the line: at 0.001 Adam is far ahead of SGD, at 1 far behind.
#
# Momentum, Nesterov, Adam and AdamW differ no more than the seeds of each do; with other seeds another one leads. Plain SGD and RMSProp are about two points behind in this short training. (A decaying rate makes up for part of it: section 6.)
#
# </details>

# %% [markdown] key="digits-seen" lang="zh-TW" of="fb54fc19"
# <details><summary>回答之後：各用自己的學習率</summary>
#
# 每一格是一個最佳化器，其他的畫成灰色；圓圈是選出的學習率，虛線是 0.001。這些曲線形狀相似，高度也差不多，只是位置不同。只沿著一條直線去比，線畫在哪裡，就決定了誰贏：在 0.001，Adam 遠遠領先 SGD；在 1，則遠遠落後。
#
# 動量法、Nesterov、Adam 和 AdamW 彼此的差距，不比各自種子之間的差距大；換一批種子，領先的就換人。單純的 SGD 和 RMSProp 在這麼短的訓練裡，落後大約兩個百分點。（讓學習率衰減，能補回一部分，見第 6 節。）
#
# </details>

# %% [markdown] key="edge" lang="en"
# ### Why the lowest mean walks to the edge
#
# Look at SGD's panel: the curve rises all the way to the cliff. So the lowest mean loss is the last one before it. And a handful of seeds cannot warn you, since right at the edge only one start in many falls. Below, 48 seeds in 12 groups of four: which rate does each group choose, by the mean, by its worst seed, by the smallest rate within one standard error of the best, and by our step back?

# %% [markdown] key="edge" lang="zh-TW" of="a816db9e"
# ### 為什麼只看平均，會走到懸崖邊
#
# 看 SGD 那一格：曲線一路上升，直到懸崖。所以平均損失最低的，就是懸崖前的最後一個學習率。只有幾個種子也警告不了你，因為在懸崖邊，許多起點裡才有一個掉下去。下面把 48 個種子分成 12 組，每組四個。每一組會選哪個學習率？選法有四種：看平均、看最差的種子、取「和最好的相差不到一個標準誤」之中最小的學習率，以及我們的退一步。

# %% key="edge-run" tags=["nbval-ignore-output"]
near = rates[8:]
run = hp.train(network, tuning, hp.SGD(near), seed=range(48), updates=138)
loss = network.loss(run.weights, tuning.X_test, tuning.y_test)
loss = np.where(run.diverged, np.inf, loss).reshape(4, 12, 4)
mean, best = loss.mean(axis=2), loss.mean(axis=2).argmin(axis=0)
error = loss.std(axis=2, ddof=1)[best, np.arange(12)] / np.sqrt(4)
picks = {
    "lowest mean": near[best],
    "worst seed": near[loss.max(axis=2).argmin(axis=0)],
    "one standard error": near[(mean <= mean.min(axis=0) + error).argmax(axis=0)],
    "step back": np.array([step_back(near, of_group) for of_group in mean.T]),
}
for name, pick in picks.items():
    hp.say(f"{name:<18} picks the edge, lr = 1, in {(pick == near[2]).sum():>2} of 12 groups")

# %% key="edge-report" tags=["nbval-ignore-output"]
at_edge = hp.train(network, digits, hp.SGD(near[1:3]), seed=range(100, 130), updates=138)
for rate, accuracy in zip(near[1:3], at_edge.test_accuracy):
    hp.say(f"lr {rate:.2g}: mean {accuracy.mean():.1%}, worst of 30 seeds {accuracy.min():.1%}")

# %% [markdown] key="edge-seen" lang="en"
# The mean picks the edge in most groups; even the worst of four seeds, or one standard error, picks it in about half of them. On 30 new seeds and with a little more data the edge is behind in the mean, and much more so in the worst seed. What warns reliably is the neighbour: one more step up, and every start falls. Hence the rule of section 2, and Day 1's advice in one line of code.

# %% [markdown] key="edge-seen" lang="zh-TW" of="66a1f2da"
# 看平均，大多數的組都選了懸崖邊；就算看四個種子裡最差的，或用一個標準誤，也有大約一半的組會選它。換上 30 個新種子、多一點資料，懸崖邊的平均就落後了，最差的種子更是差很多。真正可靠的警告是鄰居：再大一格，每個起點都掉下去。所以才有第 2 節的那一條規則，也就是把第 1 天的建議寫成一行程式。

# %% [markdown] key="more-tasks" lang="en"
# Two more tasks. Two **spirals**, which no straight line can part. And the digits with **badly scaled pixels**: each of the 64 is multiplied by its own factor between 0.03 and 30, like columns of a table in millimetres and in tonnes.

# %% [markdown] key="more-tasks" lang="zh-TW" of="08211e18"
# 再看兩個任務。一個是兩條**螺線**，沒有一條直線分得開。另一個是**尺度很亂**的手寫數字：64 個像素各乘上自己的倍數，介於 0.03 到 30 之間，就像一張表格裡有的欄位用公釐、有的用公噸。

# %% key="spirals"
winding, new_winding = hp.spirals(1000, noise=0.15, seed=1), hp.spirals(1000, noise=0.15, seed=2)
wide = hp.MLP((2, 16, 16, 2))
on_spirals = {}
for rule in rules:
    on_spirals[rule.__name__] = fair(wide, winding, new_winding, rule, rates, updates=300)

# %% key="rough"
scale = (10 ** np.random.default_rng(0).uniform(-1.5, 1.5, 64)).astype(np.float32)
rough = hp.Dataset("rough", X[:1150] * scale, y[:1150], X[1150:] * scale, y[1150:])
new_rough = hp.Dataset("rough", X * scale, y, digits.X_test * scale, digits.y_test)
on_rough = {}
for rule in [hp.SGD, hp.Momentum, hp.RMSProp, hp.Adam]:
    on_rough[rule.__name__] = fair(network, rough, new_rough, rule, rates, updates=138)

# %% key="more-tasks-figure"
fig, axes = plt.subplots(1, 2, figsize=(10, 3.2))
titles = ["spirals", "digits, badly scaled pixels"]
for ax, runs, title in zip(axes, [on_spirals, on_rough], titles):
    accuracy = {name: report.test_accuracy for name, (*_, report) in runs.items()}
    hp.figures.seed_dots(accuracy, ax, "test accuracy", title)
hp.show(fig, "day6-more-tasks")

# %% [markdown] key="more-tasks-seen" lang="en"
# On the spirals all six agree (mind the axis: all of it is a few points wide). On badly scaled inputs Adam **is** ahead, each at its own tuned rate, and RMSProp comes second: both give every weight its own step size (Day 5), so the large inputs do not hold the others back. *Here* a cheaper remedy is to bring every input to the same scale: divide by the factors, and you have the plain digits back.
#
# But scale is only one such condition. With words, where some inputs and classes are rare, and on transformers, Adam is ahead at its own best rate whatever the scale of the inputs (Days 5 and 7).

# %% [markdown] key="more-tasks-seen" lang="zh-TW" of="917725f9"
# 在螺線上，六個不分高下（請注意橫軸：整條軸只有幾個百分點寬）。輸入的尺度很亂時，即使每個都用自己調好的學習率，Adam 仍然**確實**領先，RMSProp 居次：這兩個都讓每個權重有自己的步伐（第 5 天），不會被數值大的輸入拖住。*在這裡*有更省事的辦法：把每個輸入調到相同的尺度。只要除以各自的倍數，就回到原來的手寫數字。
#
# 不過，尺度只是條件之一。處理文字時，有些輸入和類別很少出現；在這種資料和 Transformer 上，不管輸入的尺度如何，各用最好的學習率，Adam 還是領先（第 5 天、第 7 天）。

# %% [markdown] key="luck" lang="en"
# ## 4. The luck of one seed
#
# We used several seeds for each rate. What if there is time for only one? Here the truth can be known: a bowl with curvatures 1 and 10, noise of standard deviation 1 in each gradient, 200 steps from $(3, 3)$, twelve rates.
#
# **Your turn.** With one seed a rate, move "draw again" a few times. How often is the ring at the lowest point of the dashed line? Then use ten seeds.

# %% [markdown] key="luck" lang="zh-TW" of="9f0a5211"
# ## 4. 單一個種子的運氣
#
# 前面每個學習率都用了好幾個種子。如果時間只夠用一個呢？這裡我們可以知道真相：一個曲率是 1 和 10 的碗，梯度帶著標準差為 1 的雜訊，從 $(3, 3)$ 出發走 200 步，比較十二個學習率。
#
# **換你玩**：每個學習率先用一個種子，換幾次「重新抽籤」。圓圈落在虛線最低點的次數多嗎？再改成十個種子試試。

# %% key="explore-luck"
hp.explore_luck()

# %% key="quiz-luck"
hp.quiz("day6-luck")

# %% [markdown] key="truth" lang="en"
# The dashed line is exact. In a direction with curvature $\lambda$ every step multiplies the weight by $a = 1 - \eta\lambda$ (Day 1) and adds noise of variance $\eta^2\sigma^2$ (Day 2). After $t$ steps from $w_0$ the mean loss is
#
# $$\mathbb{E}\,L = \sum_{\lambda} \frac{\lambda}{2}\left(a^{2t}\,w_0^2 + \eta^2\sigma^2\,\frac{1 - a^{2t}}{1 - a^2}\right),$$
#
# where $\eta$ is the learning rate and $\sigma$ the standard deviation of the noise. Check it against 1,200 seeds:

# %% [markdown] key="truth" lang="zh-TW" of="7ae19ab5"
# 虛線是精確算出來的。在曲率為 $\lambda$ 的方向上，每一步把權重乘上 $a = 1 - \eta\lambda$（第 1 天），再加上變異數為 $\eta^2\sigma^2$ 的雜訊（第 2 天）。從 $w_0$ 走 $t$ 步之後，損失的平均是
#
# $$\mathbb{E}\,L = \sum_{\lambda} \frac{\lambda}{2}\left(a^{2t}\,w_0^2 + \eta^2\sigma^2\,\frac{1 - a^{2t}}{1 - a^2}\right),$$
#
# 其中 $\eta$ 是學習率，$\sigma$ 是雜訊的標準差。用 1,200 個種子核對：

# %% key="truth-run"
bowl, grid = hp.Quadratic([1, 10]), np.geomspace(0.005, 0.19, 12)
curvatures, t = np.array([1, 10]), 200
a = 1 - grid[:, None] * curvatures
left, noise = a ** (2 * t), grid[:, None] ** 2 * (1 - a ** (2 * t)) / (1 - a**2)
truth = (curvatures / 2 * (left * 3**2 + noise)).sum(axis=1)
path = hp.descend(bowl, hp.SGD(grid), (3, 3), steps=t, noise=1, seed=range(1200), record=False)
losses = bowl(path.end)
error = losses.std(axis=1) / np.sqrt(1200)
assert np.all(np.abs(losses.mean(axis=1) - truth) < 5 * error)

# %% key="luck-table"
best_rate = truth.argmin()
for k in [1, 3, 10]:
    measured = losses.reshape(12, -1, k).mean(axis=2)
    pick = measured.argmin(axis=0)
    right, hope = (pick == best_rate).mean(), measured.min(axis=0).mean() / truth[pick].mean()
    cost = truth[pick].mean() / truth[best_rate]
    hp.say(
        f"{k:>2} seeds: the best rate {right:.0%}, reports {hope:.0%} of its loss, {cost:.1f} × the best loss"
    )

# %% [markdown] key="luck-seen" lang="en"
# With one seed, the truly best rate is picked in fewer than half of the cases. The loss reported is a fraction of what the picked rate gives on average, and that is about three times what the best rate gives. This is the **winner's curse**: the lowest of many noisy numbers is low partly by luck. Three seeds remove most of it, ten nearly all.
#
# How much luck? If $n$ settings are equally good and differ by independent normal noise alone, the best looks better than it is, on average by this many standard deviations ($\varphi$ and $\Phi$: the normal density and distribution):
#
# $$\mathbb{E}\max = \int z\;n\,\varphi(z)\,\Phi(z)^{n-1}\,dz.$$

# %% [markdown] key="luck-seen" lang="zh-TW" of="692336ea"
# 只用一個種子，選中真正最佳學習率的機會不到一半。報告出來的損失，只有選中的學習率平均損失的一小部分；而它的平均損失，大約是最佳學習率的三倍。這叫**贏家的詛咒**（winner’s curse）：從許多帶雜訊的數字中挑出最低的，它之所以低，有一部分是運氣好。用三個種子，就能去掉大半；用十個，幾乎全部去掉。
#
# 運氣有多大？如果 $n$ 個設定其實一樣好，差別只來自彼此獨立的常態雜訊，那麼其中最好的一個看起來會比實際好；平均好幾個標準差呢？答案是下式（$\varphi$、$\Phi$ 是標準常態分布的密度函數與累積分布函數）：
#
# $$\mathbb{E}\max = \int z\;n\,\varphi(z)\,\Phi(z)^{n-1}\,dz.$$

# %% key="luck-normal"
z, width = np.linspace(-8, 8, 4001, retstep=True)
density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
below = (np.cumsum(density) - density / 2) * width
expected = {n: (z * n * density * below ** (n - 1)).sum() * width for n in [2, 5, 12, 100]}
assert np.isclose(expected[2], 1 / np.sqrt(np.pi), atol=1e-5)
print({n: f"{value:.2f}" for n, value in expected.items()})

# %% [markdown] key="luck-rule" lang="en"
# Twelve equal settings: more than one and a half standard deviations of pure luck for the winner. So report on new seeds.

# %% [markdown] key="luck-rule" lang="zh-TW" of="4874c17d"
# 十二個一樣好的設定，贏家光靠運氣，看起來就比實際好一個半標準差以上。所以報告時要換新的種子。

# %% [markdown] key="budget" lang="en"
# ## 5. A plan for a small budget
#
# Sweeps of hundreds of trainings are for small networks. What to do with ten? First, two facts about drawing at random.

# %% [markdown] key="budget" lang="zh-TW" of="625f494e"
# ## 5. 預算不多時的計畫
#
# 動輒幾百次訓練的掃描，只有訓練小網路時才負擔得起。只能訓練十次時怎麼辦？先看兩件關於隨機抽取的事實。

# %% key="quiz-trials"
hp.quiz("day6-trials")

# %% key="random-search"
trials = int(np.ceil(np.log(0.05) / np.log(0.95)))
hp.say(f"{trials} trials hit the best 5% with probability {1 - 0.95**trials:.3f}")
low, high, middle = 1e-4, 1.0, 0.1
uniform = (middle - low) / (high - low)
logarithmic = np.log(middle / low) / np.log(high / low)
hp.say(f"draws below 0.1: uniform {uniform:.1%}, uniform in the logarithm {logarithmic:.1%}")

# %% [markdown] key="random-seen" lang="en"
# From 0.0001 to 1 there are four powers of ten. Drawn uniformly, nine draws in ten fall into the last. So **search the learning rate on a logarithmic scale**.
#
# For a single hyperparameter there is a cheaper way than 59 draws: walk. The search below
#
# 1. starts with three rates a factor of 10 apart;
# 2. as long as the best stands **at the border** of what was tried, extends the range;
# 3. then tries both neighbours at a factor of 3.2, and again at 1.8 (**coarse to fine**);
# 4. **steps back** at the end, as `fair` does, among the rates that it has tried.
#
# To make it hard, it starts at 0.00001, 0.0001 and 0.001. It scores by the validation loss: where training crawls, accuracy hardly moves and shows no direction, while the loss still moves.

# %% [markdown] key="random-seen" lang="zh-TW" of="33babaed"
# 從 0.0001 到 1 跨了四個數量級。均勻抽取的話，十次有九次落在最後一個數量級。所以，**學習率一律在對數刻度上搜尋**。
#
# 只有一個超參數時，有比抽 59 次更省的辦法：一步步走。下面的搜尋用驗證損失替學習率打分數：
#
# 1. 從相差 10 倍的三個學習率開始；
# 2. 只要最好的落在試過範圍的**邊界**，就往外延伸；
# 3. 接著試左右相差 3.2 倍的鄰居，再試相差 1.8 倍的（**由粗到細**）；
# 4. 最後在試過的學習率裡**退一步**，和 `fair` 一樣。
#
# 為了考驗它，我們從 0.00001、0.0001、0.001 出發。為什麼看損失而不看準確率？在慢爬的地方，準確率幾乎不動，看不出方向；損失卻還在動。


# %% key="search"
def search(loss_at, powers=(-5, -4, -3)):
    loss = {}

    def best_of(powers):
        loss.update({power: loss_at(power) for power in powers if power not in loss})
        return min(loss, key=loss.get)

    best = best_of(powers)
    while best in (min(loss), max(loss)):
        best = best_of([best - 1, best + 1])
    for step in (0.5, 0.25):
        best = best_of([best - step, best + step])
    tried = {10.0**power: value for power, value in loss.items()}
    known = np.array(sorted(tried))
    return step_back(known, np.array([tried[rate] for rate in known])), tried


# %% [markdown] key="search-compete" lang="en"
# `loss_at` trains and returns the validation loss. The rival is a full sweep: all 25 rates that the search might visit, with six seeds each. A run inside a sweep is the same as the run alone, so we make the sweep once; the search looks its trainings up, and counts them.

# %% [markdown] key="search-compete" lang="zh-TW" of="82daf3ed"
# `loss_at` 負責訓練，並傳回驗證損失。對手是完整的掃描：搜尋可能走到的全部 25 個學習率，各配六個種子。掃描裡的一次訓練，和單獨做的那一次完全相同，所以掃描只做一次，搜尋時直接查表，並數出用了幾次訓練。

# %% key="search-sweep"
lattice, tables, full = np.arange(-5, 1.25, 0.25), {}, {}
for rule in [hp.SGD, hp.Adam]:
    _, sweep, report = fair(network, tuning, digits, rule, 10.0**lattice, range(6), updates=138)
    loss = network.loss(sweep.weights, tuning.X_test, tuning.y_test)
    loss = np.where(sweep.diverged, np.inf, loss)
    tables[rule.__name__] = [dict(zip(lattice, of_seed)) for of_seed in loss.T]
    full[rule.__name__] = report.test_accuracy.mean()

# %% key="search-figure"
fig, axes = plt.subplots(1, 2, figsize=(9, 3.8))
for ax, (name, table) in zip(axes, tables.items()):
    hp.figures.search_path(search(table[0].get)[1], ax).set_title(name)
hp.show(fig, "day6-search")

# %% [markdown] key="search-path" lang="en"
# Each circle is one training, from top to bottom, with its validation loss; the ring is the lowest. Now six searches, each with one seed of its own. The rates they find report on ten new seeds, as the sweep's best does.

# %% [markdown] key="search-path" lang="zh-TW" of="7db00ea0"
# 每個圓是一次訓練，由上到下依序進行，旁邊的數字是驗證損失；外圈標出最低的。接著做六次搜尋，每次只用自己的一個種子。它們找到的學習率，和掃描選出的最佳學習率一樣，都用十個新種子來報告。

# %% key="search-numbers" tags=["nbval-ignore-output"]
for name, table in tables.items():
    searches = [search(of_seed.get) for of_seed in table]
    found, cost = [rate for rate, _ in searches], [len(tried) for _, tried in searches]
    run = hp.train(network, digits, getattr(hp, name)(found), updates=138, seed=range(100, 110))
    accuracy = run.test_accuracy.mean(axis=1)
    hp.say(
        f"{name}: {min(cost)} to {max(cost)} trainings find {min(found):.2g} to {max(found):.2g}: "
        f"mean {accuracy.mean():.1%}, worst {accuracy.min():.1%}; 150 trainings: {full[name]:.1%}"
    )

# %% [markdown] key="search-seen" lang="en"
# On average, ten or so trainings come close to 150: the good range is wide, and inside it the exact rate matters little. But one seed can mislead, so spend what is left of your budget on **seeds** for two or three finalists. And once more: without the step back both the searches and the sweep would have ended at SGD's edge.

# %% [markdown] key="search-seen" lang="zh-TW" of="fd568f9e"
# 平均來說，十次左右的訓練，成績就很接近 150 次：好的範圍很寬，在範圍裡面，學習率精確是多少沒什麼差別。不過只用一個種子可能看走眼，所以剩下的預算，請花在兩三個決選設定的**種子**上。再說一次：如果不退一步，不管是搜尋還是掃描，SGD 都會停在懸崖邊。

# %% [markdown] key="advice" lang="en"
# ## 6. The advice, sentence by sentence
#
# Sentences 2 and 3 are left. For **decay and warmup**: SGD and Adam with four schedules, each combination with its own tuned peak rate. Warmup takes the first fifth.

# %% [markdown] key="advice" lang="zh-TW" of="ea27c5f7"
# ## 6. 一句一句檢驗
#
# 還剩第 2 句和第 3 句。先看**衰減與預熱**：SGD 和 Adam 各用四種排程，每個組合都有自己調好的最高學習率。預熱占前五分之一。

# %% key="advice-schedules"
schedules = {
    "constant": lambda lr: lr,
    "exponential": lambda lr: hp.ExponentialDecay(lr, 3 / 138),
    "cosine": lambda lr: hp.CosineDecay(lr, 138),
    "warmup + cosine": lambda lr: hp.LinearWarmup(28, hp.CosineDecay(lr, 110)),
}


def scheduled(rule, plan):
    return lambda lr: rule(plan(lr))


# %% key="schedules-figure"
fig, axes = plt.subplots(1, 2, figsize=(10, 2.8), sharex=True, sharey=True)
for ax, rule in zip(axes, [hp.SGD, hp.Adam]):
    results = {}
    for name, plan in schedules.items():
        *_, run = fair(network, tuning, digits, scheduled(rule, plan), rates[4:], updates=138)
        results[name] = run.test_accuracy
    hp.figures.seed_dots(results, ax, "test accuracy", rule.__name__)
hp.show(fig, "day6-schedules")

# %% [markdown] key="advice-batch" lang="en"
# Decay is confirmed, and what it raises is the worst seed: with SGD by several points under every schedule, while its median hardly gains. Small last steps lower the noise floor (Day 2). With cosine the mean rises as well; the exponential spends more of this short training at small rates. Warmup adds little here; it earns its place where large early steps are the trouble (Day 2).
#
# For the **batch size**: SGD with cosine decay, the same number of images seen (about six epochs), each size with its own tuned rate.

# %% [markdown] key="advice-batch" lang="zh-TW" of="deae2e2d"
# 衰減得到證實，提高的是最差的種子：SGD 用哪一種衰減，最差的都進步好幾個百分點，中位數則幾乎沒有變好。最後幾步變小，雜訊底線就跟著降低（第 2 天）。餘弦衰減的平均也上升；指數衰減在這麼短的訓練裡，花太多時間在小的學習率上。預熱在這裡幫助不大；如果問題出在一開始步伐太大，它才派得上用場（第 2 天）。
#
# 再看**批次大小**：SGD 加餘弦衰減，看過的影像一樣多（大約六個訓練週期），每種大小用自己調好的學習率。

# %% key="advice-batches" tags=["nbval-ignore-output"]
for size in [16, 32, 64, 128, 256]:
    n = 6 * 1437 // size
    decaying = scheduled(hp.SGD, lambda lr, n=n: hp.CosineDecay(lr, n))
    settings = {"batch_size": size, "updates": n}
    best, _, run = fair(network, tuning, digits, decaying, rates[3:], range(3), **settings)
    mean, worst = run.test_accuracy.mean(), run.test_accuracy.min()
    hp.say(f"batch {size:>3}, {n:>3} updates, lr {best:.2g}: mean {mean:.1%}, worst {worst:.1%}")

# %% [markdown] key="verdict" lang="en"
# For the same number of images, a smaller batch makes more updates and ends higher. But each halving doubles the updates, the first halvings gain most, and a machine computes one large batch faster than two small ones (Day 3). The recommended sizes lie between: a compromise, confirmed for a short training. With enough updates the gap closes (Day 3), and what is left to choose by is time.
#
# | the advice | verdict | measured |
# |---|---|---|
# | 1. The rate is crucial | confirmed | section 3, Day 1 |
# | 2. Decay or warmup usually helps | decay confirmed; warmup under conditions | here, Day 2 |
# | 3. Small batches balance | confirmed for short training, rates re-tuned | here, Day 3 |
# | 4. Adam fits most tasks | under conditions: on our images and planes it ties with tuned momentum; with inputs on different scales, rare words and transformers it is ahead | sections 2 and 3, Days 5 and 7 |
# | 5. SGD and momentum for simpler tasks | corrected: not simplicity decides, but the scales of the inputs and how rare some of them are. More flexible they are not: each asks for a rate of its own | section 3, Day 5 |
# | 6. Adjusting these improves training | confirmed; on new seeds, or it may be luck | sections 3 and 4 |

# %% [markdown] key="verdict" lang="zh-TW" of="95369940"
# 看過的影像一樣多時，批次越小，更新次數越多，最後成績也越高。不過每減半一次，更新次數就加倍，而進步最多的是頭幾次減半；機器算一個大批次，又比算兩個小批次快（第 3 天）。推薦的大小落在中間：訓練時間短的時候，這個折衷得到證實。更新次數夠多，差距就會消失（第 3 天），這時哪個快就用哪個。
#
# | 建議 | 結論 | 在哪裡量的 |
# |---|---|---|
# | 1. 學習率非常關鍵 | 證實 | 第 3 節、第 1 天 |
# | 2. 衰減或預熱通常有幫助 | 衰減：證實；預熱：要看條件 | 本節、第 2 天 |
# | 3. 小批次是好的折衷 | 證實，條件是訓練時間短、學習率重新調過 | 本節、第 3 天 |
# | 4. Adam 適合大多數任務 | 要看條件：在我們的影像和平面資料上，各自調好後和動量法平手；輸入的尺度很亂、有罕見的詞，或用 Transformer 時，Adam 領先 | 第 2、3 節、第 5、7 天 |
# | 5. SGD 和動量法適合簡單的任務 | 更正：關鍵不是任務簡單與否，而是輸入的尺度、有沒有罕見的輸入。調整也沒有更靈活：每個最佳化器都要調自己的學習率 | 第 3 節、第 5 天 |
# | 6. 調整這些，訓練效果會更好 | 證實；要用新的種子驗證，否則可能只是運氣 | 第 3、4 節 |

# %% [markdown] key="dashboard" lang="en"
# ## 7. Your turn
#
# Everything from Days 1 to 6 on one board. It trains when you let go of a slider: six epochs, three seeds, the 1,150 images of section 3. What it shows is the accuracy on the 287 **validation** images: the test images stay in their drawer while you tune. Each pen (A to D) draws one setting; take another pen and the last one stays.
#
# 1. Start with SGD. Find its good range in at most five trainings.
# 2. Keep that with pen A. Now beat it with any settings, with pens B to D. Can you bring the mean above 95% with fewer than a dozen settings?
# 3. Now double the batch size and change nothing else. What becomes of the accuracy? Which way must the rate move to make up for it (Day 3)?

# %% [markdown] key="dashboard" lang="zh-TW" of="2f77bec2"
# ## 7. 換你上場
#
# 第 1 天到第 6 天學的全在這塊面板上。放開滑桿就開始訓練：六個訓練週期、三個種子，用第 3 節的 1,150 張影像。顯示的是 287 張**驗證**影像的準確率：調參的時候，測試影像一直鎖在抽屜裡。一枝筆（A 到 D）畫一組設定的結果；換一枝筆，上一組就會留著。
#
# 1. 先用 SGD，最多訓練五次，找出它的好範圍。
# 2. 用 A 筆留住它。接著換 B 到 D 筆，用任何設定打敗它。試過的設定不到十二組，能不能讓平均超過 95%？
# 3. 現在把批次大小加倍，其他都不動。準確率有什麼變化？學習率該往哪邊調，才補得回來（第 3 天）？

# %% key="explore-dashboard" tags=["nbval-ignore-output"]
hp.explore_dashboard()

# %% [markdown] key="monday" lang="en"
# ## 8. One page for Monday
#
# | question | answer | from |
# |---|---|---|
# | Before anything else? | Is the first loss near $\ln$ (number of classes)? Can the network learn 20 examples by heart? If not, no rate will help. | Day 1 |
# | Are the inputs on one scale? | Bring them to one scale first. | Days 5, 6 |
# | Which optimizer? | AdamW or SGD with momentum; what your field uses. Words or transformers: AdamW. Tune its rate. | Days 4–7 |
# | Which first rate? | A range test for the order of magnitude, then factors of three. AdamW: often 1e-4 to 1e-3. **Fine-tuning** a trained network: 1e-5 to 5e-5. | Days 1, 7 |
# | Best rate at the border? | Extend the range. | Day 6 |
# | Lowest loss next to the cliff? | Step back by a factor of two or three. | Days 1, 6 |
# | Which schedule? | Cosine or another decay to (almost) zero. | Days 2, 6 |
# | The first updates blow up? | Warmup, or a smaller peak rate. | Day 2 |
# | Which batch size? | 32 to 128 to begin with; larger if the machine makes it cheaper. | Day 3 |
# | Batch size times $k$? | Tune the rate again. $\times k$ keeps SGD's run the same below the cliff, and is not its best rate; Adam's best goes more like $\times\sqrt{k}$. | Days 3, 5 |
# | A wider network? | The rate does not carry over: the wider, the smaller Adam's best one. Tune again. | Day 7 |
# | Momentum $\gamma$ changed? | It lengthens steps up to $1/(1-\gamma)$ times: move the rate the other way. | Day 4 |
# | $\beta_1$, $\beta_2$, $\epsilon$? | We did not tune them. Begin with the usual ones; if the budget allows, $\beta_1$ and $\epsilon$ are worth a try. Mind a short memory ($\beta_2$), and where a library puts its $\epsilon$. | Day 5 |
# | Weight decay with Adam? | AdamW, not L2 in the loss. | Day 5 |
# | The loss sits still at guessing? | Too small a rate and dead ReLUs look alike. Did the loss jump first, are units zero for all inputs? Then start anew, a third of the rate. All alive, no jump? **Raise** the rate. | Day 1 |
# | Nothing you tune matters? | Then it is not the hyperparameters: look at the data, the labels, the loss, a bug. And stop tuning. | here |
# | Is A better than B? | Each tuned, same budget, new seeds, spread shown. | Days 4–6 |

# %% [markdown] key="monday" lang="zh-TW" of="35e59242"
# ## 8. 給星期一的一頁
#
# | 問題 | 答案 | 出處 |
# |---|---|---|
# | 一切之前？ | 一開始的損失接近 $\ln$（類別數）嗎？網路背得起來 20 個樣本嗎？做不到的話，學習率怎麼調都沒用。 | 第 1 天 |
# | 輸入的尺度一致嗎？ | 先調到相同的尺度。 | 第 5、6 天 |
# | 用哪個最佳化器？ | AdamW 或 SGD 加動量，你的領域習慣用哪個就用哪個；文字或 Transformer 用 AdamW。記得調學習率。 | 第 4–7 天 |
# | 第一個學習率？ | 用範圍測試抓數量級，再以三倍為間隔找。AdamW 常用 1e-4 到 1e-3；**微調**（fine-tuning）訓練好的網路，用 1e-5 到 5e-5。 | 第 1、7 天 |
# | 最好的學習率落在邊界？ | 把範圍往外延伸。 | 第 6 天 |
# | 最低的損失緊鄰懸崖？ | 退到它的二分之一到三分之一。 | 第 1、6 天 |
# | 用哪種排程？ | 餘弦或其他衰減，一直降到（接近）零。 | 第 2、6 天 |
# | 頭幾次更新就爆炸？ | 加預熱，或降低最高學習率。 | 第 2 天 |
# | 批次大小？ | 先從 32 到 128 開始；機器跑大批次如果更划算，再加大。 | 第 3 天 |
# | 批次大小變成 $k$ 倍？ | 重調學習率。在懸崖以下，$\times k$ 能讓 SGD 的訓練過程保持一樣，但不等於最好的學習率；Adam 最好的學習率大約隨 $\times\sqrt{k}$ 變。 | 第 3、5 天 |
# | 網路變寬？ | 學習率不能照搬：網路越寬，Adam 最好的學習率越小。要重調。 | 第 7 天 |
# | 改了動量 $\gamma$？ | 它最多把步伐放大到 $1/(1-\gamma)$ 倍：學習率往反方向調。 | 第 4 天 |
# | $\beta_1$、$\beta_2$、$\epsilon$ 呢？ | 我們沒有調過。先用常用的值；預算夠的話，$\beta_1$ 和 $\epsilon$ 值得一試。留意記憶太短（$\beta_2$），以及套件把 $\epsilon$ 放在哪裡。 | 第 5 天 |
# | Adam 要加權重衰減？ | 用 AdamW，不要在損失裡加 L2。 | 第 5 天 |
# | 損失停在亂猜的程度？ | 學習率太小和 ReLU 死掉，看起來一樣。損失是不是先跳高過？有沒有單元對所有輸入都是零？有的話，學習率降到三分之一，從頭訓練。都活著、也沒跳過？那就把學習率**調高**。 | 第 1 天 |
# | 怎麼調都沒差？ | 那問題不在超參數：檢查資料、標籤、損失函數、程式錯誤。別再調了。 | 本節 |
# | A 比 B 好嗎？ | 各自調好、預算相同、換新種子、列出散布範圍。 | 第 4–6 天 |

# %% [markdown] key="breaks" lang="en"
# ## 9. When it breaks (optional)
#
# Four measurements tell most illnesses apart. Each is shown with a run that has the illness and with the remedy, on ten seeds.
#
# **The first loss.** Before any update the network should guess: $\ln 10 = 2.3$ for ten classes. Below, the start is multiplied by a factor, then trained with SGD at 0.3, with and without warmup.

# %% [markdown] key="breaks" lang="zh-TW" of="6cf32bf1"
# ## 9. 訓練壞掉的時候（可略過）
#
# 四種測量，就能分辨大多數的毛病。每一種都示範一次生病的訓練，以及補救之後的樣子，各用十個種子。
#
# **第一個損失**：還沒更新之前，網路應該只是亂猜；十個類別的話，損失是 $\ln 10 = 2.3$。下面把初始權重乘上一個倍數，再用 SGD、學習率 0.3 訓練，有的加預熱，有的不加。

# %% key="breaks-start" tags=["nbval-ignore-output"]
he = np.stack([network.init(seed) for seed in range(10)])
for size, n in [(0, 1), (8, 1), (8, 28), (1, 1)]:  # a warmup of 1 update is none
    rule, start = hp.SGD(hp.LinearWarmup(n, 0.3)), size * he
    run = hp.train(network, digits, rule, start=start, seed=range(10), updates=138)
    first, right = network.loss(start, X, y).mean(), run.test_accuracy.mean()
    hp.say(f"start × {size}, warmup {n}: first loss {first:.2f}, accuracy {right:.0%}")

# %% [markdown] key="breaks-start-seen" lang="en"
# Eight times too large, the network is sure of itself and wrong: look at the first loss before you look at the rate. Warmup helps a little, but it does not heal a wrong start; the right start does, without warmup. Only where the first loss is right and the first *updates* blow up is warmup the remedy (Day 2). Exactly $\ln 10$ is no certificate either: with all weights zero no hidden unit ever gets a gradient.
#
# **The length of the gradient.** SGD at 2 is beyond the cliff. We measure the gradient of the validation images after each of the first five updates (the longest is printed) and at the end, without clipping and with a limit of 1, about the gradient's length at the start.

# %% [markdown] key="breaks-start-seen" lang="zh-TW" of="c7959bdc"
# 初始權重大了八倍，網路會很有把握地猜錯：調學習率之前，先看第一個損失。預熱有一點幫助，但治不好錯誤的初始化；初始化對了，不用預熱也好。第一個損失正常，頭幾次*更新*卻爆炸，這時才該用預熱（第 2 天）。反過來，剛好等於 $\ln 10$ 也不保證健康：權重全部是零，隱藏單元永遠收不到梯度。
#
# **梯度的長度**：SGD 用 2 已經過了懸崖。我們在頭五次更新之後，各量一次驗證影像的梯度（印出最長的），結束時再量一次；一組不做**梯度裁剪**（gradient clipping），一組把長度限制在 1，大約就是一開始的梯度長度。

# %% key="breaks-spike" tags=["nbval-ignore-output"]
limits, lengths = [np.inf, 1], []
for n in [1, 2, 3, 4, 5, 138]:
    run = hp.train(network, digits, hp.SGD(2), clip=limits, seed=range(10), updates=n)
    grad = network.gradient(run.weights, tuning.X_test, tuning.y_test)
    lengths.append(np.linalg.norm(grad, axis=-1))
for k, limit in enumerate(limits):
    early, end = np.max(lengths[:5], axis=0)[k].mean(), lengths[5][k].mean()
    right = run.test_accuracy[k].mean()
    hp.say(f"clip {limit}: gradient {early:.1f}, later {end:.2f}; accuracy {right:.0%}")

# %% [markdown] key="breaks-spike-seen" lang="en"
# Both meet long gradients in the first updates. Without a limit a long gradient times a large rate is a leap from which no run comes back; with it most are saved. But clipping is a safety belt, not a second rate: a third of the rate does better still. And note the short gradient at the end of the unclipped runs: that is not success, there is nothing left that could learn.
#
# **How far one update goes**, as a share of the length of the weights. A rule of thumb says about a thousandth. Adam, halfway through:

# %% [markdown] key="breaks-spike-seen" lang="zh-TW" of="2f21c805"
# 兩組在頭幾次更新都遇到很長的梯度。沒有上限時，長梯度乘上大學習率，一步跳太遠，沒有一次訓練回得來；有上限，大多數都救回來了。不過裁剪是安全帶，不能當第二個學習率：學習率降到三分之一，成績還更好。也請注意，不裁剪的那組最後梯度很短：那不是訓練成功，而是已經沒有東西能再學了。
#
# **一次更新走多遠**：看更新的長度占權重長度的比例。經驗法則說大約千分之一。下面是 Adam 訓練到一半時：

# %% key="breaks-ratio" tags=["nbval-ignore-output"]
lrs, adam = 10.0 ** np.arange(-5, 0), {}
for n in [68, 69, 138]:
    adam[n] = hp.train(network, digits, hp.Adam(lrs), seed=range(10), updates=n)
before, update = adam[68].weights, adam[69].weights - adam[68].weights
ratios = np.linalg.norm(update, axis=-1) / np.linalg.norm(before, axis=-1)
ratio, right = ratios.mean(axis=1), adam[138].test_accuracy.mean(axis=1)
for k, lr in enumerate(lrs):
    hp.say(f"lr {lr:.0e}: update / weights {ratio[k]:.0e}, accuracy {right[k]:.0%}")

# %% [markdown] key="breaks-ratio-seen" lang="en"
# Ratios around a hundred-thousandth cannot arrive in 138 updates; the good ones are around a hundredth here, as the training is short. The rule gives the order of magnitude, and it does so without waiting for the end.
#
# **Too small, or dead?** Both sit still near $\ln 10$. Two things differ: the highest loss of a batch on the way, and the share of hidden units that are zero for all images.

# %% [markdown] key="breaks-ratio-seen" lang="zh-TW" of="c1393f09"
# 比例只有十萬分之一左右的，138 次更新走不到目的地；這裡訓練很短，好的比例大約是百分之一。經驗法則給的是數量級，而且不必等訓練結束就量得到。
#
# **學習率太小，還是網路死了？** 兩者的損失都停在 $\ln 10$ 附近。差別有兩個：途中最高的一批損失，以及對所有影像都是零的隱藏單元占多少。

# %% key="breaks-still" tags=["nbval-ignore-output"]
lrs = [0.0001, 0.3, 3]
run = hp.train(network, digits, hp.SGD(lrs), seed=range(10), updates=138)
dead = (network.activations(run.weights, X)[0] == 0).all(axis=-2).mean(axis=(1, 2))
end = network.loss(run.weights, X, y).mean(axis=1)
for k, lr in enumerate(lrs):
    peak = run.loss[k].max(axis=1).mean()
    hp.say(f"lr {lr}: loss up to {peak:.1f}, then {end[k]:.2f}; at zero {dead[k]:.0%}")

# %% [markdown] key="breaks-still-seen" lang="en"
# Too small: no jump, nearly all units alive; raise the rate. Dead: the loss jumped first, and nearly all units are zero; no rate wakes them, so start anew with a smaller one. The run between them is the remedy for both.

# %% [markdown] key="breaks-still-seen" lang="zh-TW" of="b32fd5d9"
# 太小：損失沒有跳高，幾乎所有單元都活著，把學習率調高。死了：損失先跳高過，幾乎所有單元都是零；怎麼調學習率都叫不醒，只能換小一點的學習率從頭訓練。中間那一組就是兩者的補救。

# %% [markdown] key="practice" lang="en"
# ## In practice
#
# - **PyTorch**: `opt = torch.optim.AdamW(model.parameters(), lr=1e-3)` with `torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=steps)`; stop at `T_max`, beyond it the rate rises again. **Keras**: `keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, steps))`. The rate is where your search starts; for warmup put `LinearLR(opt, 1 / W, total_iters=W - 1)` before it, with `SequentialLR` (left alone, `LinearLR` starts at a third and takes 5 steps; the warmup of Keras starts at 0).
# - **Defaults differ**, so no rate means the same everywhere. Weight decay of AdamW: 0.01 in PyTorch, 0.004 in Keras, 0.0001 in Optax. Keras adds $\epsilon$ before the correction (Day 5). AdaGrad starts its sum at 0.1 in Keras and Optax; RMSProp's memory is 0.99 in PyTorch. First weights: He here, uniform within $\pm 1/\sqrt{n}$ in `nn.Linear`, Glorot in Keras, so the cliff moves. And `nn.MSELoss` has no ½: the largest stable rate is half of ours.
# - Several hyperparameters at once: draw at random (Bergstra and Bengio 2012), so that every trial tries a new value of each.
# - When one training takes days, tune a shorter run or a smaller model. But a rate found on a narrow network does **not** carry over to a wide one, least of all with Adam: Day 7 measures by how much, and shows the remedy (µP).

# %% [markdown] key="practice" lang="zh-TW" of="62041b7f"
# ## 實務上
#
# - **PyTorch**：`opt = torch.optim.AdamW(model.parameters(), lr=1e-3)`，搭配 `torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=steps)`；到 `T_max` 就要停，再走下去學習率會回升。**Keras**：`keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, steps))`。這個學習率只是搜尋的起點；要預熱，就用 `SequentialLR` 在前面接上 `LinearLR(opt, 1 / W, total_iters=W - 1)`（不改的話，`LinearLR` 從三分之一開始、只走 5 步；Keras 的預熱從 0 開始）。
# - **各套件的預設值不同**，同一個學習率，意思到處都不一樣。AdamW 的權重衰減：PyTorch 是 0.01，Keras 是 0.004，Optax 是 0.0001。Keras 在修正之前就加上 $\epsilon$（第 5 天）。AdaGrad 的累加，Keras 和 Optax 從 0.1 開始；RMSProp 的記憶，PyTorch 用 0.99。初始權重：這裡用 He，`nn.Linear` 用 $\pm 1/\sqrt{n}$ 之間的均勻分布，Keras 用 Glorot，所以懸崖的位置會變。還有，`nn.MSELoss` 沒有 ½：能穩定的最大學習率只有我們的一半。
# - 同時要調好幾個超參數：用隨機抽取（Bergstra 和 Bengio 2012），這樣每次嘗試，每個超參數都會試到新的值。
# - 如果訓練一次要好幾天，就先調比較短的訓練，或比較小的模型。但是在窄網路上找到的學習率，**不能**直接搬到寬網路，用 Adam 時更是如此：第 7 天會量出差多少，並介紹補救的辦法（µP）。

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - An optimizer and its learning rate come as a pair. Compared each at its own tuned rate, most gaps shrink to the spread of the seeds.
# - The best of many noisy results is partly luck: choose on some seeds, report on others.
# - Logarithmic scale, extend at the border, coarse to fine, step back from the cliff: about ten trainings, then seeds for the finalists.
#
# **Your turn:** the [summary exercises](day6_exercises.ipynb), with a training to tune on a budget of 30 runs.
#
# **Where to go next.** Day 7 turns to large models: words, width, and the schedules they are trained with; the take-home notebook puts this page into PyTorch. Or take a data set of your own: `hp.Dataset` makes it ready for everything on this page. Good reading: Goh, *Why Momentum Really Works* (2017); Cohen et al. on the edge of stability (2021); Godbole et al., *Deep Learning Tuning Playbook* (2023). Much of what they describe you have now seen happen.

# %% [markdown] key="recap" lang="zh-TW" of="bad09361"
# ## 今天帶走的東西
#
# - 最佳化器和學習率是一對。各自調好再比，大多數的差距都會縮到和種子的散布差不多。
# - 從許多帶雜訊的結果裡挑最好的，有一部分是運氣：用一批種子來選，用另一批來報告。
# - 用對數刻度、碰到邊界就延伸、由粗到細、離懸崖退一步：大約十次訓練就夠，剩下的預算留給決選設定，多跑幾個種子。
#
# **換你動手**：[總結練習](day6_exercises.ipynb)，最後一題要在 30 次訓練的預算內，把一個網路調好。
#
# **接下來往哪裡走？** 第 7 天談大型模型：文字、寬度，以及訓練它們用的排程；帶回家的 PyTorch 筆記本則把這一頁寫成程式。也可以找一個自己的資料集：用 `hp.Dataset` 包起來，這一頁的每個實驗都能照做。值得一讀的有：Goh 談動量的 *Why Momentum Really Works*（2017）、Cohen 等人談穩定邊緣的論文（2021）、Godbole 等人的 *Deep Learning Tuning Playbook*（2023）。這些文章談到的現象，許多你都親眼看過了。

# %% key="progress"
hp.progress()

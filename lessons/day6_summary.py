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
# **You will do:** replay an unfair comparison and make it fair; see how lucky one seed can be; let a search of about ten trainings compete with a sweep of 76; train digits with your own settings, four runs side by side.
#
# **You will learn:** which of the usual advice holds, and when; how to compare fairly; how to tune with a small budget.
#
# **You need:** Days 1 to 5. About 45 minutes; section 9 is optional. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" of="7cdfbc0e"
# # 第 6 天 · 總結：星期一上班，我該怎麼做？
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday6_summary.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day6_summary.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day6_summary.ipynb) · [English](../en/day6_summary.ipynb) · [繁體中文](../zh-TW/day6_summary.ipynb)
#
# **你會動手做**：重演一場不公平的比較，再把它變公平；看看單一種子的運氣能有多好；讓一個只訓練十次左右的搜尋，和訓練 76 次的掃描較量；用自己選的設定，訓練網路辨識手寫數字，四組結果並排比較。
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
# Here is the advice with which the outline of this course ends:
#
# 1. The learning rate is crucial: too large is unstable, too small is slow.
# 2. Decay or warmup usually improves it.
# 3. Small batches (32, 64, 128) balance efficiency and stability.
# 4. Adam is the most widely used optimizer and fits most tasks.
# 5. SGD and momentum are for simpler tasks and for more flexible tuning.
# 6. Adjusting all these makes training better.
#
# Today each sentence is put to the test. We begin with the fourth, and with a race: one problem, three optimizers, one learning rate for all. The problem is two interleaved half moons, the network small (2 inputs, hidden layers of 5 and 2 units). Momentum comes in the averaging form (Day 4, In practice), in which 0.0007 means a tenth of that, 0.00007, in ours.
#
# Each dot is one of 30 starts, the bar is the median. "Adam clearly outperforms", one could write.

# %% [markdown] key="puzzle" lang="zh-TW" of="9ee1fe7d"
# ## 1. 一場比賽
#
# 本課程所根據的講義，用下面這些建議收尾：
#
# 1. 學習率非常關鍵：太大會不穩定，太小則太慢。
# 2. 衰減或預熱通常會有幫助。
# 3. 小批次（32、64、128）能兼顧效率和穩定。
# 4. Adam 是最常用的最佳化器，適合大多數任務。
# 5. SGD 和動量法適合比較簡單的任務，以及更靈活的調整。
# 6. 調整這些超參數，訓練效果會更好。
#
# 今天一句一句拿來檢驗。先看第四句，從一場比賽開始：一個問題、三個最佳化器，大家用同一個學習率。問題是兩個互相交錯的半月，網路很小（2 個輸入，兩個隱藏層分別有 5 個和 2 個單元）。動量法用的是平均形式（第 4 天「實務上」）：用那種寫法，0.0007 相當於我們的 0.00007。
#
# 每一點是 30 個起點之一，短線是中位數。「Adam 明顯勝出」，報告好像可以就這樣寫了。

# %% key="race"
moons, new_moons = hp.moons(1000, seed=1), hp.moons(1000, seed=2)
narrow, starts, unfair, common = hp.MLP((2, 5, 2, 2)), range(100, 130), {}, 0.0007
racers = [hp.SGD(common), hp.Momentum(common / 10), hp.Adam(common)]
length = {"updates": 700, "batch_size": 32}
for racer in racers:
    run = hp.train(narrow, new_moons, racer, seed=starts, **length)
    unfair[type(racer).__name__] = run.test_accuracy
fig, ax = plt.subplots(figsize=(7.2, 2.4))
hp.figures.seed_dots(unfair, ax, "test accuracy", f"one rate for all: {common}")
hp.show(fig, "day6-race")

# %% bind="puzzle"
free("two interleaved half moons", "", "a name")
free("Small batches (32, 64, 128)", "小批次（32、64、128）", "the advice, quoted")
free("more flexible tuning", "更靈活的調整", "the advice, quoted")
free("makes training better", "訓練效果會更好", "the advice, quoted")
free("the most widely used", "", "the advice, quoted")
free("fits most tasks", "比較簡單的任務", "the advice, quoted")
free("", "第四句", "one of the sentences above")
says("three optimizers", "三個最佳化器", len(unfair) == 3)
says(
    "0.0007 means a tenth of that, 0.00007,",
    "0.0007 相當於我們的 0.00007",
    np.allclose([racers[0].lr, racers[1].lr], [0.0007, 0.00007]),
)
says(
    "2 inputs, hidden layers of 5 and 2 units",
    "2 個輸入，兩個隱藏層分別有 5 個和 2 個單元",
    tuple(narrow.sizes[:3]) == (2, 5, 2),
)
says("one of 30 starts", "30 個起點之一", len(starts) == len(unfair["SGD"]) == 30)
lead = np.median(unfair["Adam"]) - max(
    np.median(unfair["SGD"]), np.median(unfair["Momentum"])
)
says("Adam clearly outperforms", "Adam 明顯勝出", lead > 0.08)

# %% bind="day6-race"
says(
    "Three optimizers at one learning rate",
    "三個最佳化器用同一個學習率",
    len(unfair) == 3,
)

# %% key="quiz-audit"
hp.quiz("day6-audit")

# %% bind="day6-audit"
lead = np.median(unfair["Adam"]) - max(
    np.median(unfair[r]) for r in ("SGD", "Momentum")
)
says(
    "Three optimizers ran at the same learning rate, 0.0007,",
    "三個最佳化器用同一個學習率 0.0007，結果 Adam 領先",
    lead > 0 and racers[2].lr == 0.0007,
)
free("the best optimizer", "", "a wrong answer")
free("the best that each of them can do", "最佳表現", "what is not known")
free(
    "suits Adam better than it suits the others",
    "",
    "the answer; bound with the medians of section 2",
)
free("always needs fewer updates", "比較少", "a wrong answer")

# %% [markdown] key="fair" lang="en"
# ## 2. The same race, fair
#
# A learning rate means something else in each rule: SGD's step is $\eta$ times the gradient; Adam's is about $\eta$ for each weight whose gradients, large or small, keep their size and sign, and shorter where they change sign (Day 5). One number for all is like one shoe size for all runners. A fair comparison:
#
# 1. **Tune** each optimizer's rate, over the same list of rates, with the same number of updates.
# 2. **Choose** by the **validation loss**: the loss on examples used neither for training nor for the report.
# 3. **Step back** from the cliff: judge each rate by the worse of two losses, its own and that of the next larger rate. So a rate right at the edge does not win (section 3 shows what happens otherwise).
# 4. **Report** on other seeds and other data, with the spread.

# %% [markdown] key="fair" lang="zh-TW" of="7ecd1e9c"
# ## 2. 同一場比賽，這次公平
#
# 學習率在每條規則裡的意思都不同：SGD 的一步是 $\eta$ 乘上梯度；用 Adam，只要權重的梯度方向一致、大小沒什麼變化，不管多大，一步大約就是 $\eta$；正負交替時比較短（第 5 天）。大家用同一個數字，就像叫所有選手穿同一號鞋。公平的比較是這樣：
#
# 1. **調整**：每個最佳化器各自調學習率，試同一串數值，更新次數也相同。
# 2. **選擇**：看**驗證損失**，也就是在既不用來訓練、也不用來報告的資料上算出的損失。
# 3. **退一步**，離懸崖遠一點：每個學習率看兩個損失，自己的，以及再大一格的，取比較差的那個來評。這樣緊貼懸崖邊的學習率就不會被選上（不退會怎樣，第 3 節會看到）。
# 4. **報告**：換上別的種子、別的資料，並列出散布範圍。


# %% key="protocol"
def step_back(rates, loss):
    next_larger = np.append(loss[1:], np.inf)  # beyond the last rate nothing is known
    return rates[np.maximum(loss, next_larger).argmin()]


TUNE, REPORT = hp.seeds(4), range(100, 110)


def fair(network, tuning, data, rule, rates, tune=TUNE, report=REPORT, **settings):
    sweep = hp.train(network, tuning, rule(rates), seed=tune, **settings)
    loss = network.loss(sweep.weights, tuning.X_test, tuning.y_test)
    loss = np.where(sweep.diverged, np.inf, loss).mean(axis=1)
    best = step_back(rates, loss)
    return best, sweep, hp.train(network, data, rule(best), seed=report, **settings)


# %% key="fair-race"
coarse, audit = common * 10.0 ** np.arange(0.5, 4, 0.5), {}
for rule in [hp.SGD, hp.Momentum, hp.Adam]:
    settings = {"report": starts, **length}
    audit[rule.__name__] = fair(narrow, moons, new_moons, rule, coarse, **settings)
after = {name: report.test_accuracy for name, (_, _, report) in audit.items()}

# %% key="fair-figure"
fig, axes = plt.subplots(1, 2, figsize=(10, 2.6), sharex=True, sharey=True)
hp.figures.seed_dots(unfair, axes[0], "test accuracy", f"one rate for all: {common}")
hp.figures.seed_dots(after, axes[1], "test accuracy", "each at its own tuned rate")
hp.show(fig, "day6-fair")

# %% key="fair-numbers" tags=["nbval-ignore-output"]
for name, (best, _, _) in audit.items():
    was, now = np.median(unfair[name]), np.median(after[name])
    bad = (after[name] < 0.7).sum()
    hp.say(f"{name}: {was:.1%} -> {now:.1%} at {best:.2g}; "
           f"failed starts {bad} of {len(after[name])}")  # fmt: skip

# %% [markdown] key="fair-seen" lang="en"
# The gap between the medians is all but gone (with other draws mostly, too; now and then the step back leaves SGD too small a rate). What the race had measured was how well 0.0007 fits each rule.
#
# Of these 30 starts the same few fail (below 70%) under all three optimizers. There the network ends with one answer for every point: it is so narrow that a whole layer of ReLUs can die (Day 1). How many fail is luck: with other starts and other points it may be none. A mean would hide this; the dots show it.

# %% [markdown] key="fair-seen" lang="zh-TW" of="a1b63c0e"
# 中位數的差距幾乎不見了（換別的種子和資料，大多也一樣；偶爾，退一步會讓 SGD 停在太小的學習率）。原來那場比賽量到的，是 0.0007 這個數字對每條規則合不合腳。
#
# 這 30 個起點裡，會失敗（低於 70%）的只有少數幾個，而且三個最佳化器都是同樣那幾個。這些網路最後對每一點都給同一個答案：網路太窄，整層 ReLU 可能一起死掉（第 1 天）。失敗幾個要看運氣：換一批起點和資料，可能一個也沒有。只看平均會看不出來；把每一點畫出來，就看得見。

# %% bind="fair"
free("shorter where they change sign", "正負交替時比較短", "Day 5")
says(
    "the worse of two losses, its own and that of the next larger rate",
    "取比較差的那個來評",
    step_back(np.array([1, 2, 3]), np.array([3, 1, 2])) == 2,
)
says(
    "a rate right at the edge does not win",
    "就不會被選上",
    step_back(np.array([1, 2, 3]), np.array([3, 2, np.inf])) == 1,
)

# %% bind="fair"
apart = not set(TUNE) & set(REPORT) and not np.array_equal(
    moons.X_train, new_moons.X_train
)
says("other seeds and other data", "換上別的種子、別的資料", apart)

# %% bind="fair-seen"
says("fail (below 70%)", "失敗（低於 70%）", bad == (after["Adam"] < 0.7).sum())
lead = np.median(unfair["Adam"]) - max(
    np.median(unfair[r]) for r in ("SGD", "Momentum")
)
medians = [np.median(accuracy) for accuracy in after.values()]
says(
    "The gap between the medians is all but gone",
    "中位數的差距幾乎不見了",
    np.ptp(medians) < 0.015 and lead > 0.08,
)
free(
    "(with other draws mostly ... too small a rate)",
    "（換別的種子和資料 ... 太小的學習率）",
    "in tests/claims",
)
says(
    "how well 0.0007 fits each rule",
    "0.0007 這個數字",
    np.isclose(racers[0].lr, 0.0007) and racers[2].lr == 0.0007,
)
failed = [np.flatnonzero(accuracy < 0.7) for accuracy in after.values()]
says(
    "Of these 30 starts the same few fail (below 70%)",
    "這 30 個起點裡，會失敗（低於 70%）的只有少數幾個",
    1 <= len(failed[0]) <= 6
    and all(set(f) == set(failed[0]) for f in failed)
    and len(starts) == 30,
)
says("under all three optimizers", "三個最佳化器都是同樣那幾個", len(failed) == 3)
ended = audit["SGD"][2].weights[failed[0]]
answers = narrow.predict(ended, new_moons.X_test)
says(
    "one answer for every point",
    "對每一點都給同一個答案",
    (answers == answers[..., :1]).all(),
)
free("may be none", "可能一個也沒有", "tried with other starts in tests/claims")

# %% bind="day6-fair"
lead = np.median(unfair["Adam"]) - max(
    np.median(unfair[r]) for r in ("SGD", "Momentum")
)
medians = [np.median(accuracy) for accuracy in after.values()]
says("Adam is ahead", "Adam 領先", lead > 0.08)
says(
    "the three medians agree",
    "三個中位數差不多",
    np.ptp(medians) < 0.015 and len(medians) == 3,
)

# %% [markdown] key="digits" lang="en"
# ## 3. Six optimizers on digits
#
# Now the whole field on the digits of Day 1, with 138 updates each: six epochs of all 1,437 training images. These are split once more: 1,150 to train on while tuning, 287 to choose by. The test images stay in the drawer until the report.

# %% [markdown] key="digits" lang="zh-TW" of="03e56826"
# ## 3. 六個最佳化器，拿手寫數字來比
#
# 現在六個最佳化器全部上場，題目是第 1 天的手寫數字，每次訓練更新 138 次，相當於全部 1,437 張訓練影像的六個訓練週期。訓練影像再分成兩份：調參時，1,150 張用來訓練、287 張用來挑選。測試影像先鎖在抽屜裡，報告時才拿出來。

# %% key="digits-data"
digits, network = hp.digits(), hp.MLP((64, 32, 10))
X, y = digits.X_train, digits.y_train
tuning = hp.Dataset("digits for tuning", X[:1150], y[:1150], X[1150:], y[1150:])
rules = [hp.SGD, hp.Momentum, hp.Nesterov, hp.RMSProp, hp.Adam, hp.AdamW]
rates = 10.0 ** (np.arange(-10, 2) / 3)
on_digits, settings = {}, {"report": range(100, 115), "updates": 138}
for rule in rules:
    on_digits[rule.__name__] = fair(network, tuning, digits, rule, rates, **settings)
tuned = {name: best for name, (best, _, _) in on_digits.items()}
on_test = {name: report.test_accuracy for name, (_, _, report) in on_digits.items()}

# %% bind="digits"
says("## 3. Six optimizers", "現在六個最佳化器全部上場", len(on_digits) == 6)
per_epoch = on_digits["SGD"][2].loss.shape[-1] / 6
says(
    "138 updates each: six epochs of all 1,437",
    "更新 138 次，相當於全部 1,437 張訓練影像的六個訓練週期",
    per_epoch == np.ceil(len(X) / 64) == 23,
)
says("1,150 to train on", "1,150 張用來訓練", len(tuning.X_train) == 1150)
says("287 to choose by", "287 張用來挑選", len(tuning.X_test) == 287)
free("", "## 3. 六個最佳化器", "the same six")
says(
    "stay in the drawer until the report",
    "報告時才拿出來",
    not (tuning.X_test[:, None] == digits.X_test[None]).all(axis=2).any(),
)

# %% [markdown] key="digits-ask" lang="en"
# **Predict:** at 0.001, a common default, Adam is far ahead of SGD. At tuned rates, who wins, and by how much?

# %% [markdown] key="digits-ask" lang="zh-TW" of="e6a183d7"
# **先預測**：在常見的預設值 0.001，Adam 遠遠領先 SGD。各自調好學習率之後，誰會贏？贏多少？

# %% key="digits-sweeps"
with hp.predict("day6-digits"):
    fig, axes = plt.subplots(2, 3, figsize=(9, 4.8), dpi=90, sharex=True, sharey=True)
    validation = {}
    for name, (_, sweep, _) in on_digits.items():
        validation[name] = np.nan_to_num(sweep.test_accuracy)  # of the 287 images
    label = "validation accuracy"
    hp.figures.sweep_panels(rates, validation, tuned, axes, label, mark=0.001)
    hp.show(fig, "day6-digits-sweeps")

# %% key="digits-report"
with hp.after("day6-digits"):
    fig, ax = plt.subplots(figsize=(7.2, 3.4))
    title = f"digits, {len(on_test['SGD'])} new seeds, each at its own tuned rate"
    hp.figures.seed_dots(on_test, ax, "test accuracy", title)
    hp.show(fig, "day6-digits-report")

# %% key="digits-again" tags=["nbval-ignore-output"]
with hp.after("day6-digits"):
    # the seeds above in three groups of five
    of_five = {name: a.reshape(3, 5).mean(axis=1) for name, a in on_test.items()}
    leaders = set()
    for group in range(3):
        mean = {name: means[group] for name, means in of_five.items()}
        order = sorted(mean, key=mean.get, reverse=True)
        print(" > ".join(f"{name} {mean[name]:.1%}" for name in order))
        leaders.add(order[0])

# %% [markdown] key="digits-seen" lang="en"
# <details><summary>After your answer: the whole field at its own rates</summary>
#
# Each panel is one optimizer, the others in grey; the ring is the chosen rate, the dashed line is 0.001. The curves reach nearly the same height, at different places. Whoever compares along one vertical line chooses the winner with the line: at 0.001 Adam is far ahead of SGD, at 1 far behind.
#
# Momentum, Nesterov, Adam and AdamW differ no more than the seeds of each do; with other seeds another one leads. Over all 15 seeds, in the mean (the bars are medians), RMSProp is about two points behind in this short training and plain SGD three to four (of 60 others, about two as well). (A decaying rate makes up for part of it: section 6.)
#
# </details>

# %% [markdown] key="digits-seen" lang="zh-TW" of="a26bbc04"
# <details><summary>作答之後：各用自己的學習率</summary>
#
# 每一格是一個最佳化器，其他的畫成灰色；圓圈是選出的學習率，虛線是 0.001。這些曲線的最高點差不多高，只是位置不同。只沿著一條垂直線去比，線畫在哪裡，就決定了誰贏：在 0.001，Adam 遠遠領先 SGD；在 1，則遠遠落後。
#
# 動量法、Nesterov、Adam 和 AdamW 彼此的差距，不比各自種子之間的差距大；換一批種子，領先的就換人。訓練這麼短，15 個種子合起來看平均（圖上的短線是中位數），RMSProp 落後大約兩個百分點，單純的 SGD 落後三到四個（換成另外 60 個種子，也只落後大約兩個百分點）。（讓學習率衰減，能補回一部分，見第 6 節。）
#
# </details>

# %% bind="digits-ask"
seen = {name: accuracy.mean(axis=1) for name, accuracy in validation.items()}
at = np.isclose(rates, 0.001).argmax()
says(
    "at 0.001, a common default, Adam is far ahead",
    "在常見的預設值 0.001，Adam 遠遠領先 SGD",
    seen["Adam"][at] > seen["SGD"][at] + 0.3 and np.isclose(rates[at], 0.001),
)
free("", "誰會贏？贏多少", "the question")

# %% bind="digits-seen"
seen = {name: accuracy.mean(axis=1) for name, accuracy in validation.items()}
at = np.isclose(rates, 0.001).argmax()
peaks = [accuracy.max() for accuracy in seen.values()]
says("nearly the same height", "最高點差不多高", np.ptp(peaks) < 0.04)
free(
    "chooses the winner with the line",
    "就決定了誰贏",
    "bound with the two rates that follow",
)
says(
    "at 0.001 Adam is far ahead of SGD",
    "在 0.001，Adam 遠遠領先 SGD",
    seen["Adam"][at] > seen["SGD"][at] + 0.3,
)
one = np.isclose(rates, 1).argmax()
says(
    "at 1 far behind",
    "在 1，則遠遠落後",
    np.isclose(rates[one], 1) and seen["Adam"][one] < seen["SGD"][one] - 0.3,
)
four = [on_test[name] for name in ("Momentum", "Nesterov", "Adam", "AdamW")]
gap, spread = np.ptp([a.mean() for a in four]), min(np.std(a, ddof=1) for a in four)
says(
    "differ no more than the seeds of each do", "不比各自種子之間的差距大", gap < spread
)
says(
    "with other seeds another one leads",
    "領先的就換人",
    1 < len(leaders) <= 4 and leaders <= {"Momentum", "Nesterov", "Adam", "AdamW"},
)
behind = {name: np.mean(four) - on_test[name].mean() for name in ("SGD", "RMSProp")}
says("Over all 15 seeds", "15 個種子合起來看", len(on_test["SGD"]) == 15)
says(
    "RMSProp is about two points behind",
    "RMSProp 落後大約兩個百分點",
    0.013 < behind["RMSProp"] < 0.028,
)
says(
    "and plain SGD three to four",
    "單純的 SGD 落後三到四個",
    0.027 < behind["SGD"] < 0.043,
)
free(
    "of 60 others, about two as well",
    "另外 60 個種子，也只落後大約兩個百分點",
    "in tests/claims",
)

# %% bind="day6-digits"
seen = {name: accuracy.mean(axis=1) for name, accuracy in validation.items()}
at = np.isclose(rates, 0.001).argmax()
four = [on_test[name] for name in ("Momentum", "Nesterov", "Adam", "AdamW")]
gap, spread = np.ptp([a.mean() for a in four]), min(np.std(a, ddof=1) for a in four)
says("Each of the six", "六個最佳化器", len(on_test) == 6)
says(
    "by five points or more over all others",
    "都高出五個百分點以上",
    not on_test["Adam"].mean()
    - max(on_test[n].mean() for n in ("Momentum", "Nesterov"))
    > 0.05,
)
right("Nobody by more than the seeds", gap < spread)
says(
    "At 0.001 it is so far ahead of SGD and momentum",
    "在 0.001 時，它確實領先 SGD 和動量法這麼多",
    seen["Adam"][at] - max(seen[n][at] for n in ("SGD", "Momentum", "Nesterov")) > 0.05,
)
free("the simplest rule does best", "最簡單的規則最好", "a wrong answer")
gains = {name: of.max() - of[at] for name, of in seen.items()}
says(
    "its long steps fail now and then; momentum bears steps as long",
    "動量法走一樣長的步伐，卻受得住",
    10 * tuned["Momentum"] > 2 * tuned["SGD"] and on_test["Momentum"].min() > 0.9,
)  # a step on a steady slope is ten times the rate; more seeds in tests/claims
says("Tuning gains most for SGD", "SGD 進步最多", max(gains, key=gains.get) == "SGD")
says(
    "Nobody by more than the seeds: several share",
    "沒有明顯的贏家：差距不比種子的散布大，好幾個並列領先",
    gap < spread,
)
says(
    "differ by no more than their own seeds do",
    "領先的幾個，彼此的差距不比各自種子之間大；換一批種子，領先的就換人",
    gap < spread and len(leaders) > 1,
)
says(
    "two points ahead of the rest",
    "比其餘的高出兩個百分點",
    not min(four[2].mean(), four[3].mean())
    > max(four[0].mean(), four[1].mean()) + 0.015,
)

# %% bind="day6-digits-sweeps"
seen = {name: accuracy.mean(axis=1) for name, accuracy in validation.items()}
peaks = [accuracy.max() for accuracy in seen.values()]
says(
    "Six sweeps with nearly the same peak height",
    "六次掃描，最高點差不多高",
    np.ptp(peaks) < 0.04 and len(peaks) == 6,
)

# %% bind="day6-digits-report"
middles = np.sort([np.median(a) for a in on_test.values()])
says("most medians agree", "中位數大多接近", middles[-1] - middles[-4] < 0.01)
says(
    "the seeds of each spread more widely",
    "種子之間的散布反而更大",
    middles[-1] - middles[-4] < min(np.ptp(a) for a in on_test.values()),
)

# %% [markdown] key="edge" lang="en"
# ### Why the lowest mean walks to the edge
#
# Look at SGD's panel: the curve stays high all the way to the cliff. There the mean loss is lowest right before the fall, and a handful of seeds often gives no warning, since at the edge only about one start in twenty ends low (below 85%). How do four ways to choose compare? (One takes the smallest rate whose mean is within one **standard error** of the lowest: the standard deviation of its four seeds, divided by $\sqrt 4$.) Each had 50 groups of four tuning seeds. The picks then trained on 1,000 new seeds. It takes 4,800 trainings, so it was measured beforehand:

# %% [markdown] key="edge" lang="zh-TW" of="fa0f21fe"
# ### 為什麼只看平均，會走到懸崖邊
#
# 看 SGD 那一格：曲線一直很高，直到懸崖。平均損失最低的，就是掉下去之前的最後一個學習率。只用幾個種子，往往看不出危險，因為在懸崖邊，大約二十個起點裡只有一個成績特別差（不到 85%）。下面比較四種選法（其中一種是：平均損失和最低的相差不到一個**標準誤**的學習率都算合格，從中取最小的；標準誤是標準差除以 $\sqrt 4$，標準差由損失最低的那個學習率的四個種子算出）。每一種都有 50 組調參種子，一組四個；選出的學習率再用 1,000 個新種子訓練。總共要訓練 4,800 次，所以事先跑過一次：

# %% key="edge-table"
edge = hp.measured("day6-edge")
print(edge.date, edge.seeds)
ways = ["lowest mean", "lowest worst seed", "smallest within one standard error"]
for way in [*ways, "step back"]:
    row = edge.row(choice=way)
    hp.say(
        f"edge {row['edge']:>2} of {row['groups']}, accuracy {row['accuracy']:.1%}, "
        f"lowest tenth below {row['tenth']:.1%}, {row['low']:.0%} below 85%: {way}"
    )

# %% [markdown] key="edge-here" lang="en"
# And here, SGD's last three rates: the validation loss of the four tuning seeds above, then the test accuracy of 30 new ones.

# %% [markdown] key="edge-here" lang="zh-TW" of="f374f305"
# 這裡也算一次 SGD 最大的三個學習率：先前那四個調參種子的驗證損失，以及 30 個新種子的測試準確率。

# %% key="edge-report" tags=["nbval-ignore-output"]
sweep = on_digits["SGD"][1]
loss = network.loss(sweep.weights, tuning.X_test, tuning.y_test)[-3:]
loss = np.where(sweep.diverged[-3:], np.inf, loss)
last = hp.train(network, digits, hp.SGD(rates[-3:]), seed=range(100, 130), updates=138)
accuracy = np.nan_to_num(last.test_accuracy)
for k, lr in enumerate(rates[-3:]):
    hp.say(
        f"lr {lr:.2g}: validation loss {loss[k].mean():.2f}, "
        f"test mean {accuracy[k].mean():.1%}, worst {accuracy[k].min():.1%}"
    )

# %% [markdown] key="edge-seen" lang="en"
# The mean picks the edge in most groups; even the worst of four seeds, or the smallest rate within one standard error, does so in about two thirds of them. On new seeds the edge is behind in the mean, and more so in its worst runs. What warns reliably is the neighbour: one more step up, and every start falls. Hence the rule of section 2.

# %% [markdown] key="edge-seen" lang="zh-TW" of="7ef560f6"
# 看平均，大多數的組都選了懸崖邊；就算看四個種子裡最差的，或是在「和最好的相差不到一個標準誤」的學習率裡取最小的，也有大約三分之二的組會選到懸崖邊。換上新種子，懸崖邊的平均就落後了，最差的幾次更是差很多。真正可靠的警告，來自隔壁那一格：再大一格，每個起點都掉下去。所以才有第 2 節那一條規則。

# %% bind="edge-here"
same = last.loss.shape[-1] == sweep.loss.shape[-1]
says(
    "And here, SGD's last three rates",
    "SGD 最大的三個學習率",
    same and list(last.loss.shape[:2]) == [3, 30],
)

# %% bind="edge"
seen = {name: accuracy.mean(axis=1) for name, accuracy in validation.items()}
peaks = [accuracy.max() for accuracy in seen.values()]
says(
    "the curve stays high all the way to the cliff",
    "曲線一直很高，直到懸崖",
    seen["SGD"][-3:-1].min() > max(peaks) - 0.05 and seen["SGD"][-1] < 0.2,
)
says(
    "the mean loss is lowest right before the fall",
    "平均損失最低的，就是掉下去之前的最後一個學習率",
    loss.mean(axis=1).argmin() == 1,
)
walked, careful = (edge.row(choice=way) for way in ("lowest mean", "step back"))
share = walked["edge"] / walked["groups"]  # the other picks are the rate below
says(
    "only about one start in twenty ends low (below 85%)",
    "大約二十個起點裡只有一個成績特別差（不到 85%）",
    0.035 < (walked["low"] - (1 - share) * careful["low"]) / share < 0.065,
)
free("Why the lowest mean walks", "", "bound with the groups below")
free(
    "(One takes the smallest ... four seeds,",
    "（其中一種是：... 四個種子",
    "a definition",
)
says("How do four ways", "下面比較四種選法", len(edge.rows) == 4)
tuning_seeds, reported = (len(eval(s)) for s in edge.seeds.values())
says(
    "50 groups of four tuning seeds",
    "50 組調參種子，一組四個",
    set(edge["groups"]) == {50} and tuning_seeds == 4 * 50,
)
says("1,000 new seeds", "1,000 個新種子", reported == 1000)
says("4,800 trainings", "訓練 4,800 次", 4 * (tuning_seeds + reported) == 4800)

# %% bind="edge-here"
says("SGD's last three rates", "SGD 最大的三個學習率", len(loss) == 3)
says("of the four tuning seeds", "四個調參種子", loss.shape[1] == 4)
says("of 30 new ones", "30 個新種子", accuracy.shape[1] == 30)

# %% bind="edge-seen"
by_mean, by_worst, by_error, back = edge.rows
says(
    "picks the edge in most groups",
    "大多數的組都選了懸崖邊",
    by_mean["edge"] > 0.7 * by_mean["groups"],
)
says(
    "even the worst of four seeds",
    "就算看四個種子裡最差的",
    by_worst["choice"] == "lowest worst seed" and loss.shape[1] == 4,
)
free(
    "the smallest rate within",
    "「和最好的相差不到一個標準誤」的學習率裡取最小的",
    "the third way",
)
more = min(by_worst["edge"], by_error["edge"]) / by_worst["groups"]
says(
    "does so in about two thirds of them",
    "也有大約三分之二的組會選到懸崖邊",
    0.6 < more < 0.7,
)
says(
    "behind in the mean",
    "懸崖邊的平均就落後了",
    accuracy[1].mean() < accuracy[0].mean()
    and by_mean["accuracy"] < back["accuracy"] - 0.004,
)
says(
    "more so in its worst runs",
    "最差的幾次更是差很多",
    accuracy[0].min() - accuracy[1].min() > accuracy[0].mean() - accuracy[1].mean()
    and back["tenth"] - by_mean["tenth"] > back["accuracy"] - by_mean["accuracy"],
)
says("every start falls", "每個起點都掉下去", accuracy[2].max() < 0.5)
says("What warns reliably", "真正可靠的警告", back["edge"] == 0)

# %% [markdown] key="more-tasks" lang="en"
# Two more tasks. Two **spirals**, which no straight line can part. And the digits with **badly scaled pixels**: each of the 64 is multiplied by its own factor between 0.03 and 32, like columns of a table in millimetres and in tonnes.

# %% [markdown] key="more-tasks" lang="zh-TW" of="b9430b1b"
# 再看兩個任務。一個是兩條**螺線**，沒有一條直線分得開。另一個是**尺度很亂**的手寫數字：64 個像素各乘上自己的倍數，介於 0.03 到 32 之間，就像一張表格裡有的欄位用公釐、有的用公噸。

# %% key="spirals"
winding = hp.spirals(1000, noise=0.15, seed=1)
new_winding = hp.spirals(1000, noise=0.15, seed=2)
wide, on_spirals = hp.MLP((2, 16, 16, 2)), {}
for rule in rules:
    *_, run = fair(wide, winding, new_winding, rule, rates[4:11], updates=200)
    on_spirals[rule.__name__] = run.test_accuracy

# %% key="rough"
scale = (10 ** np.random.default_rng(0).uniform(-1.5, 1.5, 64)).astype(np.float32)
rough = hp.Dataset("rough", X[:1150] * scale, y[:1150], X[1150:] * scale, y[1150:])
new_rough = hp.Dataset("rough", X * scale, y, digits.X_test * scale, digits.y_test)
on_rough = {}
for rule in [hp.SGD, hp.Momentum, hp.RMSProp, hp.Adam]:
    *_, run = fair(network, rough, new_rough, rule, rates[2:9], updates=138)
    on_rough[rule.__name__] = run.test_accuracy

# %% key="more-tasks-figure"
fig, axes = plt.subplots(1, 2, figsize=(10, 3.2))
hp.figures.seed_dots(on_spirals, axes[0], "test accuracy", "spirals")
axes[0].set_xlim(0.9, 1.005)
hp.figures.seed_dots(on_rough, axes[1], "test accuracy", "digits, badly scaled pixels")
hp.show(fig, "day6-more-tasks")

# %% [markdown] key="more-tasks-seen" lang="en"
# On the spirals the medians of all six lie within a point. On badly scaled inputs Adam **is** ahead, each at its own tuned rate, and RMSProp comes second: both give every weight its own step size (Day 5), so the large inputs do not hold the others back. *Here* a cheaper remedy is to bring every input to the same scale: divide by the factors, and you have the plain digits back.
#
# But scale is only one such condition. With words, some inputs are rare, and there Adam is ahead at its own best rate (Days 5 and 7); so it is on transformers, the networks of today's language models, and most of all with large batches, even full ones without noise (Kunstner et al. 2023).

# %% [markdown] key="more-tasks-seen" lang="zh-TW" of="aeec6592"
# 在螺線上，六個的中位數相差不到一個百分點。輸入的尺度很亂時，即使每個都用自己調好的學習率，Adam 仍然**確實**領先，RMSProp 居次：這兩個都讓每個權重有自己的步伐（第 5 天），不會被數值大的輸入拖住。**在這裡**有更省事的辦法：把每個輸入調到相同的尺度。只要除以各自的倍數，就回到原來的手寫數字。
#
# 不過，尺度不一只是其中一種情況。處理文字時，有些輸入很少出現，各用最好的學習率，還是 Adam 領先（第 5 天、第 7 天）；用 Transformer（現今語言模型所用的網路）時也一樣，而且批次越大領先越多，一直到沒有雜訊的全批次都是如此（Kunstner 等人，2023）。

# %% bind="more-tasks"
says("Two more tasks", "再看兩個任務", all(ax.lines or ax.collections for ax in axes))
says(
    "Two **spirals**",
    "一個是兩條**螺線**",
    not np.array_equal(winding.X_train, new_winding.X_train),
)
says("each of the 64", "64 個像素", len(scale) == X.shape[1] == 64)
says(
    "between 0.03 and 32, like",
    "介於 0.03 到 32 之間",
    0.03 < scale.min() < 0.05 and 25 < scale.max() < 32,
)

# %% bind="more-tasks-seen"
says(
    "the medians of all six lie within a point",
    "六個的中位數相差不到一個百分點",
    np.ptp([np.median(a) for a in on_spirals.values()]) < 0.01 and len(on_spirals) == 6,
)
middle = {name: np.median(accuracy) for name, accuracy in on_rough.items()}
says(
    "On badly scaled inputs Adam **is** ahead",
    "Adam 仍然**確實**領先",
    middle["Adam"] > middle["RMSProp"] + 0.015,
)
says(
    "RMSProp comes second",
    "RMSProp 居次",
    middle["RMSProp"] > max(middle["SGD"], middle["Momentum"]) + 0.03,
)
says(
    "a cheaper remedy",
    "有更省事的辦法",
    np.allclose(rough.X_train / scale, tuning.X_train, atol=1e-6),
)
free(
    "ahead at its own best rate (Days 5 and 7)",
    "各用最好的學習率，還是 Adam 領先",
    "Days 5 and 7 measure it",
)
free("most of all with large batches", "批次越大領先越多", "the paper's figures")

# %% bind="day6-more-tasks"
middle = {name: np.median(accuracy) for name, accuracy in on_rough.items()}
says(
    "Spirals: all six medians lie within a point",
    "六個的中位數相差不到一個百分點",
    np.ptp([np.median(a) for a in on_spirals.values()]) < 0.01 and len(on_spirals) == 6,
)
says(
    "Adam is ahead of momentum, RMSProp and SGD",
    "Adam 領先動量法、RMSProp 和 SGD",
    middle["Adam"] == max(middle.values()) and len(middle) == 4,
)

# %% [markdown] key="luck" lang="en"
# ## 4. The luck of one seed
#
# We used several seeds for each rate. What if there is time for only one? Here the truth can be known: a bowl with curvatures 1 and 10, noise of standard deviation 1 in each gradient, 200 steps from $(3, 3)$, twelve rates.
#
# **Your turn.** With one seed a rate, move "draw again" a few times. How often is the ring at the lowest point of the dashed line? Then use ten seeds.

# %% [markdown] key="luck" lang="zh-TW" of="9f0a5211"
# ## 4. 單一種子的運氣
#
# 前面每個學習率都用了好幾個種子。如果時間只夠用一個呢？這裡我們可以知道真相：一個曲率是 1 和 10 的碗，梯度帶著標準差為 1 的雜訊，從 $(3, 3)$ 出發走 200 步，比較十二個學習率。
#
# **換你玩**：每個學習率先用一個種子，多移動幾次「重新抽籤」。圓圈落在虛線最低點的次數多嗎？再改成十個種子試試。

# %% key="explore-luck"
hp.explore_luck()

# %% key="quiz-luck"
hp.quiz("day6-luck")

# %% [markdown] key="truth" lang="en"
# The dashed line is exact: what is left of the start (Day 1), and the noise floor (Day 2). Now count, over 1,200 seeds, how often a choice by one, three or ten seeds is right. "Reported" is the loss that made us choose, "true" what the chosen rate gives on average, "best" what the best rate gives.

# %% [markdown] key="truth" lang="zh-TW" of="ac4486b5"
# 虛線是精確算出來的：起點的損失還剩多少（第 1 天），加上雜訊底線（第 2 天）。現在用 1,200 個種子來數：看一個、三個或十個種子來挑，有多少次挑對？「報告」是挑選時看到的損失，「真正」是挑中的那個學習率的平均損失，「最佳」是最佳學習率的平均損失。

# %% key="luck-run"
bowl, grid = hp.Quadratic([1, 10]), np.geomspace(0.005, 0.19, 12)
sgd, begin, seeds = hp.SGD(grid), (3, 3), range(1200)
path = hp.descend(bowl, sgd, begin, steps=200, noise=1, seed=seeds, record=False)
losses = bowl(path.end)
truth = losses.mean(axis=1)  # the dashed line, but for a few percent

# %% key="luck-table"
luck = {}
for k in [1, 3, 10]:
    measured = losses.reshape(12, -1, k).mean(axis=2)  # groups of k seeds
    pick, reported = measured.argmin(axis=0), measured.min(axis=0).mean()
    right, true, best = (pick == truth.argmin()).mean(), truth[pick].mean(), truth.min()
    luck[k] = right, reported / true, true / best
    hp.say(
        f"{k:>2} seeds: best rate found {right:.0%}, "
        f"reported / true {reported / true:.2f}, true / best {true / best:.1f}"
    )

# %% [markdown] key="luck-seen" lang="en"
# With one seed, the truly best rate is found in fewer than half of the cases. The loss reported is about a quarter of the true one, and the true one about three times the best. This is the **winner's curse**: the lowest of many noisy numbers is low partly by luck. Three seeds remove most of it, ten nearly all.
#
# How much luck? Let $n$ settings be equally good, with normal noise of standard deviation 1. How much better than it is does the best look, on average?

# %% [markdown] key="luck-seen" lang="zh-TW" of="1f58f4c3"
# 只用一個種子，找到真正最佳學習率的機會不到一半。報告的損失大約只有真正損失的四分之一，真正損失又大約是最佳的三倍。這叫**贏家的詛咒**（winner’s curse）：從許多帶雜訊的數字中挑出最低的，它之所以低，有一部分是運氣好。用三個種子，就能去掉大半；用十個，幾乎全部去掉。
#
# 運氣有多大？假設 $n$ 個設定其實一樣好，只差在標準差為 1 的常態雜訊。其中看起來最好的那個，平均比實際好多少？

# %% key="luck-normal"
rng, lucky = np.random.default_rng(0), {}
for n in [2, 5, 12, 100]:
    lucky[n] = rng.normal(size=(20_000, n)).max(axis=1).mean()
print({n: f"{value:.1f}" for n, value in lucky.items()})

# %% [markdown] key="luck-rule" lang="en"
# Twelve equal settings: more than one and a half standard deviations of pure luck for the winner. So report on new seeds.

# %% [markdown] key="luck-rule" lang="zh-TW" of="4874c17d"
# 十二個一樣好的設定，贏家光靠運氣，看起來就比實際好一個半標準差以上。所以報告時要換新的種子。

# %% bind="luck"
says("from $(3, 3)$", "從 $(3, 3)$ 出發", begin == (3, 3))
says("curvatures 1 and 10,", "曲率是 1 和 10", list(bowl.eigenvalues) == [1, 10])
free(
    "noise of standard deviation 1",
    "標準差為 1",
    "noise=1 below, and in the live figure",
)
from hpcourse.page.explorers.day6 import _true_mean

says("200 steps", "走 200 步", np.abs(truth / _true_mean(grid, 200) - 1).max() < 0.1)
says("twelve rates", "十二個學習率", len(grid) == 12)
free("Then use ten seeds", "再改成十個種子", "a task at the live figure")
free("", "最低點的次數多嗎", "the question")

# %% bind="truth"
from hpcourse.page.explorers.day6 import _true_mean

exact = _true_mean(grid, 200)
says("The dashed line is exact", "虛線是精確算出來的", exact.argmin() == truth.argmin())
says("over 1,200 seeds", "1,200 個種子", losses.shape[1] == 1200)
says("by one, three or ten seeds", "看一個、三個或十個種子", list(luck) == [1, 3, 10])
free('"best" what the best rate gives', "「最佳」是最佳學習率", "a definition")

# %% bind="day6-luck"
says(
    "Twelve learning rates, one noisy training each. You report the lowest of the twelve losses",
    "十二個學習率，各做一次帶雜訊的訓練。你報告十二個損失中最低的那個",
    len(grid) == 12,
)
says("A higher loss, on average", "損失會比較高", luck[1][1] < 0.8)
free(
    "The lowest of twelve is good partly by luck, and luck does not come twice",
    "十二個裡最低的",
    "the winner's curse in words",
)
free(
    "A lower or a higher loss, equally often",
    "變高和變低的機會一樣多",
    "a wrong answer",
)

# %% bind="luck-seen"
says(
    "the truly best rate is found in fewer than half of the cases",
    "找到真正最佳學習率的機會不到一半",
    luck[1][0] < 0.5,
)
says(
    "about a quarter of the true one",
    "大約只有真正損失的四分之一",
    0.18 < luck[1][1] < 0.32,
)
says("about three times the best", "大約是最佳的三倍", 2.5 < luck[1][2] < 3.7)
free(
    "**winner's curse**: the lowest of many noisy numbers",
    "**贏家的詛咒**（winner’s curse）：從許多帶雜訊的數字中挑出最低的",
    "a name",
)
hidden = {k: 1 - promised for k, (_, promised, _) in luck.items()}
says(
    "Three seeds remove most of it",
    "用三個種子，就能去掉大半",
    hidden[3] < 0.5 * hidden[1] and luck[3][2] - 1 < 0.5 * (luck[1][2] - 1),
)
says(
    "ten nearly all",
    "用十個，幾乎全部去掉",
    abs(hidden[10]) < 0.1 * hidden[1] and luck[10][2] < 1.15,
)
free(
    "How much better than it is does the best look", "看起來最好的那個", "the question"
)
free("be equally good", "其實一樣好", "what is supposed")

# %% bind="luck-rule"
says("Twelve equal settings", "十二個一樣好的設定", 12 in lucky)
says(
    "more than one and a half standard deviations",
    "一個半標準差以上",
    1.5 < lucky[12] < 2,
)
free("luck for the winner", "贏家光靠運氣", "the winner's curse")

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
best, sure = 0.05, 0.95
trials = int(np.ceil(np.log(1 - sure) / np.log(1 - best)))
hit = 1 - (1 - best) ** trials
hp.say(f"{trials} trials hit the best {best:.0%} with probability {hit:.3f}")
low, high, middle = 1e-4, 1.0, 0.1
uniform = (middle - low) / (high - low)
in_log = np.log(middle / low) / np.log(high / low)
hp.say(f"draws below {middle}: uniform {uniform:.1%}, "
       f"uniform in the logarithm {in_log:.1%}")  # fmt: skip

# %% [markdown] key="random-seen" lang="en"
# From 0.0001 to 1 there are four powers of ten. Drawn uniformly, nine draws in ten fall into the last. So **search the learning rate on a logarithmic scale**.
#
# For a single hyperparameter there is a cheaper way than 59 draws: walk. The search below
#
# 1. starts with three rates a factor of 10 apart;
# 2. as long as the best stands **at the border** of what was tried, extends the range;
# 3. then tries both neighbours at a factor of 4.6, and again at 2.2 (**coarse to fine**);
# 4. **steps back** at the end, as `fair` does, among the rates that it has tried.
#
# To make it hard, it starts at 0.00001, 0.0001 and 0.001. It scores by the validation loss, which still moves where training crawls; accuracy hardly does.

# %% [markdown] key="random-seen" lang="zh-TW" of="7590c51d"
# 從 0.0001 到 1 跨了四個數量級。均勻抽取的話，十次有九次落在最後一個數量級。所以，**學習率一律在對數刻度上搜尋**。
#
# 只有一個超參數時，有比抽 59 次更省的辦法：一步步走。下面的搜尋用驗證損失替學習率打分數：
#
# 1. 從相差 10 倍的三個學習率開始；
# 2. 只要最好的落在已試範圍的**邊界**，就往外延伸；
# 3. 接著試左右相差 4.6 倍的鄰居，再試相差 2.2 倍的（**由粗到細**）；
# 4. 最後在試過的學習率裡**退一步**，和 `fair` 一樣。
#
# 為了考驗它，我們從 0.00001、0.0001、0.001 出發。看損失而不看準確率，是因為訓練只能慢慢爬的時候，準確率幾乎不動，損失卻還在動。


# %% key="search"
def search(loss_at, thirds=(-15, -12, -9)):  # rates 10^(k/3)
    loss = {}

    def best_of(thirds):
        loss.update({k: loss_at(k) for k in thirds if k not in loss})
        return min(loss, key=loss.get)

    best = best_of(thirds)
    while best in (min(loss), max(loss)):
        best = best_of([best - 3, best + 3])
    for step in (2, 1):
        best = best_of([best - step, best + step])
    tried = {10.0 ** (k / 3): value for k, value in loss.items()}
    known = np.array(sorted(tried))
    return step_back(known, np.array([tried[rate] for rate in known])), tried


# %% [markdown] key="search-compete" lang="en"
# `loss_at` trains and returns the validation loss. The rival is a full sweep: all 19 rates that the search might visit, with four seeds each. Section 3 has trained 12 of them, the other 7 follow here. The search looks its trainings up in it, and counts them.

# %% [markdown] key="search-compete" lang="zh-TW" of="1ea597c4"
# `loss_at` 負責訓練，並傳回驗證損失。對手是完整的掃描：搜尋可能走到的全部 19 個學習率，各配四個種子。其中 12 個在第 3 節已經訓練過，剩下的 7 個在這裡補上。搜尋時直接查表，並數出用了幾次訓練。

# %% key="search-sweep"
thirds, tables, best_of_all = np.arange(-15, 4), {}, {}
lattice = 10.0 ** (thirds / 3)
old = np.isclose(lattice[:, None], rates).any(axis=1)  # trained in section 3
for rule in [hp.SGD, hp.Adam]:
    new = hp.train(network, tuning, rule(lattice[~old]), seed=TUNE, updates=138)
    loss = np.empty((len(lattice), len(TUNE)))
    for rows, sweep in [(old, on_digits[rule.__name__][1]), (~old, new)]:
        reached = network.loss(sweep.weights, tuning.X_test, tuning.y_test)
        loss[rows] = np.where(sweep.diverged, np.inf, reached)
    tables[rule] = [dict(zip(thirds, of_seed)) for of_seed in loss.T]
    best_of_all[rule] = step_back(lattice, loss.mean(axis=1))

# %% key="search-figure"
fig, axes = plt.subplots(1, 2, figsize=(9, 3.8))
for ax, (rule, table) in zip(axes, tables.items()):
    hp.figures.search_path(search(table[0].get)[1], ax).set_title(rule.__name__)
hp.show(fig, "day6-search")

# %% bind="day6-trials"
free("20 ... you expect one hit", "20 ... 平均會中一組", "an answer")
says(
    "59 ... All draws miss with probability 0.95^n, and 0.95^59 is the first below 0.05. ... 95",
    "59 ... 全部落空的機率是 0.95^n，到 0.95^59 才第一次小於 0.05。 ... 95",
    0.95**trials < 0.05 <= 0.95 ** (trials - 1) and trials == 59,
)
says("Fewer: 0.95^n falls below 0.05 earlier", "0.95^n 更早就小於 0.05 了", trials < 95)
says(
    "the best 5% of all settings with a probability of 95%?",
    "要有 95% 的機率抽中所有設定裡最好的 5%",
    0.95 < 1 - 0.95**trials < 0.955,
)
says(
    "36% of such searches have none",
    "有 36% 的機會一組也沒中",
    round(0.95**20, 2) == 0.36 and trials > 20,
)
free("0.95^20 = 0.36", "0.95^20 = 0.36", "arithmetic")
free(
    "The best 5% are 5% of what you draw from",
    "最好的 5% 就是抽取範圍的 5%",
    "a definition",
)

# %% bind="budget"
free("What to do with ten?", "只能訓練十次", "the question")
free("", "動輒幾百次", "a way to say many")

# %% bind="random-seen"
says(
    "From 0.0001 to 1 there are four powers of ten",
    "從 0.0001 到 1 跨了四個數量級",
    np.isclose(low, 1e-4) and np.isclose(np.log10(high / low), 4),
)
says(
    "nine draws in ten fall into the last",
    "十次有九次落在最後一個數量級",
    0.08 < uniform < 0.12 and middle == high / 10,
)
says(
    "a cheaper way than 59 draws",
    "有比抽 59 次更省的辦法",
    trials == 59
    and max(len(search(t.get)[1]) for table in tables.values() for t in table) < 20,
)
walked = search(lambda k: abs(k / 3 + 3.6))[1]
says(
    "starts with three rates a factor of 10 apart",
    "從相差 10 倍的三個學習率開始",
    np.allclose(list(walked)[:3], [1e-5, 1e-4, 1e-3]),
)
free("as long as the best stands", "只要最好的落在", "the rule")
says(
    "at a factor of 4.6, and again at 2.2",
    "相差 4.6 倍的鄰居，再試相差 2.2 倍的",
    np.allclose(
        np.array(list(walked))[3:],
        10**-4 / np.array([4.6, 1 / 4.6, 1 / 2.2]),
        rtol=0.05,
    ),
)
says(
    "it starts at 0.00001, 0.0001 and 0.001",
    "從 0.00001、0.0001、0.001 出發",
    np.allclose(list(walked)[:3], [1e-5, 1e-4, 1e-3]),
)
free("", "準確率幾乎不動", "the reason; no number")

# %% bind="search-compete"
says(
    "The rival is a full sweep",
    "對手是完整的掃描",
    np.isclose(lattice, best_of_all[hp.Adam]).any(),
)
says("all 19 rates that the search might visit", "全部 19 個學習率", len(lattice) == 19)
says("trained 12 of them", "其中 12 個在第 3 節", old.sum() == len(rates) == 12)
says("the other 7", "剩下的 7 個", len(new.axes["lr"]) == 7)
says("with four seeds each", "各配四個種子", len(tables[hp.SGD]) == 4)

# %% bind="day6-search"
paths = {
    rule: np.array(list(search(table[0].get)[1])) for rule, table in tables.items()
}
says(
    "pass the best one",
    "越過最好的",
    all(path.max() > 1.5 * path[-1] and path[2] == 1e-3 for path in paths.values()),
)

# %% [markdown] key="search-path" lang="en"
# Each circle is one training, from top to bottom, with its validation loss; the ring is the lowest. Now four searches, each with one seed of its own. The rates they find report on ten new seeds, as the sweep's best does.

# %% [markdown] key="search-path" lang="zh-TW" of="71cb7d5b"
# 每個圓是一次訓練，由上到下依序進行，旁邊的數字是驗證損失；外圈標出最低的。接著做四次搜尋，每次只用自己的一個種子。它們找到的學習率，以及掃描選出的最佳學習率，都用十個新種子來報告。

# %% key="search-numbers" tags=["nbval-ignore-output"]
searched, full, costs = {}, {}, {}
for rule, table in tables.items():
    searches = [search(of_seed.get) for of_seed in table]
    found = [rate for rate, _ in searches]
    costs[rule] = [len(tried) for _, tried in searches]
    # several may find the same rate
    once, which = np.unique([*found, best_of_all[rule]], return_inverse=True)
    run = hp.train(network, digits, rule(once), updates=138, seed=REPORT)
    *searched[rule], full[rule] = run.test_accuracy.mean(axis=1)[which]
    hp.say(
        f"{rule.__name__}: {max(costs[rule])} trainings at most find {min(found):.2g} "
        f"to {max(found):.2g}, accuracy {np.mean(searched[rule]):.1%}; "
        f"{lattice.size * len(table)} trainings: {full[rule]:.1%}"
    )

# %% [markdown] key="search-seen" lang="en"
# On average, ten or so trainings come close to 76: the good range is wide, and inside it the exact rate matters little. But one seed can mislead, so spend what is left of your budget on **seeds** for two or three finalists. And without the step back both the searches and the sweep would have ended at SGD's edge.

# %% [markdown] key="search-seen" lang="zh-TW" of="e5fccbe2"
# 平均來說，訓練十次左右，成績就很接近訓練 76 次的掃描：合用的範圍很寬，在範圍裡面，學習率精確是多少沒什麼差別。不過只用一個種子可能看走眼，所以剩下的預算，請花在兩三個決選設定的**種子**上。還有，如果不退一步，不管是搜尋還是掃描，SGD 都會停在懸崖邊。

# %% bind="search-path"
says("the ring is the lowest", "外圈標出最低的", len(tables) == 2)
says("Now four searches", "接著做四次搜尋", len(searches) == 4)
says(
    "report on ten new seeds",
    "十個新種子",
    run.test_accuracy.shape[1] == 10 and set(run.axes["seed"]).isdisjoint(TUNE),
)
free("as the sweep's best does", "最佳學習率", "how it is compared")

# %% bind="search-seen"
says(
    "ten or so trainings",
    "訓練十次左右",
    all(8 <= n <= 12 for of_rule in costs.values() for n in of_rule),
)
says(
    "come close to 76",
    "很接近訓練 76 次",
    all(abs(np.mean(searched[r]) - full[r]) < 0.012 for r in full)
    and lattice.size * len(tables[hp.SGD]) == 76,
)
says(
    "the exact rate matters little",
    "精確是多少沒什麼差別",
    np.ptp(searched[hp.Adam]) < 0.02,
)
free("for two or three finalists", "請花在兩三個決選設定", "advice")
lowest = [min(t, key=t.get) for t in tables[hp.SGD]]
of_sweep = np.mean([list(t.values()) for t in tables[hp.SGD]], axis=0)
says(
    "would have ended at SGD's edge",
    "SGD 都會停在懸崖邊",
    set(lowest)
    == {thirds[of_sweep.argmin()]}
    == {thirds[np.isfinite(of_sweep) & (of_sweep < 1)].max()},
)

# %% bind="title"
says(
    "a search of about ten trainings compete with a sweep of 76",
    "只訓練十次左右的搜尋，和訓練 76 次的掃描較量",
    lattice.size * len(tables[hp.SGD]) == 76
    and all(8 <= n <= 12 for of_rule in costs.values() for n in of_rule),
)
free("four runs side by side", "四組結果並排比較", "the pens of the live figure")

# %% [markdown] key="advice" lang="en"
# ## 6. The advice, sentence by sentence
#
# Two sentences are left. For **decay and warmup**: SGD and Adam with four schedules, each combination with its own tuned peak rate. Warmup takes the first fifth.

# %% [markdown] key="advice" lang="zh-TW" of="a47f6256"
# ## 6. 一句一句檢驗
#
# 還剩兩句。先看**衰減與預熱**：SGD 和 Adam 各用四種排程，每個組合都有自己調好的最高學習率。預熱占前五分之一。

# %% key="advice-schedules"
schedules = {
    "exponential": lambda lr: hp.ExponentialDecay(lr, 3 / 138),
    "cosine": lambda lr: hp.CosineDecay(lr, 138),
    "warmup + cosine": lambda lr: hp.LinearWarmup(28, hp.CosineDecay(lr, 110)),
}


def scheduled(rule, plan):
    return lambda lr: rule(plan(lr))


# %% key="schedules-figure"
fig, axes = plt.subplots(1, 2, figsize=(10, 2.8), sharex=True, sharey=True)
decayed, chosen = {}, {}
for ax, rule in zip(axes, [hp.SGD, hp.Adam]):
    results = {"constant": on_test[rule.__name__][: len(REPORT)]}  # of section 3
    peaks = on_digits[rule.__name__][0] * 10.0 ** (np.arange(-1, 3) / 3)
    for name, plan in schedules.items():
        planned = scheduled(rule, plan)
        peak, _, run = fair(network, tuning, digits, planned, peaks, updates=138)
        chosen[rule.__name__, name] = peak
        results[name] = run.test_accuracy
    decayed[rule] = results
    hp.figures.seed_dots(results, ax, "test accuracy", rule.__name__)
hp.show(fig, "day6-schedules")

# %% [markdown] key="advice-batch" lang="en"
# Decay is confirmed, and what it raises most is the worst seed: with SGD by several points here, under every schedule (with other seeds: under cosine by anything from next to nothing to 14; under the exponential by about half of that on average, and now and then it loses). Small last steps lower the noise floor (Day 2; with full batches, without noise, SGD's constant rate beats cosine). SGD's median gains nothing here, and under the exponential, which spends more of this short training at small rates, it loses about two points; with cosine its mean rises as well. But the step back has left all four at the same peak, 0.46. With decay SGD bears the next, 1: on other seeds cosine's median is then one or two points above the constant's at 0.46, and the exponential's no lower. With Adam the worst seed gains less, on average a point. Warmup adds little here; it earns its place where large early steps are the trouble (Day 2).
#
# For the **batch size**: SGD with cosine decay, the same number of images seen (six epochs), each size with its own tuned rate.

# %% [markdown] key="advice-batch" lang="zh-TW" of="8b456b3b"
# 衰減的效果得到證實，受惠最多的是最差的種子：這裡的 SGD 不管用哪一種衰減，最差的都進步好幾個百分點（換一批種子：用餘弦衰減，從幾乎沒有進步到進步 14 個百分點都有；用指數衰減，平均進步只有餘弦的一半左右，偶爾還會退步）。最後幾步變小，雜訊底線就跟著降低（第 2 天；改用沒有雜訊的全批次，SGD 反而是固定的學習率勝過餘弦）。SGD 的中位數在這裡則沒有變好；指數衰減在這麼短的訓練裡，花太多時間在小的學習率上，中位數還掉了大約兩個百分點；用餘弦衰減，平均也上升。不過，退一步的規則讓四種排程都停在同一個最高學習率 0.46。有了衰減，SGD 用再大一格的 1 也受得住：換一批種子來量，這時餘弦的中位數比固定的（用 0.46）高出一到兩個百分點，指數的也不輸。用 Adam 時，最差的種子進步比較少，平均一個百分點左右。預熱在這裡幫助不大；如果問題出在一開始步伐太大，它才派得上用場（第 2 天）。
#
# 再看**批次大小**：SGD 加餘弦衰減，看過的影像一樣多（六個訓練週期），每種大小用自己調好的學習率。

# %% key="advice-batches" tags=["nbval-ignore-output"]
by_size = {}
for size in [16, 32, 64, 128, 256]:
    n = 6 * 1437 // size
    planned = scheduled(hp.SGD, lambda lr, n=n: hp.CosineDecay(lr, n))
    settings = {"tune": range(3), "batch_size": size, "updates": n}
    lr, _, run = fair(network, tuning, digits, planned, rates[7:], **settings)
    by_size[size] = run
    mean, low = run.test_accuracy.mean(), run.test_accuracy.min()
    hp.say(f"batch {size}, {n} updates, lr {lr:.2g}: mean {mean:.1%}, worst {low:.1%}")

# %% [markdown] key="verdict" lang="en"
# For the same number of images, a smaller batch makes more updates, and here it ends higher. But each halving doubles the updates, and a machine computes one large batch faster than two small ones (Day 3). The recommended sizes lie between: a compromise, which gives up some accuracy here and saves time (Day 3). With enough updates the gap closes (Day 3), and what is left to choose by is time.
#
# | the advice | verdict | measured |
# |---|---|---|
# | The rate is crucial | confirmed | section 3, Day 1 |
# | Decay or warmup usually helps | decay confirmed, where batches are noisy; warmup under conditions | here, Day 2 |
# | Small batches balance | confirmed as a compromise: for the same images smaller ends higher (here), in seconds the middle wins (Day 3); rates re-tuned | here, Day 3 |
# | Adam fits most tasks | under conditions: on our images, moons and spirals it ties with tuned momentum; with inputs on different scales and rare words it is ahead, and on transformers by others' measurements | sections 2 and 3, Days 5 and 7 |
# | SGD and momentum for simpler tasks | corrected: simplicity does not decide; the scales of the inputs, and how rare some inputs or classes are, matter more. More flexible they are not: each asks for a rate of its own | section 3, Day 5 |
# | Adjusting these improves training | confirmed; on new seeds, or it may be luck | sections 3 and 4 |

# %% [markdown] key="verdict" lang="zh-TW" of="7d92974f"
# 看過的影像一樣多時，批次小，更新次數就多，在這裡最後的成績也比較好。不過每減半一次，更新次數就加倍；機器算一個大批次，又比算兩個小批次快（第 3 天）。推薦的大小落在中間，是一種折衷：在這裡犧牲一點準確率，換來的是時間（第 3 天）。更新次數夠多，差距就會消失（第 3 天），這時哪個快就用哪個。
#
# | 建議 | 結論 | 在哪裡量的 |
# |---|---|---|
# | 學習率非常關鍵 | 證實 | 第 3 節、第 1 天 |
# | 衰減或預熱通常有幫助 | 衰減：證實，條件是批次有雜訊；預熱：要看條件 | 本節、第 2 天 |
# | 小批次是好的折衷 | 證實是折衷：看過的影像一樣多，小的成績好（本節）；算秒數，中間的贏（第 3 天）；學習率都重新調過 | 本節、第 3 天 |
# | Adam 適合大多數任務 | 要看條件：在我們的影像、半月和螺線上，各自調好後和動量法平手；輸入的尺度很亂或有罕見字時，Adam 領先；在 Transformer 上也領先，這是別人量的 | 第 2、3 節、第 5、7 天 |
# | SGD 和動量法適合簡單的任務 | 更正：關鍵不是任務簡單與否；輸入的尺度、有沒有罕見的輸入或類別，影響更大。調整也沒有更靈活：每個最佳化器都要調自己的學習率 | 第 3 節、第 5 天 |
# | 調整這些，訓練效果會更好 | 證實；要用新的種子驗證，否則可能只是運氣 | 第 3、4 節 |

# %% bind="digits-seen"
four = [on_test[name] for name in ("Momentum", "Nesterov", "Adam", "AdamW")]
made_up = decayed[hp.SGD]["cosine"].mean() - decayed[hp.SGD]["constant"].mean()
says(
    "A decaying rate makes up for part of it",
    "能補回一部分",
    0.004 < made_up < np.mean(four) - on_test["SGD"].mean(),
)

# %% bind="advice"
free("Two sentences are left", "還剩兩句", "the second and the third")
says(
    "with four schedules",
    "各用四種排程",
    len(decayed[hp.SGD]) == len(decayed[hp.Adam]) == 4,
)
plan = schedules["warmup + cosine"](1.0)(np.arange(138))
says(
    "the first fifth",
    "預熱占前五分之一",
    0.18 < plan.argmax() / len(plan) < 0.22 and plan[-1] < 0.001,
)
free("", "調好的最高學習率", "the peak of a schedule")

# %% bind="advice-batch"
kinds = ["exponential", "cosine", "warmup + cosine"]
plain, cosine = decayed[hp.SGD]["constant"], decayed[hp.SGD]["cosine"]
gained = [decayed[hp.SGD][kind].min() - plain.min() for kind in kinds]
says(
    "what it raises most is the worst seed: with SGD by several points here, under every schedule",
    "受惠最多的是最差的種子：這裡的 SGD 不管用哪一種衰減，最差的都進步好幾個百分點",
    0.025 < min(gained) <= max(gained) < 0.1,
)
free(
    "(with other seeds: ... now and then it loses)",
    "（換一批種子：用餘弦衰減 ... 偶爾還會退步）",
    "in tests/claims",
)
of_sgd = [on_digits["SGD"][0], *(chosen["SGD", kind] for kind in kinds)]
says(
    "left all four at the same peak, 0.46",
    "讓四種排程都停在同一個最高學習率 0.46",
    len(of_sgd) == 4 and np.allclose(of_sgd, 0.46, atol=0.005),
)
free(
    "bears the next, 1: ... no lower",
    "用再大一格的 1 ... 也不輸",
    "in tests/claims, with other seeds",
)
says(
    "SGD's median gains nothing here",
    "SGD 的中位數在這裡則沒有變好",
    max(np.median(decayed[hp.SGD][kind]) for kind in kinds) < np.median(plain) + 0.003,
)
says(
    "with cosine its mean rises as well",
    "用餘弦衰減，平均也上升",
    cosine.mean() > plain.mean() + 0.003,
)
still, falling = decayed[hp.Adam]["constant"], decayed[hp.Adam]["cosine"]
says(
    "With Adam the worst seed gains less",
    "用 Adam 時，最差的種子進步比較少",
    0 < falling.min() - still.min() < min(gained),
)
free("on average a point", "平均一個百分點左右", "in tests/claims, with other seeds")
low_share = {
    kind: (schedules[kind](1.0)(np.arange(138)) < 0.2).mean() for kind in kinds
}
says(
    "it loses about two points",
    "中位數還掉了大約兩個百分點",
    -0.03 < np.median(decayed[hp.SGD]["exponential"]) - np.median(plain) < -0.012,
)
says(
    "under the exponential, which spends more of this short training at small rates",
    "花太多時間在小的學習率上",
    low_share["exponential"] > 1.3 * low_share["cosine"]
    and decayed[hp.SGD]["exponential"].mean() < cosine.mean(),
)
free(
    "Small last steps lower the noise floor ... constant rate beats cosine",
    "反而是固定的學習率勝過餘弦",
    "Day 2; in tests/claims",
)
says(
    "Warmup adds little here",
    "預熱在這裡幫助不大",
    all(
        abs(of["warmup + cosine"].mean() - of["cosine"].mean()) < 0.008
        for of in decayed.values()
    ),
)
says(
    "the same number of images seen (six epochs)",
    "看過的影像一樣多（六個訓練週期）",
    all(5.8 < size * run.loss.shape[-1] / len(X) <= 6 for size, run in by_size.items()),
)

# %% bind="day6-schedules"
kinds = ["exponential", "cosine", "warmup + cosine"]
plain = decayed[hp.SGD]["constant"]
says(
    "Four schedules for SGD and Adam",
    "SGD 和 Adam 各用四種排程",
    len(decayed[hp.SGD]) == len(decayed[hp.Adam]) == 4,
)
says(
    "with decay the seeds of SGD lie closer together",
    "有衰減時，SGD 的種子比較集中",
    max(np.std(decayed[hp.SGD][kind]) for kind in kinds) < 0.6 * np.std(plain),
)
worst = min(decayed[hp.SGD][kind].min() for kind in kinds)
says("the worst much higher", "最差的高出許多", worst > plain.min() + 0.025)

# %% bind="verdict"
means = {size: run.test_accuracy.mean() for size, run in by_size.items()}
says(
    "a smaller batch makes more updates, and here it ends higher",
    "批次小，更新次數就多，在這裡最後的成績也比較好",
    means[16] > means[32] > means[64] > max(means[128], means[256]) + 0.01
    and sorted(means) == list(means),
)
free("For the same number of images", "看過的影像一樣多時", "six epochs each")
free(
    "for the same images smaller ends higher (here), in seconds the middle wins (Day 3)",
    "看過的影像一樣多，小的成績好（本節）；算秒數，中間的贏（第 3 天）",
    "bound above and on Day 3",
)
free("each halving doubles the updates", "每減半一次，更新次數就加倍", "arithmetic")
free("faster than two small ones (Day 3)", "", "Day 3")
free(
    "fits most tasks | under conditions",
    "Adam 領先；在 Transformer 上也領先",
    "the table sums up what is bound above",
)
free(
    "matter more",
    "影響更大",
    "measured in section 3 and on Day 5",
)
free("", "訓練效果會更好", "the advice, quoted")
free("each asks for a rate of its own", "調整也沒有更靈活", "section 3")
says(
    "The recommended sizes lie between",
    "推薦的大小落在中間",
    min(means) < 32 and max(means) > 128,
)

# %% [markdown] key="dashboard" lang="en"
# ## 7. Your turn
#
# Everything from Days 1 to 6 on one board. It trains when you let go of a slider: six epochs, three seeds, the 1,150 images of section 3. It shows the accuracy on the 287 **validation** images; the test images stay in their drawer. Each pen (A to D) draws one setting; take another pen and the last one stays.
#
# 1. Start with SGD. Find its good range in at most five trainings.
# 2. Keep that with pen A. Now beat it with any settings, with pens B to D. Can you bring the mean above 95% with fewer than a dozen settings?
# 3. Now double the batch size and change nothing else. What becomes of the accuracy? Which way must the rate move to make up for it (Day 3)?

# %% [markdown] key="dashboard" lang="zh-TW" of="0574a052"
# ## 7. 換你上場
#
# 第 1 天到第 6 天學的全在這塊面板上。放開滑桿就開始訓練：六個訓練週期、三個種子，用第 3 節的 1,150 張影像。顯示的是 287 張**驗證**影像的準確率：調參的時候，測試影像一直鎖在抽屜裡。一枝筆（A 到 D）畫一組設定的結果；換一枝筆，上一組就會留著。
#
# 1. 先用 SGD，最多訓練五次，找出它合用的範圍。
# 2. 把這個結果留在 A 筆。接著換 B 到 D 筆，用任何設定打敗它。能不能只試不到十二組設定，就讓平均超過 95%？
# 3. 現在把批次大小加倍，其他都不動。準確率有什麼變化？學習率該往哪邊調，才補得回來（第 3 天）？

# %% key="explore-dashboard" tags=["nbval-ignore-output"]
hp.explore_dashboard()

# %% bind="dashboard"
says(
    "the 1,150 images of section 3",
    "第 3 節的 1,150 張影像",
    len(tuning.X_train) == 1150,
)
says("the 287 **validation** images", "287 張**驗證**影像", len(tuning.X_test) == 287)
free("six epochs, three seeds", "六個訓練週期、三個種子", "the live figure")
free("at most five trainings", "最多訓練五次", "a task")
free("Now beat it", "", "a task")
free(
    "above 95% with fewer than a dozen settings",
    "能不能只試不到十二組設定，就讓平均超過 95%",
    "a task; a test of the live figure does it",
)
free("double the batch size", "批次大小加倍", "a task")

# %% [markdown] key="monday" lang="en"
# ## 8. One page for Monday
#
# | question | answer | from |
# |---|---|---|
# | Before anything else? | Is the first loss near $\ln$ (number of classes)? Can the network learn `20` examples by heart, at some rate? If not, look there first; tuning comes after. | Days 1, 6 (the first loss) |
# | Are the inputs on one scale? | Bring them to one scale first. | Days 5, 6 |
# | Which optimizer? | AdamW or SGD with momentum; what your field uses. Words or transformers: AdamW. Tune its rate. | Days 4–7 |
# | Which first rate? | A range test for the order of magnitude, then factors of three. AdamW from scratch: often `1e-4` to `1e-3`. **Fine-tuning** a trained network: much less, often `1e-5` to `5e-5`. | Days 1, 7 |
# | Best rate at the border? | Extend the range. | Day 6 |
# | Lowest loss next to the cliff? | Step back by a factor of two or three. | Days 1, 6 |
# | Which schedule? | Cosine or another decay to (almost) zero. If the end is not known beforehand: constant, then a decay (WSD), or average the weights. | Days 2, 6, 7 |
# | The first updates blow up? | Warmup, clipping, or a smaller peak rate. | Days 2, 7 |
# | Which batch size? | `32` to `128` to begin with; larger if the machine makes it cheaper. | Day 3 |
# | Batch size times $k$? | Tune the rate again. Well below the cliff $\times k$ keeps SGD's run nearly the same; it need not be its best rate; Adam's best goes more like $\times\sqrt{k}$. | Days 3, 5 |
# | A wider network? | The rate does not carry over: the wider, the smaller Adam's best one. Tune again, or use muP. | Day 7 |
# | Momentum $\gamma$ changed? | It lengthens steps up to $1/(1-\gamma)$ times: tune the rate again, first the other way. | Day 4 |
# | $\beta_1$, $\beta_2$, $\epsilon$? | We did not tune them here. Begin with the usual ones; if the budget allows, $\beta_1$ and $\epsilon$ are worth a try. Mind a short memory ($\beta_2$), and where a library puts its $\epsilon$. | Days 5, 7 |
# | Weight decay with Adam? | AdamW, not L2 in the loss. In PyTorch it changes with the rate. | Day 5 |
# | The loss sits still at guessing? | Too small a rate and dead ReLUs look alike. Did the loss jump first, are nearly all units zero for all inputs? Then start anew, a third of the rate. Most alive, no jump? **Raise** the rate. | Days 1, 6 |
# | Nothing you tune matters? | If the seeds differ more than the settings: more seeds, more validation data. If all end equally bad: look at the data, the labels, the loss, a bug. If all are good enough: stop tuning. | here |
# | Is A better than B? | Each tuned, same budget, new seeds, spread shown. | Days 4–6 |

# %% [markdown] key="monday" lang="zh-TW" of="a8470c91"
# ## 8. 給星期一的一頁
#
# | 問題 | 答案 | 出處 |
# |---|---|---|
# | 動手之前？ | 一開始的損失接近 $\ln$（類別數）嗎？試幾個學習率，網路能把 `20` 個樣本背起來嗎？有一項不對，就先找原因，再來調參。 | 第 1、6 天（第一個損失） |
# | 輸入的尺度一致嗎？ | 先調到相同的尺度。 | 第 5、6 天 |
# | 用哪個最佳化器？ | AdamW 或 SGD 加動量，你的領域習慣用哪個就用哪個；文字或 Transformer 用 AdamW。記得調學習率。 | 第 4–7 天 |
# | 第一個學習率？ | 用範圍測試抓數量級，再以三倍為間隔找。從頭訓練，AdamW 常用 `1e-4` 到 `1e-3`；**微調**（fine-tuning）訓練好的網路要小得多，常用 `1e-5` 到 `5e-5`。 | 第 1、7 天 |
# | 最好的學習率落在邊界？ | 把範圍往外延伸。 | 第 6 天 |
# | 最低的損失緊鄰懸崖？ | 把學習率退到原來的二分之一到三分之一。 | 第 1、6 天 |
# | 用哪種排程？ | 餘弦或其他衰減，一直降到（接近）零。事先不知道何時結束：先固定、最後再衰減（WSD），或把權重平均。 | 第 2、6、7 天 |
# | 頭幾次更新就爆炸？ | 加預熱、做裁剪，或降低最高學習率。 | 第 2、7 天 |
# | 批次大小？ | 先從 `32` 到 `128` 開始；機器跑大批次如果更划算，再加大。 | 第 3 天 |
# | 批次大小變成 $k$ 倍？ | 重調學習率。離懸崖還遠時，$\times k$ 能讓 SGD 的訓練過程大致不變，但不一定是最好的學習率；Adam 最好的學習率大約是 $\times\sqrt{k}$。 | 第 3、5 天 |
# | 網路變寬？ | 學習率不能照搬：網路越寬，Adam 最好的學習率越小。要重調，或用 muP。 | 第 7 天 |
# | 改了動量 $\gamma$？ | 它最多把步伐放大到 $1/(1-\gamma)$ 倍：重調學習率，先往反方向試。 | 第 4 天 |
# | $\beta_1$、$\beta_2$、$\epsilon$ 呢？ | 這一課沒有調。先用常用的值；預算夠的話，$\beta_1$ 和 $\epsilon$ 值得一試。留意記憶太短（$\beta_2$），以及套件把 $\epsilon$ 放在哪裡。 | 第 5、7 天 |
# | Adam 要加權重衰減？ | 用 AdamW，不要在損失裡加 L2。在 PyTorch 裡，衰減會隨學習率改變。 | 第 5 天 |
# | 損失停在亂猜的程度？ | 學習率太小和 ReLU 死掉，看起來一樣。損失是不是先衝高過？是不是幾乎所有單元對所有輸入都是零？是的話，學習率降到三分之一，從頭訓練。大多活著，損失也沒衝高過？那就把學習率**調高**。 | 第 1、6 天 |
# | 怎麼調都沒差？ | 種子之間的差距比設定之間還大：多跑幾個種子、多留一些驗證資料。全都一樣差：檢查資料、標籤、損失函數、程式錯誤。全都夠好：別再調了。 | 本節 |
# | A 比 B 好嗎？ | 各自調好、預算相同、換新種子、列出散布範圍。 | 第 4–6 天 |

# %% bind="monday"
free("then factors of three", "再以三倍為間隔找", "advice")
free("", "要小得多", "what is usual; see practice")
free("a factor of two or three", "二分之一到三分之一", "advice of Day 1")
free("Best rate at the border", "最好的學習率落在邊界", "the question")
free("Lowest loss next to the cliff", "最低的損失緊鄰懸崖", "the question")
free("a smaller peak rate", "降低最高學習率", "advice")
free("larger if the machine makes it cheaper", "如果更划算", "advice")
free(
    "it need not be its best rate; Adam's best goes",
    "但不一定是最好的學習率；Adam 最好的學習率大約",
    "Days 3 and 5",
)
free("the wider, the smaller Adam's best one", "Adam 最好的學習率越小", "Day 7")
free("up to $1/(1-\\gamma)$ times", "最多把步伐放大", "Day 4")
free("a third of the rate", "學習率降到三分之一", "advice")
free("more than the settings", "", "a case")
free("equally bad", "全都一樣差", "a case")
free("Is A better than B", "", "the question")
free("We did not tune them", "這一課沒有調", "a fact")

# %% [markdown] key="breaks" lang="en"
# ## 9. When it breaks (optional)
#
# Four measurements tell many illnesses apart. Each is shown with a run that has the illness and with the remedy, on ten seeds.
#
# **The first loss.** Before any update the network should guess: the loss is near $\ln 10$, which is 2.3, for ten classes. Below, the start is multiplied by a factor, then trained with SGD at 0.3, with and without warmup.

# %% [markdown] key="breaks" lang="zh-TW" of="b89dc5de"
# ## 9. 訓練壞掉的時候（可略過）
#
# 靠四種測量，就能分辨許多毛病。每一種都示範一次生病的訓練，以及補救之後的樣子，各用十個種子。
#
# **第一個損失**：還沒更新之前，網路應該只是亂猜；十個類別的話，損失接近 $\ln 10$，也就是 2.3。下面把起始權重乘上一個倍數，再用 SGD、學習率 0.3 訓練，有的加預熱，有的不加。

# %% key="breaks-start" tags=["nbval-ignore-output"]
he, begun = np.stack([network.init(seed) for seed in range(10)]), {}
for size, n in [(0, 1), (8, 1), (8, 28), (1, 1)]:  # a warmup of 1 update is none
    rule, start = hp.SGD(hp.LinearWarmup(n, 0.3)), size * he
    run = hp.train(network, digits, rule, start=start, seed=range(10), updates=138)
    first, right = network.loss(start, X, y).mean(), run.test_accuracy.mean()
    begun[size, n] = first, right
    hp.say(f"start × {size}, warmup {n}: first loss {first:.2f}, accuracy {right:.0%}")

# %% [markdown] key="breaks-start-seen" lang="en"
# Eight times too large, the network is sure of itself and wrong: look at the first loss before you look at the rate. Warmup helps, but it does not heal this start; the right one needs no warmup. Where the first loss is right and yet the first *updates* blow up, warmup is a remedy (Day 2). Exactly $\ln 10$ is no certificate either: with all weights zero no hidden unit ever gets a gradient.
#
# **The length of the gradient.** SGD at 2 is beyond the cliff. We measure the gradient on 287 of the training images after each of the first five updates (the longest is printed) and at the end, without **clipping** and with it: a gradient longer than a limit of 1, about the gradient's length at the start, is shortened to the limit.

# %% [markdown] key="breaks-start-seen" lang="zh-TW" of="d8dcdfb8"
# 起始權重放大成八倍，網路會很有把握地猜錯：調學習率之前，先看第一個損失。預熱有幫助，但治不好這樣的起點；初始化對了，根本不必預熱。第一個損失正常，頭幾次**更新**卻爆炸，這時可以用預熱（第 2 天）。反過來，剛好等於 $\ln 10$ 也不保證健康：權重全部是零，隱藏單元永遠收不到梯度。
#
# **梯度的長度**：SGD 的學習率用 2，已經越過懸崖。頭五次更新，我們每更新一次，就拿 287 張訓練影像量一次梯度（印出最長的），結束時再量一次；一組不做**梯度裁剪**（gradient clipping），一組做：梯度太長就縮短，把長度限制在 1，大約就是一開始的梯度長度。

# %% key="breaks-spike" tags=["nbval-ignore-output"]
limits, lengths, made = [np.inf, 1], [], [1, 2, 3, 4, 5, 138]
for n in made:
    run = hp.train(network, digits, hp.SGD(2), clip=limits, seed=range(10), updates=n)
    grad = network.gradient(run.weights, tuning.X_test, tuning.y_test)
    lengths.append(np.linalg.norm(grad, axis=-1))
early, end = np.max(lengths[:5], axis=0).mean(axis=1), np.median(lengths[5], axis=1)
spiked = run.test_accuracy
for k, limit in enumerate(limits):
    high, last, right = early[k], end[k], spiked[k].mean()
    hp.say(f"clip {limit}: gradient {high:.1f}, later {last:.2f}; accuracy {right:.0%}")
gentle = hp.SGD(2 / 3)
third = hp.train(network, digits, gentle, seed=range(10), updates=138)
hp.say(f"a third of the rate: accuracy {third.test_accuracy.mean():.0%}")

# %% bind="breaks-spike-seen"
hidden = network.activations(run.weights[0], X)[0]
says(
    "hardly anything left that could learn",
    "幾乎沒有還能學習的單元了",
    (hidden > 0).any(axis=-2).mean() < 0.12 and made[-1] == run.loss.shape[-1],
)

# %% [markdown] key="breaks-spike-seen" lang="en"
# Both meet long gradients in the first updates. Without a limit a long gradient times a large rate is a leap from which no run comes back; with it most are saved. But clipping is a safety belt, not a second rate: a third of the rate does better still. And note the short gradient (the median) at the end of the unclipped runs: that is not success, there is hardly anything left that could learn.
#
# **How far one update goes**, as a share of the length of the weights. A rule of thumb (Stanford's CS231n) says about a thousandth. Adam, after two of the six epochs:

# %% [markdown] key="breaks-spike-seen" lang="zh-TW" of="d22670e1"
# 兩組在頭幾次更新都遇到很長的梯度。沒有上限時，長梯度乘上大學習率，一步跳太遠，沒有一次訓練回得來；有上限，大多數都救回來了。不過裁剪是安全帶，不能當第二個學習率：學習率降到三分之一，成績更好。也請注意，不裁剪的那組最後梯度（中位數）很短：那不是訓練成功，而是網路裡幾乎沒有還能學習的單元了。
#
# **一次更新走多遠**：看更新的長度占權重長度的比例。經驗法則（史丹佛的 CS231n）說大約千分之一。下面是 Adam 跑完兩個訓練週期（一共六個）時：

# %% key="breaks-ratio" tags=["nbval-ignore-output"]
lrs, adam = 10.0 ** np.arange(-5, 1), {}
for n in [46, 47, 138]:
    adam[n] = hp.train(network, digits, hp.Adam(lrs), seed=range(10), updates=n)
before, update = adam[46].weights, adam[47].weights - adam[46].weights
ratios = np.linalg.norm(update, axis=-1) / np.linalg.norm(before, axis=-1)
ratio, reached = ratios.mean(axis=1), adam[138].test_accuracy.mean(axis=1)
for k, lr in enumerate(lrs):
    hp.say(f"lr {lr:.0e}: update / weights {ratio[k]:.0e}, accuracy {reached[k]:.0%}")

# %% [markdown] key="breaks-ratio-seen" lang="en"
# With less than a thousandth an update, 138 updates do not get there; the good ratios are around a hundredth here, ten times the rule's, as the training is short. So a rate that is too small by powers of ten shows in the ratio long before the end. One that is far too large need not: at 1 the weights themselves have grown, and the ratio looks like that of 0.001.
#
# **Too small, or dead?** Both sit still near $\ln 10$. Two things differ: the highest loss of a batch on the way, and the share of hidden units that are zero for all images.

# %% [markdown] key="breaks-ratio-seen" lang="zh-TW" of="0a3f9918"
# 比例不到千分之一的，138 次更新走不到目的地；這裡訓練很短，好的比例大約是百分之一，是經驗法則的十倍。所以，學習率如果小了幾個數量級，不必等訓練結束，從這個比例就看得出來。太大的，卻不一定看得出來：學習率是 1 時，權重本身也變得很大，比例看起來就像 0.001 的。
#
# **學習率太小，還是網路死了？** 兩者的損失都停在 $\ln 10$ 附近。差別有兩個：途中單一批次最高的損失，以及對所有影像都是零的隱藏單元占多少。

# %% key="breaks-still" tags=["nbval-ignore-output"]
lrs = [0.0001, 0.3, 3]
run = hp.train(network, digits, hp.SGD(lrs), seed=range(10), updates=138)
dead = (network.activations(run.weights, X)[0] == 0).all(axis=-2).mean(axis=(1, 2))
end = network.loss(run.weights, X, y).mean(axis=1)
peak = run.loss.max(axis=2).mean(axis=1)
for lr, high, last, share in zip(lrs, peak, end, dead):
    hp.say(f"lr {lr}: loss up to {high:.1f}, then {last:.2f}; at zero {share:.0%}")

# %% [markdown] key="breaks-still-seen" lang="en"
# Too small: no jump, nearly all units alive; raise the rate. Dead: the loss jumped first, and nearly all units are zero; no rate wakes them, so start anew with a smaller one. The run between them is the remedy for both.

# %% [markdown] key="breaks-still-seen" lang="zh-TW" of="b32fd5d9"
# 太小：損失沒有衝高，幾乎所有單元都活著，把學習率調高。死了：損失先衝高過，幾乎所有單元都是零；怎麼調學習率都叫不醒，只能換小一點的學習率從頭訓練。兩者的解藥，就是中間那一組的學習率。

# %% bind="breaks"
free(
    "Four measurements tell many illnesses apart",
    "靠四種測量，就能分辨許多毛病",
    "those below",
)
says("on ten seeds", "各用十個種子", len(he) == run.test_accuracy.shape[1] == 10)
says(
    "is 2.3, for ten classes",
    "十個類別的話，損失接近 $\\ln 10$，也就是 2.3",
    abs(begun[1, 1][0] - np.log(network.sizes[-1])) < 0.4
    and round(np.log(network.sizes[-1]), 1) == 2.3,
)
says("with SGD at 0.3", "學習率 0.3", 0.3 in lrs and np.isclose(rule.lr(137), 0.3))

# %% bind="breaks-start-seen"
beyond = validation["SGD"].mean(axis=1)[-1]
says(
    "Eight times too large, the network is sure of itself and wrong",
    "起始權重放大成八倍，網路會很有把握地猜錯",
    begun[8, 1][0] > 10 * np.log(10),
)
says(
    "Warmup helps, but it does not heal this start",
    "預熱有幫助，但治不好這樣的起點",
    begun[8, 1][1] + 0.03 < begun[8, 28][1] < begun[1, 1][1] - 0.05,
)
says("the right one needs no warmup", "初始化對了，根本不必預熱", begun[1, 1][1] > 0.9)
says(
    "Exactly $\\ln 10$ is no certificate",
    "也不保證健康",
    np.isclose(begun[0, 1][0], np.log(10), atol=1e-3) and begun[0, 1][1] < 0.2,
)
says(
    "SGD at 2 is beyond the cliff",
    "SGD 的學習率用 2，已經越過懸崖",
    beyond < 0.2 and rates[-1] < 2.2,
)
says(
    "each of the first five updates (the longest is printed)",
    "頭五次更新，我們每更新一次，就拿 287 張訓練影像量一次梯度（印出最長的）",
    made[:5] == [1, 2, 3, 4, 5],
)
says(
    "on 287 of the training images",
    "拿 287 張訓練影像",
    np.array_equal(digits.X_train[-287:], tuning.X_test),
)
at_start = np.linalg.norm(
    network.gradient(he, tuning.X_test, tuning.y_test), axis=-1
).mean()
says(
    "longer than a limit of 1, about the gradient's length at the start",
    "限制在 1，大約就是一開始的梯度長度",
    0.7 < at_start < 1.4 and limits[1] == 1,
)

# %% bind="breaks-spike-seen"
at_start = np.linalg.norm(
    network.gradient(he, tuning.X_test, tuning.y_test), axis=-1
).mean()
longest = np.max(lengths[:5], axis=0).mean(axis=1)
says(
    "Both meet long gradients",
    "兩組在頭幾次更新都遇到很長的梯度",
    longest.min() > 1.2 * at_start and np.array_equal(early, longest),
)
unclipped, saved = spiked
says("from which no run comes back", "沒有一次訓練回得來", unclipped.max() < 0.4)
says("with it most are saved", "大多數都救回來了", (saved > 0.7).mean() > 0.6)
says(
    "a third of the rate does better still",
    "學習率降到三分之一，成績更好",
    third.test_accuracy.mean() > saved.mean() + 0.01 and np.isclose(3 * gentle.lr, 2),
)
says(
    "the short gradient (the median) at the end of the unclipped runs",
    "不裁剪的那組最後梯度（中位數）很短",
    np.median(lengths[5][0]) < np.median(lengths[5][1]) / 2,
)
free("about a thousandth", "大約千分之一", "a rule of thumb; CS231n")
first, second, last = adam
says(
    "after two of the six epochs",
    "跑完兩個訓練週期（一共六個）時",
    first == 2 * np.ceil(len(X) / 64) == second - 1 == last / 3,
)

# %% bind="breaks-ratio-seen"
good = reached > 0.9
says(
    "With less than a thousandth an update, 138 updates do not get there",
    "比例不到千分之一的，138 次更新走不到目的地",
    reached[ratio < 1e-3].max() < 0.5 and (ratio < 1e-3).sum() >= 2 and 138 in adam,
)
says(
    "the good ratios are around a hundredth here",
    "好的比例大約是百分之一",
    0.003 < ratio[good].min() <= ratio[good].max() < 0.03,
)
says(
    "ten times the rule's",
    "是經驗法則的十倍",
    0.005 < np.exp(np.log(ratio[good]).mean()) < 0.025,
)
says(
    "a rate that is too small by powers of ten shows in the ratio",
    "學習率如果小了幾個數量級",
    (np.diff(ratio[:4]) > 0).all() and ratio[2] / ratio[0] > 50,
)
grown = np.linalg.norm(before, axis=-1).mean(axis=1)
says(
    "at 1 the weights themselves have grown, and the ratio looks like that of 0.001",
    "學習率是 1 時，權重本身也變得很大，比例看起來就像 0.001 的",
    len(ratio) == 6  # from 1e-5 to 1
    and grown[-1] > 10 * grown[2]
    and 0.5 < ratio[-1] / ratio[2] < 2
    and reached[-1] < 0.5,
)
free("the highest loss of a batch", "途中單一批次最高的損失", "what is measured")

# %% bind="breaks-ratio-seen"
zero = network.activations(run.weights, X)[0].max(axis=-2) == 0
says(
    "hidden units that are zero for all images",
    "對所有影像都是零",
    np.allclose(dead, zero.mean(axis=(1, 2))),
)

# %% bind="breaks-still-seen"
says(
    "no jump, nearly all units alive",
    "損失沒有衝高，幾乎所有單元都活著",
    peak[0] < 1.3 * begun[1, 1][0] and dead[0] < 0.15,
)
says(
    "the loss jumped first, and nearly all units are zero",
    "損失先衝高過，幾乎所有單元都是零",
    peak[2] > 2 * begun[1, 1][0] and dead[2] > 0.85,
)
free("start anew with a smaller one", "換小一點的學習率", "advice")
says(
    "The run between them is the remedy for both",
    "兩者的解藥，就是中間那一組的學習率",
    end[1] < 0.5 < min(end[0], end[2]) and dead[1] < 0.15,
)

# %% [markdown] key="practice" lang="en"
# ## In practice
#
# - **PyTorch**: `opt = torch.optim.AdamW(model.parameters(), lr=1e-3)` with `torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=steps)`; stop at `T_max`, beyond it the rate rises again. **Keras**: `keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, steps))`. The rate is where your search starts. For warmup put `LinearLR(opt, 1 / W, total_iters=W - 1)` before it, with `SequentialLR`; left alone, `LinearLR` starts at `1/3` and takes `5` steps. In Keras and Optax you name the first rate yourself; with `0` the first update does nothing.
# - **Defaults differ**, so the same rate may mean something else elsewhere. Weight decay of AdamW: `0.01` in PyTorch, `0.004` in Keras, `1e-4` in Optax. Keras and scikit-learn add $\epsilon$ before the bias correction (Day 5). AdaGrad starts its sum at `0.1` in Keras and Optax; RMSProp's memory is `0.99` in PyTorch, `0.9` in Keras and Optax; and in both rules Keras puts $\epsilon$, `1e-7`, inside the root. First weights: He here, uniform within $\pm 1/\sqrt{n}$ in `nn.Linear`, Glorot in Keras, so the cliff moves. And `nn.MSELoss` has no ½: with one output, the largest stable rate is half of ours.
# - Several hyperparameters at once: draw at random (Bergstra and Bengio 2012), so that every trial tries a new value of each.
# - When one training takes days, first tune a shorter run or a smaller model. But a rate found on a narrow network does **not** carry over to a wide one: [Day 7](day7_large_models.ipynb) measures by how much with Adam, and shows the remedy (muP).

# %% [markdown] key="practice" lang="zh-TW" of="7b45c47b"
# ## 實務上
#
# - **PyTorch**：`opt = torch.optim.AdamW(model.parameters(), lr=1e-3)`，搭配 `torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=steps)`；到 `T_max` 就要停，再走下去學習率會回升。**Keras**：`keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(1e-3, steps))`。這個學習率只是搜尋的起點。要預熱，就用 `SequentialLR` 在前面接上 `LinearLR(opt, 1 / W, total_iters=W - 1)`；不改的話，`LinearLR` 從 `1/3` 開始、只走 `5` 步。Keras 和 Optax 的預熱要自己指定起始學習率；設成 `0`，第一次更新就等於沒做。
# - **各套件的預設值不同**，同一個學習率，換個套件意思可能就不同。AdamW 的權重衰減：PyTorch 是 `0.01`，Keras 是 `0.004`，Optax 是 `1e-4`。Keras 和 scikit-learn 在偏差修正之前就加上 $\epsilon$（第 5 天）。AdaGrad 的累加，Keras 和 Optax 從 `0.1` 開始；RMSProp 的記憶，PyTorch 用 `0.99`，Keras 和 Optax 用 `0.9`；這兩條規則，Keras 都把 $\epsilon$（`1e-7`）放在根號裡面。起始權重：這裡用 He，`nn.Linear` 用 $\pm 1/\sqrt{n}$ 之間的均勻分布，Keras 用 Glorot，所以懸崖的位置會變。還有，`nn.MSELoss` 沒有 ½：只有一個輸出時，還能穩定的最大學習率只有我們的一半。
# - 同時要調好幾個超參數：用隨機抽取（Bergstra 和 Bengio，2012），這樣每次嘗試，每個超參數都會試到新的值。
# - 如果訓練一次要好幾天，就先調比較短的訓練，或比較小的模型。但是在窄網路上找到的學習率，**不能**直接搬到寬網路：[第 7 天](day7_large_models.ipynb)會量出用 Adam 時差多少，並介紹補救的辦法（muP）。

# %% bind="practice"
free(
    "the largest stable rate is half of ours",
    "還能穩定的最大學習率只有我們的一半",
    "2/λ with twice the curvature",
)
free("a shorter run or a smaller model", "先調比較短的訓練，或比較小的模型", "advice")

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - An optimizer and its learning rate come as a pair. Compared each at its own tuned rate, most of our gaps shrink to the spread of the seeds.
# - The best of many noisy results is partly luck: choose on some seeds, report on others.
# - Logarithmic scale, extend at the border, coarse to fine, step back from the cliff: about ten trainings, then seeds for the finalists.
#
# **Your turn:** the [summary exercises](day6_exercises.ipynb), with a training to tune on a budget of 30 runs.
#
# **Next:** [Day 7](day7_large_models.ipynb) turns to large models: words, width, and the schedules they are trained with. The [take-home notebook](take_home_pytorch.ipynb) puts the course into PyTorch, with one loop to copy. Or take a data set of your own: `hp.Dataset` makes it ready for everything on this page. Good reading: Goh, *Why Momentum Really Works* (2017); Cohen et al. on the edge of stability (2021); Godbole et al., *Deep Learning Tuning Playbook* (2023).

# %% [markdown] key="recap" lang="zh-TW" of="07a9c172"
# ## 今天帶走的東西
#
# - 最佳化器和學習率是一對。各自調好再比，在我們的任務上，大多數的差距都會縮到和種子的散布差不多。
# - 從許多帶雜訊的結果裡挑最好的，有一部分是運氣：用一批種子來選，用另一批來報告。
# - 用對數刻度、碰到邊界就延伸、由粗到細、離懸崖退一步：大約十次訓練就夠，剩下的預算留給決選設定，多跑幾個種子。
#
# **換你動手**：[總結練習](day6_exercises.ipynb)，最後一題要在 30 次訓練的預算內，把一個網路調好。
#
# **下一站**：[第 7 天](day7_large_models.ipynb)談大型模型：文字、寬度，以及訓練它們用的排程。[帶回家的 PyTorch 筆記本](take_home_pytorch.ipynb)用 PyTorch 走一遍這門課，裡面有一個可以直接複製的訓練迴圈。也可以找一個自己的資料集：用 `hp.Dataset` 包起來，這一頁的每個實驗都能照做。值得一讀的有：Goh 談動量的 *Why Momentum Really Works*（2017）、Cohen 等人談穩定邊緣的論文（2021）、Godbole 等人的 *Deep Learning Tuning Playbook*（2023）。

# %% bind="recap"
four = [on_test[name] for name in ("Momentum", "Nesterov", "Adam", "AdamW")]
gap, spread = np.ptp([a.mean() for a in four]), min(np.std(a, ddof=1) for a in four)
says(
    "most of our gaps shrink to the spread of the seeds",
    "縮到和種子的散布差不多",
    gap < spread,
)
free("The best of many noisy results", "裡挑最好的", "section 4")
says(
    "about ten trainings",
    "大約十次訓練就夠",
    all(8 <= n <= 12 for of_rule in costs.values() for n in of_rule),
)
free("on a budget of 30 runs", "在 30 次訓練的預算內", "the exercises")

# %% key="progress"
hp.progress()

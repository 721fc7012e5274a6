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
# # Day 6 · Summary exercises
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday6_exercises.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day6_exercises.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day6_exercises.ipynb) · [English](../en/day6_exercises.ipynb) · [繁體中文](../zh-TW/day6_exercises.ipynb)
#
# **You will do:** run a curve clinic: recognise loss curves by eye, write the rule behind the eye, and find a curve that fools it; judge a comparison of optimizers; report on a search without its luck; mend a map of losses that went wrong unnoticed; and find good settings for a training, by your own plan, with a budget of 30.
#
# **You need:** [the lesson of Day 6](day6_summary.ipynb), and Days 1 to 6. About 100 minutes, 8 tasks, 22 points. The last task is the capstone; it takes about half of the time. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.

# %% [markdown] key="title" lang="zh-TW" of="e19409f1"
# # 第 6 天 · 總結練習
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday6_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day6_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day6_exercises.ipynb) · [English](../en/day6_exercises.ipynb) · [繁體中文](../zh-TW/day6_exercises.ipynb)
#
# **你會動手做**：開一間曲線診所，先用眼睛看損失曲線，再把眼睛的判斷寫成規則，最後找出騙過規則的曲線；替一場最佳化器的比較當裁判；替一次搜尋寫一份不靠運氣的報告；修好一張悄悄出錯的損失地圖；用 30 次訓練的預算，照自己的計畫，替一個網路找出好的設定。
#
# **你需要**：[第 6 天的課程](day6_summary.ipynb)，以及第 1 天到第 6 天的內容。大約 100 分鐘，8 題，共 22 分。最後一題是總驗收，大約要花一半的時間。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
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

# %% [markdown] key="curves" lang="en"
# ## 1. Curve clinic: four patients (4 points)
#
# Four trainings, each with its loss from beginning to end. One has a learning rate that is too large, one a rate that is too small, one has reached its noise floor, one is healthy. Who is who?
#
# <details><summary>Hint</summary>
#
# Ask three questions of each curve, in this order. Where does it end, compared with its start? In the second half, does it go up and down, or is it smooth? And how much of the loss is gone: read the numbers on the axis.
#
# </details>

# %% [markdown] key="curves" lang="zh-TW" of="492be88f"
# ## 1. 曲線診所：四位病人（4 分）
#
# 四次訓練，每一次都畫出從頭到尾的損失。一位學習率太大，一位學習率太小，一位已經到了雜訊底線，一位很健康。誰是誰？
#
# <details><summary>提示</summary>
#
# 對每條曲線依序問三個問題。和起點比，它最後停在哪裡？後半段是上下跳動，還是平滑的？損失少掉了多少？請看軸上的數字。
#
# </details>

# %% key="curves-run"
bowl, network, digits = hp.Quadratic([1, 10]), hp.MLP((64, 32, 10)), hp.digits()
rates = [0.0003, 0.1, 3, 3000]
runs = hp.train(network, digits, hp.SGD(rates), epochs=20, seed=3)
epochs = runs.loss.reshape(4, 20, -1).mean(axis=-1)  # the mean of each epoch
curves = [*epochs[:2]]  # section 3 shows all four
for lr, start, noise, steps in [(0.12, (2, 0.8), 2.5, 120), (0.205, (8, 0.5), 0, 45)]:
    walk = hp.descend(bowl, hp.SGD(lr), start, steps, noise=noise, seed=4)
    curves.append(walk.loss)
shuffled = [curves[k] for k in np.random.default_rng(50).permutation(4)]

# %% key="curves-figure"
fig, axes = plt.subplots(1, len(shuffled), figsize=(11, 2.6))
for ax, letter, curve in zip(axes, "ABCD", shuffled):
    ax.plot(np.linspace(0, 100, len(curve)), curve)
    ax.set(title=letter, xlabel="% of the training", ylim=(0, 1.05 * max(curve)))
axes[0].set_ylabel("loss")
hp.show(fig, "day6-curves")

# %% bind="day6-curves"
a, b, c, d = shuffled
says(
    "A falls fast, then jumps up and down around a level above zero",
    "A 很快下降，然後在高於零的地方上下跳動",
    np.std(np.diff(a[60:])) > 0.05 * np.mean(a[60:]) and a[60:].mean() < a[0] / 2,
)
says("B is a smooth line that sinks a little", "只下降一點點", 0.5 < b[-1] / b[0] < 1)
says(
    "C falls, then rises steeply above its start",
    "C 先下降，再陡升到比起點還高",
    min(c) < c[0] < c[-1],
)
says(
    "D falls smoothly to a small part of its start",
    "D 平滑地降到起點的一小部分",
    d[-1] < 0.1 * d[0],
)
says("Four loss curves", "四條損失曲線", len(shuffled) == 4)

# %% bind="curves"
drawn = [line.get_xdata() for a in axes for line in a.lines]
says(
    "each with its loss from beginning to end",
    "每一次都畫出從頭到尾的損失",
    all((x[0], x[-1]) == (0, 100) for x in drawn) and len(drawn) == 4,
)
says("four patients", "四位病人", len(shuffled) == len(axes) == 4)
says("Four trainings,", "四次訓練，", len(curves) == 4)
free("Ask three questions", "依序問三個問題", "the hint")
free("In the second half", "", "the hint")

# %% [markdown] key="curves-ask" lang="en"
# Look first, then measure. For each patient give two answers, with a comma between them: the word, as a string, and beside it the number that shows it. `shuffled[0]` holds the losses of A, `shuffled[1]` those of B, and so on.
#
# | the word | the number beside it |
# |---|---|
# | `"lr_too_large"` | the last loss, divided by the lowest |
# | `"lr_too_small"` | the share of the first loss that is left at the end |
# | `"noise_floor"` | in the second half, the highest loss, divided by the mean |
# | `"healthy"` | the share of the first loss that is left at the end |

# %% [markdown] key="curves-ask" lang="zh-TW" of="738571f4"
# 先看，再量。每位病人請回答兩項，中間用逗號隔開：先寫診斷（字串），再寫看得出這個診斷的數字。`shuffled[0]` 是 A 的損失，`shuffled[1]` 是 B 的，依此類推。
#
# | 診斷 | 旁邊的數字 |
# |---|---|
# | `"lr_too_large"`（學習率太大） | 最後的損失，除以最低的損失 |
# | `"lr_too_small"`（學習率太小） | 最後的損失占起點損失的比例 |
# | `"noise_floor"`（雜訊底線） | 後半段裡，最高的損失除以平均 |
# | `"healthy"`（健康） | 最後的損失占起點損失的比例 |

# %% bind="curves-ask"
free("by the lowest", "最低的損失", "which number to measure")
free(
    "in the second half, the highest loss", "最高的損失除以", "which number to measure"
)

# %% key="curve-a-answer"
curve_a = "noise_floor", max(shuffled[0][60:]) / np.mean(shuffled[0][60:])  ### SOLUTION

# %% key="curve-a-check" task="curve_a" points=1
hp.check("curve_a", curve_a)

# %% key="curve-b-answer"
curve_b = "lr_too_small", shuffled[1][-1] / shuffled[1][0]  ### SOLUTION

# %% key="curve-b-check" task="curve_b" points=1
hp.check("curve_b", curve_b)

# %% key="curve-c-answer"
curve_c = "lr_too_large", shuffled[2][-1] / min(shuffled[2])  ### SOLUTION

# %% key="curve-c-check" task="curve_c" points=1
hp.check("curve_c", curve_c)

# %% key="curve-d-answer"
curve_d = "healthy", shuffled[3][-1] / shuffled[3][0]  ### SOLUTION

# %% key="curve-d-check" task="curve_d" points=1
hp.check("curve_d", curve_d)

# %% [markdown] key="diagnose" lang="en"
# ## 2. The rule behind the eye (3 points)
#
# Nobody looks at a hundred curves. Write a function that does: it takes `train_loss`, the losses of one training from first to last, and returns one of the four words.
#
# - `"lr_too_large"`: some loss is `nan` or infinite, or the curve ends above its start.
# - `"noise_floor"`: in the second half the curve jumps up and down, by more than about 5% of its level. A steep fall is no jump.
# - `"lr_too_small"`: the curve is smooth, and more than half of its first loss is still there at the end.
# - `"healthy"`: smooth, and most of the loss is gone.
#
# Ask in this order. The test curves are clear cases; where exactly you draw the lines is up to you. Which number would tell you how much a curve jumps, however steeply it falls?
#
# <details><summary>Hint</summary>
#
# `np.diff` gives the change from each loss to the next. Along a smooth curve each change is much like the one before; along one that jumps they scatter. Compare their scatter with the level of the curve. And mind the `nan`: `<`, `>` and `==` with it are always `False`.
#
# </details>

# %% [markdown] key="diagnose" lang="zh-TW" of="faf97d36"
# ## 2. 把眼睛的判斷寫成規則（3 分）
#
# 沒有人會一條一條看完一百條曲線。寫一個函式來看：接收 `train_loss`，也就是一次訓練從頭到尾的損失，傳回四個字串的其中一個。
#
# - `"lr_too_large"`：有損失是 `nan` 或無限大，或者曲線最後比起點還高。
# - `"noise_floor"`：後半段上下跳動，幅度超過曲線高度的 5% 左右。降得很陡不算跳動。
# - `"lr_too_small"`：曲線平滑，但到最後還剩下起點損失的一半以上。
# - `"healthy"`：曲線平滑，損失也降掉了大半。
#
# 請照這個順序判斷。檢查用的曲線都很典型，界線要畫在哪裡由你決定。想一想：不管曲線降得多陡，哪個數字能告訴你它跳得多厲害？
#
# <details><summary>提示</summary>
#
# `np.diff` 算出每個損失到下一個的變化。平滑的曲線，每個變化都和前一個差不多；跳動的曲線，這些變化很分散。把分散的程度和曲線的高度相比。另外要小心 `nan`：用 `<`、`>`、`==` 拿它來比較，結果都是 `False`。
#
# </details>


# %% key="diagnose-answer"
def diagnose(train_loss):
    ### BEGIN SOLUTION
    loss = np.asarray(train_loss, dtype=float)
    if not np.isfinite(loss).all() or loss[-1] > loss[0]:
        return "lr_too_large"
    late = loss[len(loss) // 2 :]
    if np.std(np.diff(late)) > 0.05 * late.mean():
        return "noise_floor"
    return "lr_too_small" if loss[-1] > loss[0] / 2 else "healthy"
    ### END SOLUTION


# %% key="diagnose-check" task="diagnose" points=3
hp.check("diagnose", diagnose)

# %% bind="diagnose"
free(
    "Nobody looks at a hundred curves",
    "沒有人會一條一條看完一百條曲線",
    "a figure of speech",
)
words = {diagnose(curve) for curve in curves}
says("one of the four words", "四個字串的其中一個", len(words) == 4)
free(
    "in the second half ... about 5%",
    "幅度超過曲線高度的 5% 左右",
    "where the function draws the line",
)
free(
    "more than half of its first loss",
    "起點損失的一半以上",
    "where the function draws the line",
)
free("most of the loss is gone", "", "the same line")

# %% [markdown] key="misdiagnosed-rate" lang="en"
# ## 3. Where the rule is fooled (1 point)
#
# Now let your function look at real trainings, those of the first cell: a network on digits, SGD with four learning rates, 20 epochs. Each point of a curve is the mean loss of one epoch. Below each curve stands how many test images the network reads in the end.
#
# **Predict:** the rates are 0.0003, 0.1, 3 and 3000. Which word will each get?

# %% [markdown] key="misdiagnosed-rate" lang="zh-TW" of="272e782b"
# ## 3. 規則也會被騙（1 分）
#
# 現在讓你的函式看真正的訓練，也就是最前面那一格的訓練：一個辨識手寫數字的網路，用 SGD 和四個學習率，各訓練 20 個週期。曲線上每一點是一個訓練週期的平均損失。每條曲線下面寫著，網路最後認對了幾成的測試影像。
#
# **先預測**：學習率是 0.0003、0.1、3 和 3000，各會得到哪個診斷？

# %% key="misdiagnosed-rate-run" tags=["nbval-ignore-output"]
if hp.check("diagnose", diagnose).passed:
    fig, axes = plt.subplots(1, len(rates), figsize=(11, 2.8))
    for ax, rate, curve, accuracy in zip(
        axes, rates, epochs, np.nan_to_num(runs.test_accuracy)
    ):
        ax.plot(curve, "o-", ms=3)
        ax.set(
            title=f"lr = {rate:g}: {diagnose(curve)}",
            xlabel=f"epoch\n{accuracy:.0%} of the test images",
        )
        ax.set(xlim=(-0.5, 19.5), ylim=(0, 3))
    hp.show(fig, "day6-misdiagnosed-rate-run")
else:
    hp.say("Task 2 first: the clinic needs your diagnose.")

# %% bind="day6-misdiagnosed-rate-run"
flat = [k for k in range(3) if 2.25 < epochs[k, 1:].min() <= epochs[k].max() < 2.65]
says(
    "Two hardly fall and stay between 2.3 and 2.6",
    "其中兩條幾乎不降，一直在 2.3 和 2.6 之間",
    len(flat) == 2,
)
says(
    "the last panel is empty, since its loss is nan",
    "因為損失是 nan",
    np.isnan(epochs[3, -1]),
)
says("Loss curves for four learning rates", "四個學習率的損失曲線", len(rates) == 4)

# %% bind="misdiagnosed-rate"
says("with four learning rates", "四個學習率", len(rates) == 4)
says("20 epochs", "20 個週期", epochs.shape == (4, 20))
says(
    "0.0003, 0.1, 3 and 3000", "0.0003、0.1、3 和 3000", rates == [0.0003, 0.1, 3, 3000]
)

# %% [markdown] key="misdiagnosed-rate-ask" lang="en"
# One of the words is wrong, and whoever believes it goes the wrong way. At which rate? And how did that network get to its level? Give two answers, with a comma between them: the rate, and the **highest loss of a single batch** in that training. `runs.loss[0]` holds the losses of all batches at the first rate, and so on.
#
# <details><summary>Hint</summary>
#
# Two curves got the same word. Look at the first epochs of both: which way did each come to its level? What happened on Day 1 to a network whose first steps were far too long?
#
# </details>

# %% [markdown] key="misdiagnosed-rate-ask" lang="zh-TW" of="c77cee76"
# 其中一個診斷是錯的，照著它做，方向就反了。是哪個學習率？那個網路又是怎麼走到那個高度的？請回答兩項，中間用逗號隔開：先寫學習率，再寫那次訓練裡**單一批次最高的損失**。`runs.loss[0]` 是第一個學習率每一批的損失，依此類推。
#
# <details><summary>提示</summary>
#
# 有兩條曲線得到同樣的診斷。看看兩條的頭幾個訓練週期：它們各是怎麼走到那個高度的？第 1 天那些頭幾步太長的網路，後來怎麼了？
#
# </details>

# %% bind="misdiagnosed-rate-ask"
named = [diagnose(loss.reshape(20, -1).mean(axis=1)) for loss in runs.loss]
last = np.nan_to_num(runs.test_accuracy)
says("Two curves got the same word", "有兩條曲線得到同樣的診斷", len(set(named)) == 3)
says(
    "One of the words is wrong",
    "其中一個診斷是錯的",
    named[2] == named[0] == "lr_too_small" and last[2] < 0.2,
)
free("highest loss of a single batch", "單一批次最高的損失", "what is asked for")

# %% key="misdiagnosed-rate-answer"
misdiagnosed_rate = 3, runs.loss[2].max()  ### SOLUTION

# %% key="misdiagnosed-rate-check" task="misdiagnosed_rate" points=1
hp.check("misdiagnosed_rate", misdiagnosed_rate)

# %% [markdown] key="fair-winner" lang="en"
# ## 4. The referee (3 points)
#
# Several optimizers were trained with several learning rates and several seeds. `results` is a dictionary: each optimizer's name leads to an array of final losses, with one row for each rate and one column for each seed. The rates of two optimizers need not be the same, nor as many, and one may have more seeds than another. A run that diverged has the loss `nan` or infinity. Every optimizer has at least one rate at which no seed diverged.
#
# Write the referee: return the name of the winner. Each optimizer is judged at **its own best rate**, the one with the lowest mean over the seeds. A rate at which even one seed diverged does not qualify.
#
# What would a referee decide who looks for the smallest number in all the tables?
#
# <details><summary>Hint</summary>
#
# First write what a single table is worth: one number. Your `best_learning_rate` of Day 1 did nearly that. Then the winner is the name whose number is smallest; `min` takes a `key`.
#
# </details>

# %% [markdown] key="fair-winner" lang="zh-TW" of="d9398d9b"
# ## 4. 裁判（3 分）
#
# 幾個最佳化器，各用幾個學習率、幾個種子訓練過。`results` 是一個字典：每個最佳化器的名字對應一個陣列，裡面是最後的損失，每一列（row）是一個學習率，每一欄（column）是一個種子。不同最佳化器試的學習率不必相同，個數也可以不同；種子的個數也是。發散的訓練，損失是 `nan` 或無限大。每個最佳化器都至少有一個學習率，所有種子都沒有發散。
#
# 請寫出裁判：傳回贏家的名字。每個最佳化器都用**自己最好的學習率**來評，也就是對種子取平均之後損失最低的那一個。只要有一個種子發散，那個學習率就不合格。
#
# 想一想：如果裁判只在所有表格裡找最小的數字，會選出誰？
#
# <details><summary>提示</summary>
#
# 先想怎麼把一張表格化成一個分數。第 1 天的 `best_learning_rate` 做的幾乎就是這件事。接著，誰的數字最小，誰就是贏家；`min` 可以加上 `key`。
#
# </details>


# %% key="fair-winner-answer"
def fair_winner(results):
    ### BEGIN SOLUTION
    def at_best(losses):
        losses = np.asarray(losses, float)
        usable = losses[np.isfinite(losses).all(axis=1)]
        return usable.mean(axis=1).min(initial=np.inf)

    return min(results, key=lambda name: at_best(results[name]))
    ### END SOLUTION


# %% bind="fair-winner"
free("the name of the winner", "傳回贏家的名字", "what the function returns")
free(
    "**its own best rate** ... the seeds",
    "**自己最好的學習率** ... 損失最低的",
    "the rule of the contest",
)
free("smallest number in all the tables", "最小的數字，會選出誰", "a question")
free(
    "the winner is the name whose number is smallest",
    "誰的數字最小，誰就是贏家",
    "the hint",
)

# %% key="fair-winner-check" task="fair_winner" points=3
hp.check("fair_winner", fair_winner)

# %% [markdown] key="fair-winner-use" lang="en"
# Let your referee judge a real race: four optimizers on two spirals, eight rates, twelve seeds, 384 trainings. The losses are measured on examples that were not used for training.
#
# First all at one rate. Then each at its own best rate, with the first four seeds, the next four, and the last four. (This referee chooses the rates and judges by the same losses. Task 5 is stricter.)

# %% [markdown] key="fair-winner-use" lang="zh-TW" of="8840369c"
# 讓你的裁判評一場真正的比賽，題目是分開兩條螺線：四個最佳化器、八個學習率、十二個種子，一共訓練 384 次。損失是在沒有用來訓練的資料上量的。
#
# 先讓大家用同一個學習率。再讓每個最佳化器用自己最好的學習率，種子分成前四個、中間四個、最後四個，各評一次。（這位裁判挑學習率和評分，看的是同一批損失；第 5 題會更嚴格。）

# %% key="fair-winner-race"
spirals, wide = hp.spirals(1000, noise=0.15, seed=1), hp.MLP((2, 16, 16, 2))
rates, results = 10.0 ** (np.arange(-6, 2) / 2), {}
for rule in [hp.SGD, hp.Momentum, hp.RMSProp, hp.Adam]:
    sweep = hp.train(wide, spirals, rule(rates), updates=200, seed=range(12))
    loss = wide.loss(sweep.weights, spirals.X_test, spirals.y_test)
    results[rule.__name__] = np.where(sweep.diverged, np.inf, loss)

# %% [markdown] key="fair-winner-ask" lang="en"
# **Predict:** will the winner at 0.001 also win at 0.1? And will the fair winner be the same three times?

# %% [markdown] key="fair-winner-ask" lang="zh-TW" of="fc3a5428"
# **先預測**：在 0.001 贏的，在 0.1 也會贏嗎？公平的贏家，三次會是同一個嗎？

# %% key="fair-winner-verdicts" tags=["nbval-ignore-output"]
with hp.predict("day6-referee"):
    refereed = hp.check("fair_winner", fair_winner).passed
    if not refereed:
        hp.say("Your referee first.")
    for k in [0, 4] if refereed else []:
        at_one = {name: loss[k : k + 1] for name, loss in results.items()}
        hp.say(f"all at {rates[k]:.2g}: {fair_winner(at_one)}")
    for seeds in [range(4), range(4, 8), range(8, 12)] if refereed else []:
        some = {name: loss[:, seeds] for name, loss in results.items()}
        hp.say(f"each at its own rate: {fair_winner(some)}")
    for name, loss in results.items() if refereed else []:
        best = loss[loss.mean(axis=1).argmin()]
        hp.say(f"{name:<8} at its best rate: {best.mean():.4f} ± {best.std():.4f}")

# %% bind="fair-winner-use"
says(
    "four optimizers on two spirals, eight rates, twelve seeds, 384 trainings",
    "四個最佳化器、八個學習率、十二個種子，一共訓練 384 次",
    (len(results), *results["SGD"].shape, sum(loss.size for loss in results.values()))
    == (4, 8, 12, 384),
)
free("each at its own best rate", "用自己最好的學習率", "the rule of the contest")
says("the first four seeds", "前四個、", len(seeds) == 4)
says("the next four, and the last four", "中間四個、最後四個", seeds[-1] == 11)

# %% bind="day6-referee"
at_one = [
    fair_winner({name: loss[k : k + 1] for name, loss in results.items()})
    for k in (0, 4)
]
right(
    "Another at 0.001 than at 0.1; the fair winner may change with the seeds",
    at_one[0] != at_one[1],
)
says("at both common rates", "在兩個共用的學習率", len(at_one) == 2)

# %% bind="fair-winner-ask"
says("the winner at 0.001", "在 0.001 贏的", abs(rates[0] - 0.001) < 1e-9)
says("also win at 0.1", "在 0.1 也會贏", abs(rates[k] - 0.1) < 1e-9)
free("the same three times", "三次會是同一個", "the question")

# %% [markdown] key="fair-winner-seen" lang="en"
# <details><summary>After your answer: who wins, and how surely</summary>
#
# At one rate for all, the winner depends on the rate. At their own rates, compare the gaps between the optimizers with the ± behind each: that is how much the seeds of one and the same optimizer differ. A referee has to name a winner; a scientist may also say "no difference that these seeds can show".
#
# </details>

# %% [markdown] key="fair-winner-seen" lang="zh-TW" of="b2a67a70"
# <details><summary>作答之後：誰贏了，有多確定</summary>
#
# 大家用同一個學習率，誰贏要看用的是哪個學習率。各用自己的學習率，請比較兩件事：最佳化器之間的差距，以及後面的 ±，也就是同一個最佳化器換種子會差多少。裁判一定要選出贏家；科學家可以說：「這些種子看不出差別。」
#
# </details>

# %% bind="fair-winner-seen"
one_rate = {
    fair_winner({name: loss[k : k + 1] for name, loss in results.items()})
    for k in (0, 4)
}
free("who wins, and how surely", "誰贏了，有多確定", "the heading")
says("the winner depends on the rate", "誰贏要看用的是哪個學習率", len(one_rate) == 2)
free("name a winner", "選出贏家", "what a referee is")

# %% [markdown] key="honest-report" lang="en"
# ## 5. An honest report (2 points)
#
# You have tried many settings, once each, and take the one with the lowest loss. What will you tell others? That loss is low partly by luck: the **winner's curse** of the lesson. A report needs fresh seeds, which have had no say in the choice.
#
# `search` holds one loss for each setting, found in the search. `fresh` has one row for each setting and one column for each fresh seed. Write a function that returns three things, in this order: the number of the setting that the search chooses, counted from 0; its mean loss with the fresh seeds; and the **luck**, by how much this mean is higher than what the search had promised. (It is negative where the search was unlucky.)
#
# Another setting may well be better with the fresh seeds. Why must you not change your mind now?
#
# <details><summary>Hint</summary>
#
# `np.argmin` gives a number, not a loss. Use it twice: in `search`, and to pick a row of `fresh`.
#
# </details>

# %% [markdown] key="honest-report" lang="zh-TW" of="bcd84e33"
# ## 5. 誠實的報告（2 分）
#
# 你試了很多組設定，每組只試一次，選出損失最低的一組。你要怎麼向別人報告？那個損失之所以低，有一部分是運氣好，也就是課程裡說的**贏家的詛咒**。要寫進報告，就得用新的種子，而且這些種子不能參與挑選。
#
# `search` 是搜尋時得到的損失，每組設定一個。`fresh` 裡，每一列（row）是一組設定，每一欄（column）是一個新種子。寫一個函式，依序傳回三樣東西：搜尋選出的是第幾組，從 0 算起；這一組用新種子的平均損失；還有**運氣**，也就是這個平均比搜尋時看到的損失高多少。（搜尋時運氣差的話，它是負的。）
#
# 換了新種子，說不定另一組比較好。為什麼現在不能改選那一組？
#
# <details><summary>提示</summary>
#
# `np.argmin` 傳回的是編號，不是損失。編號要用兩次：一次用在 `search`，一次用來選出 `fresh` 的一列。
#
# </details>


# %% bind="honest-report"
free("with the lowest loss", "損失最低的", "how a search chooses")
free("the **winner's curse**", "**贏家的詛咒**", "its name")
free("three things", "三樣東西", "the results")
free("is higher than what the search", "", "a definition")
free("may well be better", "說不定另一組比較好", "it may")
free("Use it twice", "", "the hint")


# %% key="honest-report-answer"
def honest_report(search, fresh):
    ### BEGIN SOLUTION
    chosen = np.argmin(search)
    loss = np.mean(fresh[chosen])
    return chosen, loss, loss - search[chosen]
    ### END SOLUTION


# %% key="honest-report-check" task="honest_report" points=2
hp.check("honest_report", honest_report)

# %% [markdown] key="honest-report-use" lang="en"
# **Use it.** How strong is the curse? Here all settings are equally good: their true loss is 0, and each try differs from it only by normally distributed noise with standard deviation 1. Your function reports on 2,000 searches of each length. **Predict:** how lucky is the best of 30?

# %% [markdown] key="honest-report-use" lang="zh-TW" of="b58e3428"
# **用用看**：這個詛咒有多強？這裡每一組設定都一樣好：真正的損失都是 0，每次試的結果只差在雜訊，雜訊服從標準差為 1 的常態分布。每一種搜尋長度，都由你的函式替 2,000 次搜尋各寫一份報告。**先預測**：30 次裡最好的一次，運氣有多好？

# %% key="honest-report-run"
with hp.predict("day6-best-of-thirty"):
    if hp.check("honest_report", honest_report).passed:
        rng, lucky = np.random.default_rng(6), {}
        for tries in [1, 3, 30, 300]:
            true = np.zeros((tries, 1))
            luck = [honest_report(rng.normal(size=tries), true)[2] for _ in range(2000)]
            lucky[tries] = np.mean(luck)
            hp.say(
                f"best of {tries:>3} tries: luck {lucky[tries]:.2f} standard deviations"
            )
    else:
        hp.say("Your function first.")

# %% bind="day6-best-of-thirty"
right("About two standard deviations", 1.8 < lucky[30] < 2.3)

# %% bind="honest-report-use"
free("equally good", "一樣好", "how the tries are drawn")

# %% [markdown] key="honest-report-seen" lang="en"
# <details><summary>After your answer: the price of searching</summary>
#
# With one try there is nothing to choose, and no luck. The lowest of 30 equally good tries lies 2.04 standard deviations too low on average (exactly 2.043, the expected largest of 30 standard normal numbers), although nothing has been found at all. With 300 it is less than one standard deviation more, but the growth never ends. So whoever reports the best of a search reports, in part, how long it was. A fresh seed costs one training and, on average, takes the luck away.
#
# </details>

# %% [markdown] key="honest-report-seen" lang="zh-TW" of="1e60a06b"
# <details><summary>作答之後：搜尋的代價</summary>
#
# 只試一次，沒得挑，也就沒有運氣可言。30 次一樣好的嘗試，最低的那次平均低了 2.04 個標準差（精確值是 2.043，也就是 30 個標準常態亂數的最大值的期望值），其實什麼也沒找到。試 300 次，多出來的還不到一個標準差，可是會一直增加下去，沒有盡頭。所以，拿搜尋裡最好的數字當報告，其中一部分只是在報告你搜尋了多久。多花一次訓練，換一個新種子，平均來說，運氣就去掉了。
#
# </details>

# %% bind="honest-report-seen"
says("there is nothing to choose, and no luck", "也就沒有運氣可言", abs(lucky[1]) < 0.1)
says(
    "The lowest of 30 equally good tries lies 2.04 standard deviations too low",
    "30 次一樣好的嘗試，最低的那次平均低了 2.04 個標準差",
    abs(lucky[30] - 2.043) < 0.05,
)
free(
    "exactly 2.043, the expected largest of 30 standard normal numbers",
    "精確值是 2.043，也就是 30 個標準常態亂數的最大值的期望值",
    "a known value, and a test",
)
says(
    "With 300 it is less than one standard deviation more",
    "試 300 次，多出來的還不到一個標準差",
    0.5 < lucky[300] - lucky[30] < 1,
)
free("reports the best of a search", "搜尋裡最好的數字", "in general")

# %% [markdown] key="loss-map" lang="en"
# ## 6. A map with steps in it (2 points)
#
# A map of the loss shows where an optimizer has to go. In the notebooks to *Hands-On Machine Learning*, a book by Aurélien Géron, there is such a map, in [a comparison of three kinds of gradient descent](https://github.com/ageron/handson-ml3/blob/main/extra_gradient_descent_comparison.ipynb). The picture looks right. But the table behind it holds whole numbers only: a loss of 3.99 is stored as 3. Nothing warns of it.
#
# The function below is ours and has the same trouble. It computes the mean squared error of lines $\hat y = w x + b$ on the data `x`, `y`, for every bias $b$ in `biases` (one row each) and every weight $w$ in `weights` (one column each):
#
# $$L(w, b) = \frac{1}{n}\sum_{i=1}^{n} (w x_i + b - y_i)^2$$
#
# Run it. How many lines share the lowest loss? Then write `loss_map` so that it keeps all decimal places, whatever numbers it is given: data and grid may be whole numbers too.
#
# <details><summary>Hint</summary>
#
# Ask the table for its `dtype`. Which type does NumPy choose for an array of zeros written as `0`? And what becomes of a number with decimal places that is written into such an array?
#
# </details>

# %% [markdown] key="loss-map" lang="zh-TW" of="d773aea1"
# ## 6. 有階梯的地圖（2 分）
#
# 損失的地圖畫出最佳化器該往哪裡走。Aurélien Géron 的書 *Hands-On Machine Learning*，所附的筆記本裡就有這樣一張地圖，用來[比較三種梯度下降](https://github.com/ageron/handson-ml3/blob/main/extra_gradient_descent_comparison.ipynb)。圖看起來沒問題，可是背後的表格只能存整數：損失 3.99 存成了 3，而且沒有任何警告。
#
# 下面的函式是我們自己寫的，有同樣的毛病。它算的是直線 $\hat y = w x + b$ 在資料 `x`、`y` 上的均方誤差：`biases` 裡的每個偏差 $b$ 占一列，`weights` 裡的每個權重 $w$ 占一欄：
#
# $$L(w, b) = \frac{1}{n}\sum_{i=1}^{n} (w x_i + b - y_i)^2$$
#
# 請執行看看：有幾條直線並列損失最低？然後寫出 `loss_map`，不管拿到什麼數字，小數都要留住；資料和格點也可能是整數。
#
# <details><summary>提示</summary>
#
# 問問那張表格的 `dtype`。每一項都寫成 `0` 的陣列，NumPy 會選哪一種型別？把有小數的數字寫進這樣的陣列，會變成什麼？
#
# </details>


# %% key="loss-map-broken"
def broken_map(weights, biases, x, y):
    table = np.array([[0] * len(weights)] * len(biases))
    for i, bias in enumerate(biases):
        for j, weight in enumerate(weights):
            table[i, j] = np.mean((weight * x + bias - y) ** 2)
    return table


x = np.array([0.0, 1.0, 2.0, 3.0])
y = 1.3 * x + 0.4
weights, biases = np.linspace(0, 3, 61), np.linspace(-1, 2, 61)
table = broken_map(weights, biases, x, y)
hp.say(f"lowest loss: {table.min()} lines that have it: {np.sum(table == table.min())}")


# %% key="loss-map-answer"
def loss_map(weights, biases, x, y):
    ### BEGIN SOLUTION
    lines = np.multiply.outer(np.asarray(weights), np.asarray(x))
    return np.array(
        [np.mean((lines + bias - np.asarray(y)) ** 2, axis=1) for bias in biases]
    )
    ### END SOLUTION


# %% key="loss-map-check" task="loss_map" points=2
hp.check("loss_map", loss_map)

# %% key="loss-map-figure" tags=["nbval-ignore-output"]
if hp.check("loss_map", loss_map).passed:
    fig, axes = plt.subplots(1, 2, figsize=(8, 3.2), sharey=True)
    for ax, name, losses in zip(
        axes, ["before", "yours"], [table, loss_map(weights, biases, x, y)]
    ):
        ax.pcolormesh(weights, biases, np.log(losses + 0.01))
        lowest = np.argwhere(losses == losses.min())
        ax.plot(weights[lowest[:, 1]], biases[lowest[:, 0]], "w.", ms=1)
        ax.set(title=f"{name}: {len(lowest)} lowest", xlabel="weight $w$")
    axes[0].set_ylabel("bias $b$")
    hp.show(fig, "day6-loss-map")
else:
    hp.say("Your map first.")

# %% bind="loss-map"
free("three kinds of gradient descent", "比較三種梯度下降", "the name of a notebook")
says(
    "a loss of 3.99 is stored as 3",
    "損失 3.99 存成了 3",
    np.array([3.99]).astype(table.dtype)[0] == 3,
)
free("share the lowest loss", "並列損失最低", "the question")
whole = loss_map(weights, biases, x, y).astype(table.dtype)
says("the mean squared error of lines", "均方誤差", np.array_equal(table, whole))

# %% [markdown] key="trials-needed" lang="en"
# ## 7. How far does chance carry? (1 point)
#
# The capstone below asks for settings that hold on new seeds. Suppose that 5 in 100 settings drawn at random are good enough, and that you could tell at once whether one is. How many must you draw so that the chance of having at least one good one is **at least 90%**? Answer with the smallest whole number.
#
# Is that within a budget of 30?
#
# <details><summary>Hint</summary>
#
# The lesson of Day 6 has the formula, for another chance. How likely is it that one draw misses? Two in a row? All of them?
#
# </details>

# %% [markdown] key="trials-needed" lang="zh-TW" of="798c90fe"
# ## 7. 靠運氣能走多遠？（1 分）
#
# 下面的總驗收，要找到換了新種子也站得住的設定。假設隨機抽出的設定，100 組裡有 5 組夠好，而且一試就看得出好不好。要抽幾組，才有**至少 90%** 的機率，其中至少有一組夠好？請回答最小的整數。
#
# 30 次的預算夠嗎？
#
# <details><summary>提示</summary>
#
# 第 6 天的課程裡有公式，只是算的是另一個機率。抽一次落空的機率是多少？連續兩次呢？全部落空呢？
#
# </details>

# %% key="trials-needed-answer"
trials_needed = 45  ### SOLUTION

# %% bind="trials-needed"
from hpcourse.checks.tasks import day6
from hpcourse.page import laboratory

says("5 in 100 settings", "100 組裡有 5 組", day6.SHARE == 0.05)
says("at least 90%", "至少 90%", day6.CHANCE == 0.9)
says(
    "the smallest whole number",
    "請回答最小的整數",
    0.95**trials_needed <= 0.1 < 0.95 ** (trials_needed - 1),
)
says("within a budget of 30", "30 次的預算", laboratory.BUDGET == 30)

# %% key="trials-needed-check" task="trials_needed" points=1
hp.check("trials_needed", trials_needed)

# %% [markdown] key="capstone" lang="en"
# ## 8. The capstone (6 points)
#
# **The problem.** A network (64 inputs, 32 hidden units, 10 classes) is to read handwritten digits, and it may see each of its 1,150 training images only three times. **Find settings with which at least 18 of 20 new starts read 94% or more.** The check draws the starts anew, and uses images that none of your trainings has seen. If fewer starts make it, you get that share of the points.
#
# **The laboratory.** You have 30 trainings. `lab.train(...)` makes one, with one seed, and tells how many of 287 validation images the network reads. The settings:
#
# | setting | values | if you say nothing |
# |---|---|---|
# | `optimizer` | `"SGD"`, `"Momentum"`, `"Nesterov"`, `"AdaGrad"`, `"RMSProp"`, `"Adam"`, `"AdamW"`, `"Lion"` (Day 7) | `"Adam"` |
# | `lr` | greater than 0, up to 1000; the peak rate of a schedule | `0.001` |
# | `batch_size` | 8 to 512 | `64` |
# | `schedule` | `"constant"`, `"exponential"`, `"cosine"`, `"warmup + cosine"` | `"constant"` |
# | `momentum` | 0 or more, below 1; for `"Momentum"` and `"Nesterov"` | `0.9` |
# | `seed` | 0 to 999 | `0` |
#
# A list in place of a value makes a training of each of its entries, as in `lr=[0.1, 1]` or `seed=range(1, 4)`; several lists make all combinations. A setting that makes no sense costs nothing, nor does a training that is in the log already. `lab.log` is your laboratory journal, `lab.plot()` draws it. It is kept in the file `capstone_log.json` next to the notebook, and so survives a restart of the kernel.
#
# <details><summary>Hint</summary>
#
# The page for Monday in the lesson is a plan: which batch size to begin with, which schedule, how to find the order of magnitude of the rate, and what to do when the best value stands at the end of a range. After every change of the batch size or the optimizer the rate wants to be tuned again. Keep about half of the budget for seeds: a training that reaches 94% once has shown only that it can.
#
# </details>

# %% [markdown] key="capstone" lang="zh-TW" of="3dd354ef"
# ## 8. 總驗收（6 分）
#
# **問題**：一個網路（64 個輸入、32 個隱藏單元、10 個類別）要辨識手寫數字，1,150 張訓練影像每張只能看三次。**請找出一組設定，讓 20 個新起點裡至少有 18 個，訓練完能認對 94% 以上。** 檢查時會重新抽起點，用的影像也是你的訓練從沒看過的。達標的起點不夠多，就照比例給分。
#
# **實驗室**：你有 30 次訓練。`lab.train(...)` 用一個種子訓練一次，告訴你網路在 287 張驗證影像裡認對多少。可以設定的有：
#
# | 設定 | 可以用的值 | 不寫的話 |
# |---|---|---|
# | `optimizer`（最佳化器） | `"SGD"`、`"Momentum"`、`"Nesterov"`、`"AdaGrad"`、`"RMSProp"`、`"Adam"`、`"AdamW"`、`"Lion"`（第 7 天才介紹） | `"Adam"` |
# | `lr`（學習率） | 大於 0，最多 1000；有排程時是最高的學習率 | `0.001` |
# | `batch_size`（批次大小） | 8 到 512 | `64` |
# | `schedule`（排程） | `"constant"`、`"exponential"`、`"cosine"`、`"warmup + cosine"` | `"constant"` |
# | `momentum`（動量） | 0 以上、小於 1，只用在 `"Momentum"` 和 `"Nesterov"` | `0.9` |
# | `seed`（種子） | 0 到 999 | `0` |
#
# 把值換成串列，串列裡每一項各訓練一次，例如 `lr=[0.1, 1]` 或 `seed=range(1, 4)`；好幾個串列，就訓練所有的組合。不合理的設定不花預算，紀錄裡已經有的訓練也不再花。`lab.log` 是你的實驗紀錄，`lab.plot()` 把它畫成圖。紀錄存在筆記本旁邊的檔案 `capstone_log.json`，重新啟動核心也還在。
#
# <details><summary>提示</summary>
#
# 課程裡「給星期一的一頁」就是計畫：批次大小從哪裡開始、用哪種排程、怎麼找到學習率的數量級、最好的值落在範圍的一端時怎麼辦。每次換批次大小或最佳化器，學習率都要重調。預算留大約一半給種子：一次訓練達到 94%，只證明它辦得到一次。
#
# </details>

# %% key="capstone-lab"
lab = hp.Laboratory(budget=30)
lab

# %% bind="capstone"
from hpcourse.checks import capstone
from hpcourse.page import laboratory

settings = laboratory.DEFAULTS
says(
    "64 inputs, 32 hidden units, 10 classes",
    "64 個輸入、32 個隱藏單元、10 個類別",
    laboratory.problem()[0].sizes == (64, 32, 10),
)
says(
    "1,150 training images only three times",
    "1,150 張訓練影像每張只能看三次",
    (laboratory.TRAINING, laboratory.EPOCHS) == (1150, 3),
)
says(
    "at least 18 of 20 new starts read 94% or more",
    "20 個新起點裡至少有 18 個，訓練完能認對 94% 以上",
    (capstone.ENOUGH, capstone.STARTS, laboratory.TARGET) == (18, 20, 0.94),
)
free("none of your trainings has seen", "", "which images the check takes")
free("fewer starts make it", "", "how points are given")
says("You have 30 trainings", "你有 30 次訓練", lab.budget == 30)
says("of 287 validation images", "在 287 張驗證影像", laboratory.VALIDATION == 287)
says(
    "greater than 0, up to 1000; the peak rate of a schedule | `0.001` |",
    "大於 0，最多 1000；有排程時是最高的學習率 | `0.001` |",
    (laboratory.LARGEST_RATE, settings["lr"]) == (1000, 0.001),
)
says(
    "8 to 512 | `64` |",
    "8 到 512 | `64` |",
    (*laboratory.BATCH_SIZES, settings["batch_size"]) == (8, 512, 64),
)
says(
    "0 or more, below 1; ... `0.9`",
    "0 以上、小於 1，... `0.9`",
    settings["momentum"] == 0.9,
)
says("| `seed` | 0 to 999", "| `seed`（種子） | 0 到 999", laboratory.SEEDS == 1000)
free("when the best value stands ... 94% once", "最好的值落在 ... 達到 94%", "the hint")

# %% [markdown] key="capstone-first" lang="en"
# The first training is there to get to know the laboratory: the defaults, as they are. It costs one of the 30.

# %% [markdown] key="capstone-first" lang="zh-TW" of="1d767807"
# 第一次訓練，先認識一下實驗室：全部用預設值。這會用掉 30 次裡的一次。

# %% key="capstone-defaults" tags=["nbval-ignore-output"]
lab.train()

# %% [markdown] key="capstone-rates" lang="en"
# **First the rate.** Choose where to begin, and find the order of magnitude of the rate. Add cells as you like. Does the best rate stand at the end of your range?

# %% [markdown] key="capstone-rates" lang="zh-TW" of="1f3b594d"
# **先找學習率。** 決定從哪裡開始，找出學習率的數量級。想加幾格都可以。最好的學習率是不是落在你所試範圍的一端？

# %% key="capstone-rates-search" tags=["nbval-ignore-output"]
### BEGIN SOLUTION
lab.train("AdamW", lr=[0.001, 0.01, 0.1], batch_size=32, schedule="cosine")
lab.train(
    "AdamW", lr=[0.03, 0.3], batch_size=32, schedule="cosine"
)  # 0.1 was the largest
### END SOLUTION
lab.log

# %% [markdown] key="capstone-others" lang="en"
# **Then the other settings**, each with its rate tuned again. What does a smaller batch do, when every image may be seen only three times? Which schedule, which optimizer?

# %% [markdown] key="capstone-others" lang="zh-TW" of="8c46cfae"
# **再看其他設定**，每換一個，學習率都重調。每張影像只能看三次的時候，批次小一點會怎樣？用哪種排程、哪個最佳化器？

# %% key="capstone-others-search" tags=["nbval-ignore-output"]
### BEGIN SOLUTION
lab.train("AdamW", lr=[0.01, 0.03], batch_size=16, schedule="cosine")
lab.train("AdamW", lr=[0.03, 0.1], batch_size=16, schedule="warmup + cosine")
lab.train("Momentum", lr=[0.03, 0.1, 0.3], batch_size=16, schedule="cosine")
### END SOLUTION
lab.log

# %% bind="capstone-others"
from hpcourse.page import laboratory

says("may be seen only three times", "每張影像只能看三次", laboratory.EPOCHS == 3)

# %% [markdown] key="capstone-seeds" lang="en"
# **Last the seeds.** Choose two or three finalists and train each with several seeds. **Predict:** will the one that is ahead now stay ahead?

# %% [markdown] key="capstone-seeds" lang="zh-TW" of="b5ba6bfa"
# **最後是種子。** 選出兩三組決選設定，各用幾個種子訓練。**先預測**：現在領先的，等一下還會領先嗎？

# %% key="capstone-seeds-search" tags=["nbval-ignore-output"]
### BEGIN SOLUTION
for batch_size, schedule in [(32, "cosine"), (16, "warmup + cosine")]:
    lab.train(
        "AdamW", lr=0.03, batch_size=batch_size, schedule=schedule, seed=range(1, 6)
    )
lab.train("Momentum", lr=0.1, batch_size=16, schedule="cosine", seed=range(1, 6))
### END SOLUTION
lab.plot()

# %% key="capstone-means" tags=["nbval-ignore-output"]
finalists = {}
for trial in lab.log:
    name = " ".join(f"{setting}={value}" for setting, value in trial.settings.items())
    finalists.setdefault(name, []).append(trial.accuracy or 0)
for name, found in finalists.items():
    if len(found) > 1:
        hp.say(
            f"{len(found)} seeds: mean {np.mean(found):.1%}, "
            f"lowest {min(found):.1%}  {name}"
        )

# %% bind="capstone-seeds"
free("two or three finalists", "兩三組決選設定", "advice")

# %% [markdown] key="capstone-ask" lang="en"
# Now choose. `settings` is a dictionary with the names of the table above, without a seed; the check has its own. Whoever runs the check again and again, and changes the settings until it is satisfied, tunes on the test images in its drawer. So check when your log has convinced you.

# %% [markdown] key="capstone-ask" lang="zh-TW" of="5d0b9b04"
# 現在做決定。`settings` 是一個字典，用上面表格裡的名稱，不含種子，因為檢查會用自己的種子。一次又一次執行檢查，把設定改到它滿意為止，等於拿抽屜裡的測試影像來調參。所以，等你的紀錄說服了你，再執行檢查。

# %% key="capstone-answer"
settings = {"optimizer": "Momentum", "lr": 0.1, "batch_size": 16, "schedule": "cosine"}  ### SOLUTION  # fmt: skip

# %% key="capstone-check" task="capstone" points=6 tags=["nbval-ignore-output"]
hp.check("capstone", settings)

# %% [markdown] key="capstone-report" lang="en"
# **Your report.** Write here, in three or four sentences: which settings you chose, and why you believe in them; which other settings did as well, as far as your seeds can tell; what you would try with 30 trainings more. (Nobody grades this cell. But this is the part that a colleague would read.)
#
# *Write here.*

# %% [markdown] key="capstone-report" lang="zh-TW" of="04c9fcc5"
# **你的報告**：在這裡用三四句話寫下來：你選了哪組設定，為什麼相信它；從你的種子來看，還有哪些設定一樣好；如果再給你 30 次訓練，你會試什麼。（這一格不評分。但同事會讀的，正是這一段。）
#
# *請寫在這裡。*

# %% bind="capstone-report"
free("three or four sentences", "三四句話", "a task")
says("with 30 trainings more", "如果再給你 30 次訓練", lab.budget == 30)
free("did as well", "還有哪些設定一樣好", "a task")
free("Nobody grades", "", "this cell")

# %% bind="title"
says("with a budget of 30", "用 30 次訓練的預算", lab.budget == 30)
free("half of the time", "大約要花一半的時間", "an estimate")

# %% [markdown] key="end" lang="en"
# ## Done
#
# On Day 1 a learning rate was a number that one leaves as it is. Now you can say what a curve shows and what it hides, judge a comparison, and find good settings within a budget, with seeds to prove it. Take a network of your own and do the same.
#
# Back to [the lesson of Day 6](day6_summary.ipynb), whose page for Monday may hang on your wall.

# %% [markdown] key="end" lang="zh-TW" of="7df93b47"
# ## 完成
#
# 在第 1 天，學習率只是一個沒人去動的數字。現在你說得出一條曲線透露了什麼、又藏了什麼，能評斷一場比較，也能在預算之內找到好的設定，並用種子證明。拿一個自己的網路，照著做一次吧。
#
# 回到[第 6 天的課程](day6_summary.ipynb)，「給星期一的一頁」可以貼在牆上。

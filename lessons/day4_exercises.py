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
# # Day 4 · Exercises: SGD and momentum
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday4_exercises.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day4_exercises.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day4_exercises.ipynb) · [English](../en/day4_exercises.ipynb) · [繁體中文](../zh-TW/day4_exercises.ipynb)
#
# **You will do:** write momentum; work out how long its steps get, and look again at a published comparison; derive the best setting for a ravine and count what it saves; read its memory off a curve; mend a look ahead that looks too far; and plan a walk through noise on your own.
#
# **You need:** [the lesson of Day 4](day4_sgd_and_momentum.ipynb). About 45 minutes, 7 tasks, 12 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.

# %% [markdown] key="title" lang="zh-TW" of="de5bb735"
# # 第 4 天 · 練習：SGD 與動量
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday4_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day4_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day4_exercises.ipynb) · [English](../en/day4_exercises.ipynb) · [繁體中文](../zh-TW/day4_exercises.ipynb)
#
# **你會動手做**：自己寫出動量法；算出它的步伐最後會有多長，再回頭看一項公開的比較；推導出一個山谷最好的設定，數數看省了幾步；從一條曲線讀出它的記憶有多長；修好一個看得太遠的「先往前看」；最後自己規劃一條穿過雜訊的路。
#
# **你需要**：[第 4 天的課程](day4_sgd_and_momentum.ipynb)。大約 45 分鐘，7 題，共 12 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
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

# %% [markdown] key="momentum-step" lang="en"
# ## 1. A step that remembers (1 point)
#
# Write one step of momentum:
#
# $$v_t = \gamma\,v_{t-1} + \eta\,g_t, \qquad w \leftarrow w - v_t$$
#
# `w` holds the weights $w$, `v` the last step $v_{t-1}$, the **velocity**, and `grad` the gradient $g_t$: arrays of the same shape. `lr` is the learning rate $\eta$, `momentum` is the momentum coefficient $\gamma$. As in the lesson, the learning rate stands at the gradient, and the gradient counts in full, not with a share of $1-\gamma$. Return two things, in this order: the new weights, and the new $v_t$.
#
# Before you write: from rest, with $v_0 = 0$, how does the first step differ from that of plain gradient descent?
#
# <details><summary>Hint</summary>
#
# Two lines and a `return`. Which of the two has to come first, so that the weights move by the *new* step?
#
# </details>

# %% [markdown] key="momentum-step" lang="zh-TW" of="e860079e"
# ## 1. 記得上一步（1 分）
#
# 寫出動量法的一步：
#
# $$v_t = \gamma\,v_{t-1} + \eta\,g_t, \qquad w \leftarrow w - v_t$$
#
# `w` 是權重 $w$，`v` 是上一步 $v_{t-1}$，也就是**速度**（velocity），`grad` 是梯度 $g_t$，三個都是陣列，形狀相同。`lr` 是學習率 $\eta$，`momentum` 是動量係數 $\gamma$。和課程一樣，學習率乘在梯度上，而且梯度是完整加進來，不是只加 $1-\gamma$ 倍。請依序傳回兩樣東西：新的權重，以及新的 $v_t$。
#
# 動手之前想一想：從靜止開始，也就是 $v_0 = 0$，第一步和一般的梯度下降有什麼不同？
#
# <details><summary>提示</summary>
#
# 兩行，再加一個 `return`。哪一行要先寫，權重才會照著**新的**一步移動？
#
# </details>


# %% key="momentum-step-answer"
def momentum_step(w, v, grad, lr, momentum):
    ### BEGIN SOLUTION
    v = momentum * v + lr * grad
    return w - v, v
    ### END SOLUTION


# %% bind="momentum-step"
free("", "三個都是陣列", "what the function gets")

# %% key="momentum-step-check" task="momentum_step" points=1 tags=["nbval-ignore-output"]
hp.check("momentum_step", momentum_step)

# %% [markdown] key="effective-lr" lang="en"
# ## 2. How long does the step get? (1 point)
#
# Let the gradient stay the same, $g$, and start from rest. The steps are $\eta g$, then $\eta g\,(1+\gamma)$, then $\eta g\,(1+\gamma+\gamma^2)$, and so on. Where does this end?
#
# Write a function that takes `lr` ($\eta$) and `momentum` ($\gamma$, from 0 up to but not including 1) and returns the **effective rate**: the length of the step in the end, for a gradient of 1.
#
# <details><summary>Hint</summary>
#
# In the end the step no longer changes: $v_t$ equals $v_{t-1}$. Put that into the formula of task 1 and solve it for $v$. Test it with $\gamma = 0$: what has to come out?
#
# </details>

# %% [markdown] key="effective-lr" lang="zh-TW" of="c24715a4"
# ## 2. 步伐會變成多長？（1 分）
#
# 讓梯度一直保持 $g$，從靜止開始走。步伐依序是 $\eta g$、$\eta g\,(1+\gamma)$、$\eta g\,(1+\gamma+\gamma^2)$……最後會變成多長？
#
# 寫一個函式，接收 `lr`（$\eta$）和 `momentum`（動量係數 $\gamma$，從 0 到 1，不含 1），傳回**有效學習率**：梯度是 1 時，步伐最後的長度。
#
# <details><summary>提示</summary>
#
# 到最後，步伐不再改變，$v_t$ 等於 $v_{t-1}$。把這件事代進第 1 題的公式，解出 $v$。再用 $\gamma = 0$ 檢查：應該得到什麼？
#
# </details>


# %% key="effective-lr-answer"
def effective_lr(lr, momentum):
    ### BEGIN SOLUTION
    return lr / (1 - momentum)
    ### END SOLUTION


# %% key="effective-lr-check" task="effective_lr" points=1
hp.check("effective_lr", effective_lr)

# %% [markdown] key="comparison" lang="en"
# **Use it.** An assignment of Stanford's [CS231n](https://cs231n.github.io/), a course from which very many people have learned all this, trains a network with SGD and with momentum 0.9, once each, both at the learning rate 0.005. Momentum learns much faster. How much of that lead is memory, and how much is just longer steps?
#
# Here is the same comparison on the digits, with five seeds. A third line gives SGD the *effective* rate of momentum, worked out by your function. **Predict:** which two lines will be alike?

# %% [markdown] key="comparison" lang="zh-TW" of="16d6a0fb"
# **用用看**：史丹佛大學的 [CS231n](https://cs231n.github.io/) 是許許多多人學這些東西的啟蒙課程。它有一份作業，把同一個網路用 SGD 和動量 0.9 各訓練一次，學習率都是 0.005。結果動量法學得快得多。這個領先，有多少來自記憶，又有多少只是因為步伐比較長？
#
# 下面用手寫數字做同樣的比較，跑五個種子。印出的第三行讓 SGD 用動量法的**有效**學習率，由你的函式來算。**先預測**：哪兩行的結果會差不多？

# %% key="comparison-run" tags=["nbval-ignore-output", "long"]
with hp.predict("day4-comparison"):
    if hp.check("effective_lr", effective_lr).passed:
        longer = effective_lr(0.005, 0.9)
        rules = {
            "SGD": hp.SGD(0.005),
            "Momentum": hp.Momentum(0.005, 0.9),
            "SGD, effective": hp.SGD(longer),
        }
        job, middle = {"batch_size": 64, "epochs": 10, "seed": range(5)}, {}
        for name, rule in rules.items():
            run = hp.train(hp.MLP((64, 32, 10)), hp.digits(), rule, **job)
            low, loss, high = np.quantile(run.train_loss, [0, 0.5, 1])
            middle[name] = loss
            hp.say(
                f"{name:<14} at {rule.lr:<6.3g} training loss {loss:.2f} ({low:.2f} "
                f"to {high:.2f})"
            )
    else:
        hp.say("Your function first.")

# %% bind="day4-comparison"
apart = [
    np.log(middle["Momentum"] / middle[name]) for name in ("SGD", "SGD, effective")
]
right("The last two", abs(apart[1]) < abs(apart[0]) / 4)
says(
    "SGD at 0.005, momentum 0.9 at 0.005",
    "SGD 用 0.005、動量 0.9 用 0.005",
    (rules["SGD"].lr, rules["Momentum"].lr, rules["Momentum"].momentum)
    == (0.005, 0.005, 0.9),
)
says(
    "a step of momentum grows to ten times η",
    "動量法的一步會成長到 η 的十倍",
    np.isclose(longer, 0.05),
)
says("much farther in ten epochs", "十個訓練週期會走得遠得多", job["epochs"] == 10)

# %% bind="comparison"
plain, heavy = rules["SGD"], rules["Momentum"]
says("momentum 0.9, once each", "動量 0.9 各訓練一次", heavy.momentum == 0.9)
says(
    "both at the learning rate 0.005", "學習率都是 0.005", plain.lr == heavy.lr == 0.005
)
free("Momentum learns much faster", "", "what the assignment shows")
says(
    "the *effective* rate of momentum",
    "**有效**學習率",
    rules["SGD, effective"].lr == heavy.lr / (1 - heavy.momentum),
)
says("with five seeds", "跑五個種子", len(job["seed"]) == 5)

# %% [markdown] key="best-momentum" lang="en"
# ## 3. The best pair (2 points)
#
# A bowl has curvatures from $\lambda_{\min}$ to $\lambda_{\max}$. Where does the star of the lesson's map stand, and why there? Find it from what has to hold. In a direction of curvature $\lambda$ the ball **swings** through the minimum as long as
#
# $$(1-\sqrt\gamma)^2 \le \eta\,\lambda \le (1+\sqrt\gamma)^2,$$
#
# and then each step leaves about the share $\sqrt\gamma$ of the distance, whatever $\eta$ and $\lambda$ are. Below the lower end it creeps, above the upper end it changes sides at every step, and both ways each step leaves more. So the best pair is the one with the **smallest $\gamma$** at which *all* directions of the bowl still swing.
#
# Write a function that takes `smallest` ($\lambda_{\min}$) and `largest` ($\lambda_{\max}$), both positive, and returns this pair: learning rate first, then momentum. What will it return for a round bowl, in which both are equal?
#
# <details><summary>Hint</summary>
#
# At the smallest $\gamma$ there is no room left: one direction of the bowl stands at the lower end, another at the upper one. Which are they? That makes two equations for $\eta$ and $\gamma$. Take the square root of each: what do they add up to?
#
# </details>

# %% [markdown] key="best-momentum" lang="zh-TW" of="8d59d822"
# ## 3. 最好的一組（2 分）
#
# 一個碗的曲率從 $\lambda_{\min}$ 到 $\lambda_{\max}$。課程裡那張地圖上的星號在哪裡？為什麼在那裡？請從它必須滿足的條件，自己把它推出來。在曲率為 $\lambda$ 的方向上，只要
#
# $$(1-\sqrt\gamma)^2 \le \eta\,\lambda \le (1+\sqrt\gamma)^2,$$
#
# 球就會在最小值兩邊來回**擺盪**；這時不管 $\eta$ 和 $\lambda$ 是多少，每走一步，距離大約都變成原來的 $\sqrt\gamma$ 倍。比下限小，球只會慢慢爬；比上限大，球每一步都跳到另一邊；不管哪一種，每一步剩下的距離都比較多。所以最好的一組，就是讓碗的每個方向都還能擺盪，而 **$\gamma$ 最小**的那一組。
#
# 寫一個函式，接收 `smallest`（$\lambda_{\min}$）和 `largest`（$\lambda_{\max}$），兩者都是正的，傳回這一組：先學習率，再動量。如果碗是圓的，兩個曲率相等，它會傳回什麼？
#
# <details><summary>提示</summary>
#
# $\gamma$ 最小的時候，一點餘裕也沒有：碗的某個方向正好落在下限，另一個方向正好落在上限。各是哪個方向？這樣就有兩個等式，可以解出 $\eta$ 和 $\gamma$。兩個等式都開平方，再相加看看：得到什麼？
#
# </details>


# %% key="best-momentum-answer"
def best_momentum(smallest, largest):
    ### BEGIN SOLUTION
    low, high = np.sqrt(smallest), np.sqrt(largest)
    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2
    ### END SOLUTION


# %% bind="best-momentum"
free("The best pair (2", "最好的一組（2 分）", "the task")
free(
    "Below the lower end ... leaves more",
    "剩下的距離都比較多",
    "algebra: the claims measure it",
)
free("So the best pair ... at which", "所以最好的一組，就是", "bound by the line below")
free("", "而 **$\\gamma$ 最小**的那一組", "the same")
free("At the smallest $\\gamma$ ... the lower end", "$\\gamma$ 最小的時候", "the hint")
lr, momentum = best_momentum(1.0, 9.0)
ends = (1 - np.sqrt(momentum)) ** 2, (1 + np.sqrt(momentum)) ** 2
says(
    "directions of the bowl still swing",
    "方向都還能擺盪",
    np.allclose(ends, [lr * 1.0, lr * 9.0]),
)

# %% key="best-momentum-check" task="best_momentum" points=2
hp.check("best_momentum", best_momentum)

# %% [markdown] key="steps-growth" lang="en"
# ## 4. What does a longer ravine cost? (1 point)
#
# Now your two functions walk together. `steps_needed(kappa)` counts their steps in a ravine with condition number $\kappa$, from $(1, 1)$ until a millionth of the distance is left. Plain gradient descent, at *its* best rate, is there for comparison.
#
# Go from $\kappa = 100$ to $\kappa = 10{,}000$. **Predict:** by what factor does the number of your steps grow? Then count, and answer with the factor; it may be off by a tenth or so.
#
# <details><summary>Hint</summary>
#
# Add the second condition number to the list. The factor is the larger count divided by the smaller one.
#
# </details>

# %% [markdown] key="steps-growth" lang="zh-TW" of="86ca64ae"
# ## 4. 山谷更長，要付出多少代價？（1 分）
#
# 現在讓你的兩個函式一起走。`steps_needed(kappa)` 會數它們在條件數為 $\kappa$ 的山谷裡走了幾步：從 $(1, 1)$ 出發，一直走到距離只剩百萬分之一。旁邊附上一般的梯度下降，用**它自己**最好的學習率，當作比較。
#
# 從 $\kappa = 100$ 換到 $\kappa = 10{,}000$。**先預測**：你的步數會變成幾倍？再實際數數看，然後回答倍數，差個一成左右沒關係。
#
# <details><summary>提示</summary>
#
# 把第二個條件數加進串列裡。倍數就是大的步數除以小的步數。
#
# </details>


# %% key="steps-growth-count"
def steps_needed(kappa, limit=100_000):
    w, v = np.ones(2), np.zeros(2)
    lr, momentum = best_momentum(1, kappa)
    for step in range(limit):
        if np.linalg.norm(w) <= 1e-6 * np.sqrt(2):
            return step
        w, v = momentum_step(w, v, np.array([1, kappa]) * w, lr, momentum)
    return limit


# %% key="steps-growth-try"
both = ("momentum_step", momentum_step), ("best_momentum", best_momentum)
if all(hp.check(*task).passed for task in both):
    for kappa in [100]:  # your condition numbers
        plain = np.log(1e-6) / np.log(
            (kappa - 1) / (kappa + 1)
        )  # each step leaves this share
        hp.say(
            f"κ = {kappa}: gradient descent {np.ceil(plain):.0f} steps, "
            f"you {steps_needed(kappa)}"
        )
else:
    hp.say("Tasks 1 and 3 first: your two functions walk here.")

# %% key="steps-growth-answer"
steps_growth = steps_needed(10_000) / steps_needed(100)  ### SOLUTION

# %% key="steps-growth-check" task="steps_growth" points=1
hp.check("steps_growth", steps_growth)

# %% bind="steps-growth"
share = 1e-6  # of the distance
short, long = steps_needed(100), steps_needed(10_000)
left, lr_momentum = [], best_momentum(1, 100)
for steps in (short - 1, short):
    w, v = np.ones(2), np.zeros(2)
    for _ in range(steps):
        w, v = momentum_step(w, v, np.array([1, 100]) * w, *lr_momentum)
    left.append(np.linalg.norm(w / np.sqrt(2)))
free("from $(1, 1)$", "從 $(1, 1)$", "the start: np.ones(2), bound by the count")
says("until a millionth of the distance", "只剩百萬分之一", left[1] <= share < left[0])
alone = np.linalg.norm(
    hp.descend(hp.Quadratic([1, 100]), hp.SGD(2 / 101), (1.0, 1.0), 1000).w, axis=1
)
says(
    "Plain gradient descent, at *its* best rate, is there",
    "旁邊附上一般的梯度下降，用**它自己**最好的學習率",
    (alone > share * alone[0]).sum() - 1
    <= np.ceil(plain)
    <= (alone > share * alone[0]).sum(),
)
says(r"Go from $\kappa = 100$", r"從 $\kappa = 100$ 換到", kappa == 100)
free("a tenth or so", "差個一成左右", "what the check allows")
free("", "會變成幾倍", "the question")
free("larger count divided by the smaller one", "", "the hint")

# %% [markdown] key="hidden-momentum" lang="en"
# ## 5. Read the memory off a curve (2 points)
#
# Two balls roll on the curve $L = w^2/2$ from $w = 1$. They have the same momentum $\gamma$, but their learning rates differ by a factor of ten. The figure shows their distance from the minimum. The dips are where a ball rolls through the minimum.
#
# Before you calculate: what do the two have in common, in spite of their rates?
#
# As long as a ball swings, its tops shrink by the factor $\sqrt\gamma$ per step: from step $s$ to step $t$ by the factor $\big(\sqrt\gamma\big)^{t-s}$. Read two tops off the figure and work out $\gamma$, to within 0.015. (The cell hides $\gamma$ behind a cosine, so that nobody reads it there by accident.)
#
# <details><summary>Hint</summary>
#
# Take two tops of the solid line that are far apart, so that errors in reading count little. Divide the lower by the higher. That is $\big(\sqrt\gamma\big)^{n}$ for the $n$ steps between them; now solve for $\gamma$. A power with a fraction in it takes a root.
#
# </details>

# %% [markdown] key="hidden-momentum" lang="zh-TW" of="3fda32c3"
# ## 5. 從曲線讀出記憶（2 分）
#
# 兩顆球在曲線 $L = w^2/2$ 上，從 $w = 1$ 開始滾。它們的動量 $\gamma$ 相同，學習率卻相差十倍。下圖畫的是它們離最小值的距離；往下凹的地方，就是球正好滾過最小值的時候。
#
# 動手算之前想一想：學習率雖然不同，這兩條線有什麼共同點？
#
# 只要球還在擺盪，波峰每一步就縮小為 $\sqrt\gamma$ 倍：從第 $s$ 步到第 $t$ 步，降為 $\big(\sqrt\gamma\big)^{t-s}$ 倍。請從圖上讀出兩個波峰，算出 $\gamma$，誤差在 0.015 以內。（程式碼把 $\gamma$ 藏在餘弦後面，免得有人不小心看到。）
#
# <details><summary>提示</summary>
#
# 在實線上挑兩個相隔很遠的波峰，讀數的誤差影響才小。用低的除以高的，得到的就是中間這 $n$ 步的 $\big(\sqrt\gamma\big)^{n}$，再解出 $\gamma$。開方可以寫成分數次方。
#
# </details>

# %% key="hidden-momentum-figure"
rates, gamma = [0.03, 0.3], np.cos(0.535)
rolls = hp.descend(hp.Quadratic([1.0]), hp.Momentum(rates, gamma), [1.0], steps=160)
lines = {f"η = {rate}": abs(w[:, 0]) for rate, w in zip(rates, rolls.w)}
fig, ax = plt.subplots(figsize=(8, 4))
hp.figures.named_lines(
    np.arange(161), lines, ax, names="legend", yscale="log", ylim=(1e-6, 2)
)
ax.set(xlabel="step", ylabel="distance", xticks=range(0, 161, 10))
ax.grid(True)
hp.show(fig, "day4-hidden-momentum")

# %% bind="hidden-momentum"
says(
    "differ by a factor of ten",
    "學習率卻相差十倍",
    np.isclose(max(rates), 10 * min(rates)),
)
free("to within 0.015", "誤差在 0.015 以內", "what the check allows")
free("nobody reads it", "", "why there is a cosine")
free("Divide the lower by the higher", "", "the hint")

# %% key="hidden-momentum-answer"
hidden_momentum = (1e-5 / 0.24) ** (2 / (153 - 19))  ### SOLUTION

# %% key="hidden-momentum-check" task="hidden_momentum" points=2
hp.check("hidden_momentum", hidden_momentum)

# %% [markdown] key="nesterov-step" lang="en"
# ## 6. A look ahead that looks too far (2 points)
#
# Nesterov's momentum looks ahead. Its step is
#
# $$v_t = \gamma\,v_{t-1} + \eta\,g_t, \qquad w \leftarrow w - (\gamma\,v_t + \eta\,g_t).$$
#
# Some programs put the first formula into the second, which comes to the same:
#
# $$w \leftarrow w - \big(\gamma^2\,v_{t-1} + (1+\gamma)\,\eta\,g_t\big).$$
#
# So does the code of a much-loved book, Koki Saito's *Deep Learning from Scratch* ([its repository](https://github.com/oreilly-japan/deep-learning-from-scratch)), and so did the library Chainer, where a reader noticed that something was wrong ([issue 4274](https://github.com/chainer/chainer/issues/4274)). Both made the same slip, an easy one to make, and `snippet_step` makes it too. On $L = w^2/2$ it even comes *nearer* at first, as the cell shows. Is it the better rule, then?
#
# Find the slip, and write `nesterov_step` so that it does what the formulas say, in whichever form you like. Arguments and results are as in task 1; $v_t$ is the one of the first formula.
#
# <details><summary>Hint</summary>
#
# Hold the snippet against the last formula, symbol by symbol, and mind the little $t$ and $t-1$. Which of the two is in the snippet's `new`?
#
# </details>

# %% [markdown] key="nesterov-step" lang="zh-TW" of="99991794"
# ## 6. 往前看，卻看得太遠（2 分）
#
# Nesterov 動量會先往前看。它的一步是
#
# $$v_t = \gamma\,v_{t-1} + \eta\,g_t, \qquad w \leftarrow w - (\gamma\,v_t + \eta\,g_t).$$
#
# 有些程式把前一式代入後一式，結果是一樣的：
#
# $$w \leftarrow w - \big(\gamma^2\,v_{t-1} + (1+\gamma)\,\eta\,g_t\big).$$
#
# 深受喜愛的《Deep Learning：用 Python 進行深度學習的基礎理論實作》（Deep Learning from Scratch，齋藤康毅著），程式就是這樣寫的（[書的程式碼](https://github.com/oreilly-japan/deep-learning-from-scratch)）；函式庫 Chainer 也是，後來有讀者發現不對勁（[issue 4274](https://github.com/chainer/chainer/issues/4274)）。兩者出的是同一個小差錯，誰都可能出；`snippet_step` 也一樣。在 $L = w^2/2$ 上，它一開始甚至走得**更近**，下面那一格就看得到。這樣說來，它是比較好的規則嗎？
#
# 請找出這個差錯，再寫出照著公式做的 `nesterov_step`，用哪一種寫法都可以。引數和傳回的結果都和第 1 題一樣；$v_t$ 就是第一式的那個。
#
# <details><summary>提示</summary>
#
# 把程式和最後一個公式一個符號一個符號對照，注意下標是 $t$ 還是 $t-1$。程式裡的 `new` 是哪一個？
#
# </details>


# %% key="nesterov-snippet"
def snippet_step(w, v, grad, lr, momentum):
    new = momentum * v + lr * grad
    return w - (momentum**2 * new + (1 + momentum) * lr * grad), new


walked = {}
for lr, steps in [(0.1, 3), (1.0, 30)]:
    w, v = 1.0, 0.0
    for _ in range(steps):
        w, v = snippet_step(w, v, w, lr, 0.9)  # on this curve the gradient is w itself
    right = hp.descend(hp.Quadratic([1.0]), hp.Nesterov(lr, 0.9), [1.0], steps).end[0]
    walked[lr, steps] = abs(w), abs(right)
    hp.say(
        f"η = {lr}, {steps:>2} steps: distance {abs(w):.4f}, "
        f"the package's Nesterov {abs(right):.4f}"
    )


# %% key="nesterov-step-answer"
def nesterov_step(w, v, grad, lr, momentum):
    ### BEGIN SOLUTION
    v = momentum * v + lr * grad
    return w - (momentum * v + lr * grad), v
    ### END SOLUTION


# %% bind="nesterov-step"
free("issue 4274", "issue 4274", "the number of an issue")
theirs, ours = walked[0.1, 3]
says("comes *nearer* at first", "走得**更近**", theirs < ours)
free("Is it the better rule", "是比較好的規則嗎", "the question")

# %% key="nesterov-step-check" task="nesterov_step" points=2 tags=["nbval-ignore-output"]
hp.check("nesterov_step", nesterov_step)

# %% [markdown] key="nesterov-border" lang="en"
# How much does the slip cost? Both walk 60 steps at each of 300 rates, with $\gamma = 0.9$. Look for the place where each line crosses 1: beyond it the walk ends farther away than it began.

# %% [markdown] key="nesterov-border" lang="zh-TW" of="b1ae259f"
# 這個差錯的代價有多大？讓兩者用 300 個學習率各走 60 步，動量 $\gamma = 0.9$。看看兩條線各在哪裡越過 1：過了那裡，走完反而比出發時更遠。


# %% key="nesterov-border-run"
steps, memory = 60, 0.9


def distance(step, lr):
    w, v = np.ones(1), np.zeros(1)
    for _ in range(steps):
        w, v = step(w, v, 1.0 * w, lr, memory)
    return abs(float(w[0]))


# %% key="nesterov-border-figure"
if hp.check("nesterov_step", nesterov_step).passed:
    rates = np.linspace(0.005, 1.5, 300)
    rules = {"snippet": snippet_step, "yours": nesterov_step}
    ends = {n: np.array([distance(r, lr) for lr in rates]) for n, r in rules.items()}
    fig, ax = plt.subplots(figsize=(7, 3.4))
    look = {"names": "legend", "yscale": "log", "ylim": (1e-20, 1e10)}
    hp.figures.named_lines(rates, ends, ax, **look)
    ax.axhline(1, color="gray", lw=1)
    ax.set(xlabel=r"learning rate $\eta$", ylabel=f"distance after {steps} steps")
    hp.show(fig, "day4-nesterov-border")
    for name, end in ends.items():
        hp.say(f"{name:<7} comes nearer up to η = {rates[end < 1].max():.2f}")
else:
    hp.say("Your function first.")

# %% bind="day4-nesterov-border"
says("Distance after 60 steps", "走 60 步之後的距離", steps == 60)
reach = {name: rates[end < 1].max() for name, end in ends.items()}
says(
    "rises above 1 far earlier than that of the mended rule",
    "比修好的規則早得多就升到 1 以上",
    reach["snippet"] < 0.8 * reach["yours"],
)

# %% [markdown] key="nesterov-seen" lang="en"
# At most of the small rates the snippet really does come nearer: it looks farther ahead, and so brakes harder. But its border comes much sooner, and in a ravine the steepest direction needs all the room up to the border. It is a rule of its own, not the one whose name it bears, and what is known of Nesterov's momentum, such as its border, need not hold for it.

# %% [markdown] key="nesterov-seen" lang="zh-TW" of="09c0783c"
# 學習率小的時候，那段程式多半確實走得離最小值比較近：它看得更遠，所以煞車更用力。但是它的界線來得早很多，而在山谷裡，最陡的方向，偏偏最需要界線以內的空間。它其實是另一種規則，只是掛了 Nesterov 的名字；文獻裡 Nesterov 動量的結果，例如界線在哪裡，對它不一定成立。

# %% bind="nesterov-border"
says("at each of 300 rates", "300 個學習率", len(rates) == 300)
says("Both walk 60 steps", "各走 60 步", steps == 60)
says(r"with $\gamma = 0.9$", r"動量 $\gamma = 0.9$", memory == 0.9)
gray = next(line for line in ax.lines if line.get_color() == "gray").get_ydata()
says(
    "the place where each line crosses 1",
    "兩條線各在哪裡越過 1",
    set(gray) == {distance(lambda w, v, *_: (w, v), 0.1)},
)
free("farther away than it began", "走完反而比出發時更遠", "what the crossing means")

# %% bind="nesterov-seen"
snippet, ours = ends["snippet"], ends["yours"]
small, border = rates < 0.1, {name: rates[end < 1].max() for name, end in ends.items()}
says(
    "really does come nearer",
    "多半確實走得離最小值比較近",
    0.5 < np.mean(snippet[small] < ours[small]) < 1,
)
free("it looks farther ahead", "它看得更遠", "the formula")
says(
    "its border comes much sooner",
    "界線來得早很多",
    border["snippet"] < 0.75 * border["yours"],
)
free(
    "the steepest direction needs",
    "最陡的方向，偏偏最需要",
    "what the best pair asks for",
)

# %% [markdown] key="ravine-plan" lang="en"
# ## 7. Down a noisy ravine (3 points)
#
# What does each of three numbers do for you here: the rate, the momentum, and the rate at the end?
#
# An open task. The ravine has the curvatures 1 and 100, and every gradient carries noise with standard deviation 3 in both directions. You have **100 steps**. You choose the first rate, the momentum and the last rate; in between the rate goes from the first to the last by equal factors. What counts is the loss at the end, the mean of 200 walks. Your plan is tried from 20 starts that are not shown, always the same ones, all at distance 10 from the minimum, and passes when at least **18 of the 20** end at **0.1 or lower**. No constant rate does that, with any momentum.
#
# You have **30 trials**; the cell counts. Before you spend one: which direction sets the border of the rate, and which one is still far from the minimum after 100 steps without momentum? And what is left for the last rate to do?
#
# <details><summary>Hint</summary>
#
# Begin without thinking of noise: task 3 gives a rate and a momentum for this ravine. Then lower the last rate by factors of 3 until it stops helping. With a falling rate, is a little more momentum better?
#
# </details>

# %% [markdown] key="ravine-plan" lang="zh-TW" of="5dbd0019"
# ## 7. 走下有雜訊的山谷（3 分）
#
# 學習率、動量、最後的學習率，這三個數在這裡各有什麼用處？
#
# 這是一道開放題。山谷兩個方向的曲率是 1 和 100，每個梯度在兩個方向上都帶有標準差為 3 的雜訊。你有 **100 步**。請選定一開始的學習率、動量和最後的學習率；從一開始到最後，學習率每一步都乘上同一個倍率。比的是走完時的損失，取 200 條路線的平均。我們會用 20 個沒有公開的起點（每次都是同一組，離最小值的距離都是 10）來試你的計畫，只要 20 個裡至少有 **18 個**的損失在 **0.1 以下**，就算通過。固定的學習率做不到，不管配上什麼動量都一樣。
#
# 你可以試 **30 次**，下面那一格會幫你數。動手試之前，先想一想：學習率的界線由哪個方向決定？沒有動量的話，走了 100 步還離最小值很遠的，又是哪個方向？那麼最後的學習率，又是用來做什麼的？
#
# <details><summary>提示</summary>
#
# 一開始先別管雜訊：第 3 題會告訴你，這個山谷該用什麼學習率和動量。接著把最後的學習率縮小，每次縮為三分之一，直到不再有幫助。學習率會下降的話，動量再大一點會不會更好？
#
# </details>

# %% key="ravine-plan-trial"
trials, budget, ravine = 0, 30, hp.Quadratic([1, 100])
job = {"steps": 100, "noise": 3, "seed": range(200)}
angles = np.radians([10, 35, 60, 85])
starts = 10 * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def trial(lr, momentum, last_lr):
    global trials
    trials += 1
    rule = hp.Momentum(hp.GeometricRamp(lr, last_lr, job["steps"]), momentum)
    walks = hp.descend(ravine, rule, starts, **job)
    loss = walks.loss[..., -1].mean(axis=1)  # one for each start
    hp.say(
        f"{trials} of {budget} trials: lowest {loss.min():.3f}, "
        f"highest {loss.max():.3f}"
    )


# %% bind="ravine-plan"
from hpcourse.checks.tasks import day4

contest = day4.RAVINE_PLAN
says(
    "has the curvatures 1 and 100,",
    "曲率是 1 和 100",
    list(day4.RAVINE) == list(ravine.eigenvalues) == [1, 100],
)
says(
    "noise with standard deviation 3",
    "標準差為 3 的雜訊",
    day4.NOISE == job["noise"] == 3,
)
says("You have **100 steps**", "你有 **100 步**", day4.STEPS == job["steps"] == 100)
says(
    "the mean of 200 walks",
    "取 200 條路線的平均",
    day4.WALKS == len(job["seed"]) == 200,
)
says(
    "tried from 20 starts",
    "我們會用 20 個沒有公開的起點",
    len(day4.HIDDEN_STARTS) == 20,
)
says(
    "at distance 10 from the minimum",
    "離最小值的距離都是 10",
    np.allclose(np.linalg.norm(starts, axis=1), 10),
)
says(
    "**18 of the 20** end at **0.1 or lower**",
    "20 個裡至少有 **18 個**的損失在 **0.1 以下**",
    (contest.enough, len(day4.HIDDEN_STARTS), contest.target) == (18, 20, 0.1),
)
says("You have **30 trials**", "你可以試 **30 次**", budget == 30)
says("after 100 steps without momentum", "走了 100 步還離最小值很遠", day4.STEPS == 100)
free("lower the last rate by factors of 3", "每次縮為三分之一", "the hint")
free("is a little more momentum better", "", "a question")


# %% key="ravine-plan-try" tags=["nbval-ignore-output"]
trial(0.01, 0.5, 0.01)  # your choices

# %% key="ravine-plan-answer"
ravine_plan = 0.03, 0.75, 0.001  ### SOLUTION

# %% key="ravine-plan-check" task="ravine_plan" points=3 tags=["nbval-ignore-output"]
hp.check("ravine_plan", ravine_plan)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You can write momentum, say how long its steps get, and set it for a ravine; and you have counted that a hundred times the condition number then costs about ten times the steps. You can see on a curve that memory sets the pace while the ball swings. And you have met a rule that looked better for three steps and was wrong: whether a rule is right, only the comparison with its formula tells. Through noise you have planned a walk yourself: memory and a large rate to get there, a small rate to settle.
#
# Next: [Day 5, Adam](day5_adam.ipynb).

# %% [markdown] key="end" lang="zh-TW" of="3bb54cda"
# ## 完成
#
# 動量法你會寫了，也說得出它的步伐會變成多長，還能替山谷調好它；你親手數過，山谷的條件數變成一百倍時，調得好的動量法大約只要十倍的步數。從曲線上，你看得出來：球還在擺盪時，快慢由記憶決定。你也遇到了一條規則，頭三步看起來比較好，其實是錯的：規則對不對，要和公式比對才知道。穿過雜訊的路，你也自己規劃過了：靠記憶和大的學習率趕路，靠小的學習率安定下來。
#
# 接下來：[第 5 天，Adam](day5_adam.ipynb)。

# %% bind="end"
says(
    "a hundred times the condition number then costs about ten times the steps",
    "變成一百倍時，調得好的動量法大約只要十倍的步數",
    8 < steps_growth < 12,
)
theirs, ours = walked[0.1, 3]
says(
    "looked better for three steps",
    "頭三步看起來比較好",
    theirs < ours and walked[1.0, 30][0] > 1,
)

# %% bind="title"
free("the best setting for a ravine", "一個山谷最好的設定", "task 3")

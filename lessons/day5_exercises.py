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
# # Day 5 · Exercises: Adam
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday5_exercises.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day5_exercises.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day5_exercises.ipynb) · [English](../en/day5_exercises.ipynb) · [繁體中文](../zh-TW/day5_exercises.ipynb)
#
# **You will do:** write RMSProp, Adam and AdamW, and train a network with each; wake a weight that has slept for 20,000 steps; tell four Adams apart by the length of their steps; find out why an average in a well-known book starts off wrong; invent a rule that learns rare words, too.
#
# **You need:** [the lesson of Day 5](day5_adam.ipynb). About 45 minutes, 7 tasks, 10 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.

# %% [markdown] key="title" lang="zh-TW" of="67c27392"
# # 第 5 天 · 練習：Adam
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday5_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day5_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day5_exercises.ipynb) · [English](../en/day5_exercises.ipynb) · [繁體中文](../zh-TW/day5_exercises.ipynb)
#
# **你會動手做**：自己寫出 RMSProp、Adam 和 AdamW，各訓練一個網路；叫醒一個睡了 20,000 步的權重；從步伐的長度認出四個不同的 Adam；查清楚一本知名的書裡，有個平均為什麼一開頭就不對；設計一個連罕見字也學得起來的規則。
#
# **你需要**：[第 5 天的課程](day5_adam.ipynb)。大約 45 分鐘，7 題，共 10 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
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

# %% [markdown] key="rmsprop-step" lang="en"
# ## 1. RMSProp (1 point)
#
# Write one step of RMSProp:
#
# $$v_t = \rho\,v_{t-1} + (1-\rho)\,g_t^2, \qquad w \leftarrow w - \eta\,\frac{g_t}{\sqrt{v_t} + \epsilon}$$
#
# `w` holds the weights $w$, `v` the running average $v_{t-1}$, and `grad` the gradient $g_t$. `lr` is the learning rate $\eta$, `rho` is $\rho$ and `eps` is $\epsilon$, which stands outside the square root. Every weight has its own average. Return two things, in this order: the new weights, and $v_t$.
#
# What would happen to a weight whose gradient has always been zero, if $\epsilon$ were not there?
#
# <details><summary>Hint</summary>
#
# Update the average first; the divisor uses the new one. Mind its parentheses.
#
# </details>

# %% [markdown] key="rmsprop-step" lang="zh-TW" of="8437e0b8"
# ## 1. RMSProp（1 分）
#
# 寫出 RMSProp 的一步：
#
# $$v_t = \rho\,v_{t-1} + (1-\rho)\,g_t^2, \qquad w \leftarrow w - \eta\,\frac{g_t}{\sqrt{v_t} + \epsilon}$$
#
# `w` 是權重 $w$，`v` 是移動平均 $v_{t-1}$，`grad` 是梯度 $g_t$。`lr` 是學習率 $\eta$，`rho` 是 $\rho$，`eps` 是 $\epsilon$，放在根號外面。每個權重各有自己的平均。請依序傳回兩樣東西：新的權重，以及 $v_t$。
#
# 想一想：如果沒有 $\epsilon$，一個梯度一直是零的權重會怎麼樣？
#
# <details><summary>提示</summary>
#
# 先更新平均；分母要用新的平均。小心分母的括號。
#
# </details>


# %% key="rmsprop-step-answer"
def rmsprop_step(w, v, grad, lr, rho, eps):
    ### BEGIN SOLUTION
    v = rho * v + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(v) + eps), v
    ### END SOLUTION


# %% key="rmsprop-step-check" task="rmsprop_step" points=1 tags=["nbval-ignore-output"]
hp.check("rmsprop_step", rmsprop_step)

# %% [markdown] key="adam-step" lang="en"
# ## 2. Adam (1 point)
#
# Write one step of Adam:
#
# $$m_t = \beta_1 m_{t-1} + (1-\beta_1)\,g_t, \qquad v_t = \beta_2 v_{t-1} + (1-\beta_2)\,g_t^2$$
#
# $$\hat m_t = \frac{m_t}{1-\beta_1^t}, \qquad \hat v_t = \frac{v_t}{1-\beta_2^t}, \qquad w \leftarrow w - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# `m` and `v` hold the averages from the step before, `t` is the number of this step: it counts from 1. `grad` is the gradient $g_t$, `lr` the learning rate $\eta$, `beta1`, `beta2` and `eps` are $\beta_1$, $\beta_2$ and $\epsilon$. Return three things, in this order: the new weights, $m_t$ and $v_t$.
#
# Which $m$ has to be remembered for the next step: the one with the hat, or the one without?
#
# <details><summary>Hint</summary>
#
# One line for each of the five formulas, in this order, with a name of its own for each hat. In the first step $\hat m$ is the gradient itself: print it and see.
#
# </details>

# %% [markdown] key="adam-step" lang="zh-TW" of="9aaea6b8"
# ## 2. Adam（1 分）
#
# 寫出 Adam 的一步：
#
# $$m_t = \beta_1 m_{t-1} + (1-\beta_1)\,g_t, \qquad v_t = \beta_2 v_{t-1} + (1-\beta_2)\,g_t^2$$
#
# $$\hat m_t = \frac{m_t}{1-\beta_1^t}, \qquad \hat v_t = \frac{v_t}{1-\beta_2^t}, \qquad w \leftarrow w - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon}$$
#
# `m` 和 `v` 是前一步留下的平均，`t` 表示這是第幾步，從 1 算起。`grad` 是梯度 $g_t$，`lr` 是學習率 $\eta$，`beta1`、`beta2`、`eps` 是 $\beta_1$、$\beta_2$、$\epsilon$。請依序傳回三樣東西：新的權重、$m_t$、$v_t$。
#
# 想一想：要留給下一步的 $m$，是戴帽子的，還是沒戴帽子的？
#
# <details><summary>提示</summary>
#
# 五個公式，照順序一個公式寫一行，戴帽子的各取一個名字。第一步的 $\hat m$ 就是梯度本身：印出來看看。
#
# </details>


# %% key="adam-step-answer"
def adam_step(w, m, v, t, grad, lr, beta1, beta2, eps):
    ### BEGIN SOLUTION
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %% bind="adam-step"
says(
    "Return three things",
    "依序傳回三樣東西",
    len(adam_step(0.0, 0.0, 0.0, 1, 5.0, 1.0, 0.9, 0.999, 1e-8)) == 3,
)
free("each of the five formulas", "五個公式", "those of the text")

# %% key="adam-step-check" task="adam_step" points=1 tags=["nbval-ignore-output"]
hp.check("adam_step", adam_step)

# %% [markdown] key="waking-step" lang="en"
# ## 3. A weight wakes up (1 point)
#
# "A step of Adam is about $\eta$." Is it always? Take a weight that belongs to a rare word. Its gradient is 0 for 20,000 steps. Then the word comes up, and the gradient is 5. How long is this one step, in units of $\eta$?
#
# The betas are the usual ones, $\beta_1 = 0.9$ and $\beta_2 = 0.999$, and $\epsilon = 10^{-8}$. **Predict:** shorter than $\eta$, just $\eta$, or longer? Then ask your `adam_step`: a single call is enough, with plain numbers in place of arrays. Answer with a number; two digits are enough.
#
# <details><summary>Hint</summary>
#
# What are $m$ and $v$ after 20,000 zeros? Which `t` does the next step have? With a learning rate of 1 the weight moves by the number that we look for.
#
# </details>

# %% [markdown] key="waking-step" lang="zh-TW" of="3453ee5f"
# ## 3. 權重醒來（1 分）
#
# 「Adam 的一步大約就是 $\eta$。」一直都是嗎？有個權重負責一個罕見的字，連續 20,000 步梯度都是 0。後來那個字終於出現了，梯度是 5。這一步有多長？以 $\eta$ 為單位。
#
# 用常見的值：$\beta_1 = 0.9$、$\beta_2 = 0.999$，$\epsilon = 10^{-8}$。**先預測**：比 $\eta$ 短、剛好 $\eta$，還是比較長？再去問你的 `adam_step`：呼叫一次就夠，該放陣列的地方，放普通的數字就好。請用一個數字回答，兩位有效數字就夠。
#
# <details><summary>提示</summary>
#
# 經過 20,000 個零，$m$ 和 $v$ 是多少？下一步的 `t` 是多少？學習率設成 1，權重移動的量就是我們要的數字。
#
# </details>

# %% key="waking-step-answer"
waking_step = -adam_step(0.0, 0.0, 0.0, 20_001, 5.0, 1.0, 0.9, 0.999, 1e-8)[0]  ### SOLUTION  # fmt: skip

# %% key="waking-step-check" task="waking_step" points=1
hp.check("waking_step", waking_step)

# %% [markdown] key="waking-use" lang="en"
# How long does a weight have to sleep for that? Your `adam_step` wakes it after naps of different lengths:

# %% [markdown] key="waking-use" lang="zh-TW" of="eea6a635"
# 要睡多久才會這樣？讓你的 `adam_step` 在權重睡了不同的時間之後把它叫醒：

# %% key="waking-figure"
answers = {"adam_step": adam_step, "waking_step": waking_step}
if all(hp.check(task, answer).passed for task, answer in answers.items()):
    naps, lengths = np.unique(np.logspace(0, 4.5, 60).astype(int)), []
    start, push = np.zeros((3, 1)), np.array([5.0])
    for nap in naps:
        after = adam_step(*start, nap + 1, push, 1.0, 0.9, 0.999, 1e-8)
        lengths.append(-after[0][0])
    fig, ax = plt.subplots(figsize=(7, 3))
    lines = {"waking step": lengths}
    hp.figures.named_lines(naps, lines, ax, names="legend", xscale="log")
    ax.axhline(1, color="gray", lw=1)
    ax.set(xlabel="zero gradients before", ylabel=r"step / $\eta$", ylim=(0, 3.5))
    hp.show(fig, "day5-waking")
else:
    hp.say("Tasks 2 and 3 first.")

# %% bind="day5-waking"
long = np.array(lengths)
says(
    "dips to half the rate after about ten",
    "大約十個之後降到學習率的一半",
    0.4 < long.min() < 0.6 and 4 < naps[long.argmin()] < 25,
)
back = naps[(long > 1) & (naps > 20)].min()
says(
    "is back at the rate after about a hundred",
    "大約一百個之後回到學習率",
    60 < back < 160,
)
says(
    "more than three times the rate after some thousands",
    "幾千個之後超過學習率的三倍",
    1000 < naps[(long > 3)].min() < 6000,
)

# %% bind="waking-step"
asleep = 20_000  # the answer has this too, in a line that learners do not see
truth = (1 - 0.9) / np.sqrt(1 - 0.999)
says(
    "is 0 for 20,000 steps", "連續 20,000 步梯度都是 0", abs(waking_step - truth) < 1e-6
)
says(
    "after 20,000 zeros",
    "經過 20,000 個零",
    naps.max() > asleep and abs(lengths[-1] - truth) < 1e-6,
)
says("two digits are enough", "兩位有效數字就夠", round(waking_step, 1) == 3.2)

# %% bind="waking-use"
says(
    "after naps of different lengths",
    "睡了不同的時間",
    naps[0] == 1 and lengths[0] < 1 < lengths[-1],
)

# %% [markdown] key="uncorrected-curve" lang="en"
# ## 4. Four Adams (1 point)
#
# Large language models are often trained with $\beta_2 = 0.95$, here with $\beta_1 = 0.9$. Four Adams walk with these betas under a gradient that is always 1: one as it should be, one that corrects only $m$, one that corrects only $v$, and one that corrects neither. The figure shows the length of their steps.
#
# Which curve is the Adam that corrects **neither**? Beware: the lesson used other betas. And with which $\beta_2$, beside $\beta_1 = 0.9$, would its **first step be exactly $\eta$**? Give two answers, with a comma between them: the letter, as a string, and that $\beta_2$.
#
# <details><summary>Hint</summary>
#
# Look at the first step. What are $m_1$ and $v_1$ without any correction? How long is the step, then, and what does it take to be 1?
#
# </details>

# %% [markdown] key="uncorrected-curve" lang="zh-TW" of="ee645fe5"
# ## 4. 四個 Adam（1 分）
#
# 大型語言模型常用 $\beta_2 = 0.95$ 來訓練，這裡搭配 $\beta_1 = 0.9$。四個 Adam 都用這組值，梯度一直是 1：一個完全照規矩，一個只修正 $m$，一個只修正 $v$，一個兩者都不修正。下圖是它們的步伐長度。
#
# 哪一條曲線是**兩者都不修正**的 Adam？當心：課程裡用的不是這組值。另外，保持 $\beta_1 = 0.9$，$\beta_2$ 要改成多少，它的**第一步才會剛好是 $\eta$**？請回答兩項，中間用逗號隔開：先寫字母（字串），再寫這個 $\beta_2$。
#
# <details><summary>提示</summary>
#
# 看第一步。完全不修正的話，$m_1$ 和 $v_1$ 是多少？這一步有多長？怎樣才會等於 1？
#
# </details>

# %% key="uncorrected-curve-figure"
t = [1, 2, 3, 5, 10, 20, 40, 80]
measured = {
    "A": [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    "B": [4.472, 3.203, 2.648, 2.102, 1.579, 1.249, 1.071, 1.008],
    "C": [0.447, 0.608, 0.718, 0.861, 1.028, 1.097, 1.055, 1.008],
    "D": [0.1, 0.19, 0.271, 0.41, 0.651, 0.878, 0.985, 1.0],
}
fig, ax = plt.subplots(figsize=(7, 3.4))
hp.figures.named_lines(t, measured, ax, names="start", xscale="log", yscale="log")
ax.set(xlabel="step", ylabel=r"step / $\eta$")
hp.show(fig, "day5-uncorrected-curve")

# %% bind="day5-uncorrected-curve"
first = {name: line[0] for name, line in measured.items()}
says(
    "B starts at 4.5 and falls to 1",
    "B 從 4.5 開始，降到 1",
    abs(first["B"] - 4.5) < 0.05,
)
says(
    "C starts at 0.45, rises a little above 1",
    "C 從 0.45 開始，升到略高於 1",
    (abs(first["C"] - 0.45) < 0.01 and 1 < max(measured["C"]) < 1.2),
)
says("D starts at 0.1 and rises to 1", "D 從 0.1 開始，升到 1", first["D"] == 0.1)
says("Step lengths of four Adams", "四個 Adam 的步伐長度", len(measured) == 4)

# %% bind="uncorrected-curve"
says("Four Adams (1 point)", "四個 Adam（1 分）", len(measured) == 4)
says("Four Adams walk", "四個 Adam 都用這組值", len(measured) == 4)
steps = np.array(t)
m, v = 1 - 0.9**steps, 1 - 0.95**steps
right = {"A": steps**0, "B": 1 / np.sqrt(v), "C": m / np.sqrt(v), "D": m}
says(
    r"trained with $\beta_2 = 0.95$",
    r"常用 $\beta_2 = 0.95$ 來訓練",
    max(np.abs(measured[name] - curve).max() for name, curve in right.items()) < 6e-4,
)

# %% key="uncorrected-curve-answer"
uncorrected_curve = "C", 0.99  ### SOLUTION

# %% key="uncorrected-curve-check" task="uncorrected_curve" points=1
hp.check("uncorrected_curve", uncorrected_curve)

# %% [markdown] key="adamw-step" lang="en"
# ## 5. AdamW (1 point)
#
# Write one step of AdamW. It is Adam's step, and besides every weight shrinks:
#
# $$w \leftarrow w - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} - \eta\,d\,w$$
#
# `weight_decay` is $d$; the other arguments and the three results are those of task 2. The $w$ on the right is the one *before* the step. The decay never enters $m$ and $v$.
#
# Suppose that the gradient is always zero: by which factor does a weight shrink in each step?
#
# <details><summary>Hint</summary>
#
# Your `adam_step` does most of it. What is left is one more term, made from the old weights.
#
# </details>

# %% [markdown] key="adamw-step" lang="zh-TW" of="e3595923"
# ## 5. AdamW（1 分）
#
# 寫出 AdamW 的一步。它就是 Adam 的一步，另外再讓每個權重縮小一點：
#
# $$w \leftarrow w - \eta\,\frac{\hat m_t}{\sqrt{\hat v_t} + \epsilon} - \eta\,d\,w$$
#
# `weight_decay` 是權重衰減的力道 $d$；其他引數和傳回的三樣東西都和第 2 題一樣。箭號右邊的 $w$ 是走這一步**之前**的權重。衰減不會進入 $m$ 和 $v$。
#
# 想一想：如果梯度一直是零，每走一步，權重變成原來的幾倍？
#
# <details><summary>提示</summary>
#
# 大部分的工作，你的 `adam_step` 已經會做了。剩下的只是多一項，用舊的權重來算。
#
# </details>


# %% key="adamw-step-answer"
def adamw_step(w, m, v, t, grad, lr, beta1, beta2, eps, weight_decay):
    ### BEGIN SOLUTION
    after, m, v = adam_step(w, m, v, t, grad, lr, beta1, beta2, eps)
    return after - lr * weight_decay * w, m, v
    ### END SOLUTION


# %% bind="adamw-step"
free("does most of it", "", "the hint")
free("", "變成原來的幾倍", "a question")

# %% key="adamw-step-check" task="adamw_step" points=1 tags=["nbval-ignore-output"]
hp.check("adamw_step", adamw_step)

# %% [markdown] key="decay-use" lang="en"
# **Use it.** Three weights start at 1. The data pull each of them to and fro, with gradients of $\pm 0.001$, $\pm 0.1$ and $\pm 10$, so that on average nothing pulls. Only the decay is left, $d = 0.1$, for 1,000 steps at $\eta = 0.01$. Your `adam_step` gets it as an L2 penalty, which adds $d\,w$ to the gradient; your `adamw_step` gets it as weight decay. **Predict:** which weights will shrink, and how much?

# %% [markdown] key="decay-use" lang="zh-TW" of="9b8ce1eb"
# **用用看**：三個權重都從 1 開始。資料把它們來回拉扯，梯度分別是 $\pm 0.001$、$\pm 0.1$、$\pm 10$，平均起來等於沒有拉。剩下的只有衰減，$d = 0.1$，以 $\eta = 0.01$ 走 1,000 步。你的 `adam_step` 用 L2 懲罰的方式，把 $d\,w$ 加進梯度；你的 `adamw_step` 則用權重衰減的方式。**先預測**：哪些權重會縮小？縮小多少？

# %% key="decay-run"
with hp.predict("day5-decay-use"):
    both = ("adam_step", adam_step), ("adamw_step", adamw_step)
    if all(hp.check(*task).passed for task in both):
        usual, d = (0.01, 0.9, 0.999, 1e-8), 0.1
        sizes = np.array([0.001, 0.1, 10.0])
        l2, decayed = [(np.ones(3), np.zeros(3), np.zeros(3))] * 2  # w, m, v
        for t in range(1, 1001):
            pull = sizes * (-1.0) ** t
            l2 = adam_step(*l2, t, pull + d * np.asarray(l2[0]), *usual)
            decayed = adamw_step(*decayed, t, pull, *usual, d)
        for name, state in [("Adam with L2", l2), ("AdamW", decayed)]:
            hp.say(f"{name:<12}  left of the weights: {np.abs(state[0]).round(2)}")
    else:
        hp.say("Tasks 2 and 5 first: your two functions walk here.")

# %% bind="day5-decay-use"
left = np.abs(l2[0])
right(
    "With L2 mostly those with smaller gradients; with AdamW all alike",
    max(left[:2]) < left[2] / 2 and np.ptp(decayed[0]) < 0.02,
)

# %% bind="decay-use"
says(
    "Three weights start at 1",
    "三個權重都從 1 開始",
    len(l2[0]) == len(decayed[0]) == 3,
)
says(
    r"$\pm 0.001$, $\pm 0.1$ and $\pm 10$",
    r"$\pm 0.001$、$\pm 0.1$、$\pm 10$",
    list(sizes) == [0.001, 0.1, 10],
)
says(
    r"for 1,000 steps at $\eta = 0.01$",
    r"以 $\eta = 0.01$ 走 1,000 步",
    (t, usual[0]) == (1000, 0.01),
)
shrunk = (1 - usual[0] * d) ** t
says(
    "Only the decay is left, $d = 0.1$",
    "剩下的只有衰減，$d = 0.1$",
    d == 0.1 and np.abs(decayed[0] - shrunk).max() < 0.02,
)

# %% [markdown] key="corrected-average" lang="en"
# ## 6. An average that starts off wrong (2 points)
#
# Chapter 16 of the fine book *Deep Learning for Coders with fastai and PyTorch* ([its repository](https://github.com/fastai/fastbook)) shows momentum as a line through noisy points: a running average of $y$, met in the order of growing $x$, and corrected as Adam corrects $m$:
#
# $$m_t = \beta\,m_{t-1} + (1-\beta)\,y_t, \qquad \hat m_t = \frac{m_t}{1-\beta^t}, \qquad m_0 = 0.$$
#
# The line looks as it should, but for a few jumps at its beginning, easily taken for noise. They are a fault, and `snippet_average` has it too. The first cell asks it for the average of three ones, where every $\hat m_t$ has to be 1; the second draws its line. (That it lags behind the points is no fault: memory costs that.) What went wrong?
#
# Write `corrected_average`: it takes `x`, `y` (in no particular order, but point by point together) and `beta`, and returns $\hat m_1, \hat m_2, \dots$ in the order of growing $x$.
#
# <details><summary>Hint</summary>
#
# What does `np.argsort` return? Write down `place` for the three ones, turn by turn, and next to it the $t$ of the formula.
#
# </details>

# %% [markdown] key="corrected-average" lang="zh-TW" of="f7541be9"
# ## 6. 開頭就不對的平均（2 分）
#
# *Deep Learning for Coders with fastai and PyTorch* 是一本好書，它的第 16 章（[書的原始檔](https://github.com/fastai/fastbook)）把動量畫成一條從帶有雜訊的點之間穿過的線：依照 $x$ 由小到大，取 $y$ 的移動平均，再像 Adam 修正 $m$ 那樣修正：
#
# $$m_t = \beta\,m_{t-1} + (1-\beta)\,y_t, \qquad \hat m_t = \frac{m_t}{1-\beta^t}, \qquad m_0 = 0.$$
#
# 那條線看起來沒什麼問題，只有開頭跳了幾下，很容易當成雜訊。其實那幾下就是錯的，`snippet_average` 也有同樣的毛病。下面第一格拿三個 1 給它平均，這時每個 $\hat m_t$ 都應該是 1；第二格畫出它的線。（線比點慢半拍不算毛病，那是記憶的代價。）到底哪裡錯了？
#
# 請寫出 `corrected_average`：接收 `x`、`y`（順序不拘，但兩者逐點對應）和 `beta`，依照 $x$ 由小到大的順序，傳回 $\hat m_1, \hat m_2, \dots$。
#
# <details><summary>提示</summary>
#
# `np.argsort` 傳回的是什麼？就拿那三個 1，一輪一輪寫下 `place`，旁邊再寫上公式裡的 $t$。
#
# </details>


# %% key="corrected-average-snippet"
def snippet_average(x, y, beta):
    m, averages = 0.0, []
    for place in np.argsort(x):
        m += (1 - beta) * (y[place] - m)
        averages.append(m / (1 - beta ** (place + 1)))
    return np.array(averages)


ones, beta = np.ones(3), 0.9
averages = snippet_average(np.array([3, 1, 2]), ones, beta).round(2)
hp.say(f"the average of {len(ones)} ones: {averages}")

# %% key="corrected-average-figure"
rng = np.random.default_rng(5)
x = np.linspace(0, 6, 100) + rng.normal(0, 0.1, 100)
y = np.cos(x) + rng.normal(0, 0.1, 100)
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.plot(x, y, ".", color="gray")
lines = {"snippet": snippet_average(x, y, beta)}
hp.figures.named_lines(np.sort(x), lines, ax, names="legend", xlabel="x")
hp.show(fig, "day5-corrected-average")


# %% key="corrected-average-answer"
def corrected_average(x, y, beta):
    ### BEGIN SOLUTION
    m, averages = 0.0, []
    for t, place in enumerate(np.argsort(x), start=1):
        m = beta * m + (1 - beta) * y[place]
        averages.append(m / (1 - beta**t))
    return np.array(averages)
    ### END SOLUTION


# %% key="corrected-average-check" task="corrected_average" points=2
hp.check("corrected_average", corrected_average)

# %% bind="corrected-average"
pairs = [
    [f(z, y, beta) for f in (snippet_average, corrected_average)]
    for z in (np.sort(x), x)
]
in_order, as_given = (np.allclose(*pair) for pair in pairs)
says(
    "`snippet_average` has it too",
    "`snippet_average` 也有同樣的毛病",
    in_order and not as_given,
)
says("the average of three ones", "拿三個 1 給它平均", len(ones) == len(averages) == 3)
says(
    "where every $\\hat m_t$ has to be 1",
    "每個 $\\hat m_t$ 都應該是 1",
    set(ones) == {1},
)
free("for the three ones", "就拿那三個 1", "the hint")

# %% key="corrected-average-use"
if hp.check("corrected_average", corrected_average).passed:
    lines["yours"] = corrected_average(x, y, beta)
    fig, ax = plt.subplots(figsize=(7, 3.2))
    ax.plot(x, y, ".", color="gray")
    hp.figures.named_lines(np.sort(x), lines, ax, names="legend", xlabel="x")
    hp.show(fig, "day5-corrected-average-use")
    hp.say(f"the snippet is off by up to {abs(np.subtract(*lines.values())).max():.2f}")
else:
    hp.say("Your function first.")

# %% [markdown] key="words-rule" lang="en"
# ## 7. A rule for words (3 points)
#
# Can you make a rule of your own that learns rare words as well as common ones, in **30 steps**? This is an open task: many rules are right. It is the lesson's model of which word comes next, on texts drawn with the habits of the English book; the weights start at zero.
#
# Your `words_rule(w, grad, memory, t)` gets all the weights and their gradient; `t` counts from 1. It returns two things: the new weights, and whatever it wants to remember. It gets that back as `memory` in the next step; in the first step of each text `memory` is `None`. What counts is how many nats are still left to learn, averaged over all 150 words, each word alike. Your rule passes when at most **0.1** are left on each of **5 texts** that are not shown.
#
# The first cell tries SGD on a text of its own. Before you try another rate: what keeps the rare words back?
#
# <details><summary>Hint</summary>
#
# A rare word's gradient is small because the word is rare, not because there is little to learn. Which of the lesson's rules take steps that do not depend on that? Try rates that are far larger than the usual 0.001: with so few steps, the weights have a long way to go.
#
# </details>

# %% [markdown] key="words-rule" lang="zh-TW" of="0d9f564a"
# ## 7. 為文字設計的規則（3 分）
#
# 你能不能自己設計一個規則，只走 **30 步**，就把罕見字學得和常見字一樣好？這是一道開放題，答案不只一種。模型是課程裡猜下一個字的那一個；文字依照《英王欽定本聖經》（英文）的用字習慣隨機產生；權重從零開始。
#
# 你的 `words_rule(w, grad, memory, t)` 會拿到所有的權重和梯度，`t` 從 1 算起。請傳回兩樣東西：新的權重，以及你想記住的任何東西；後者到了下一步，會由 `memory` 交還給你。每份文字的第一步，`memory` 是 `None`。比的是還剩多少 nat 沒學會：取 150 個字的平均，每個字一樣重要。檢查用 **5 份沒有公開的文字**，每一份都降到 **0.1** 以下就算通過。
#
# 第一格用 SGD 在另一份文字上試走。在換學習率之前，先想一想：罕見字為什麼會落後？
#
# <details><summary>提示</summary>
#
# 罕見字的梯度小，是因為這個字很少出現，不是因為沒東西要學。課程裡哪些規則的步伐，和字多常出現無關？學習率不妨比常用的 0.001 大很多：只有這麼幾步，權重卻有很長的路要走。
#
# </details>

# %% key="words-rule-trial"
_, counts = hp.bigram_counts("en")
drawn = np.random.default_rng(0).multinomial(
    counts.sum(), counts.ravel() / counts.sum()
)
text = hp.Bigram(drawn.reshape(counts.shape))


def trial(rule, steps=30):
    w, memory = np.zeros(counts.size), None
    for t in range(1, steps + 1):
        w, memory = rule(w, text.gradient(w), memory, t)
    left = text.excess(w)
    common, rare = left[:10].mean(), left[-100:].mean()
    hp.say(f"left: {left.mean():.3f} nats (common words {common:.3f}, rare {rare:.3f})")


# %% key="words-rule-try" tags=["nbval-ignore-output"]
trial(lambda w, grad, memory, t: (w - 100 * grad, None))  # your rules


# %% bind="words-rule"
from inspect import signature

from hpcourse.checks.tasks import day5

contest, adam = day5.WORDS_RULE, signature(hp.Adam).parameters
says(
    "in **30 steps**",
    "只走 **30 步**",
    signature(day5.words_left).parameters["steps"].default
    == signature(trial).parameters["steps"].default
    == 30,
)
says("all 150 words", "150 個字的平均", len(counts) == 150)
free("", "每個字一樣重要", "how it is counted")
says("at most **0.1** are left", "降到 **0.1** 以下", contest.target == 0.1)
says(
    "each of **5 texts**",
    "**5 份沒有公開的文字**",
    contest.enough == len(day5.TEXTS) == 5,
)
says(
    "far larger than the usual 0.001",
    "比常用的 0.001 大很多",
    adam["lr"].default == 0.001,
)


# %% key="words-rule-answer"
def words_rule(w, grad, memory, t):
    ### BEGIN SOLUTION
    m, v = (0 * w, 0 * w) if memory is None else memory
    w, m, v = adam_step(w, m, v, t, grad, 0.3, 0.9, 0.999, 1e-8)
    return w, (m, v)
    ### END SOLUTION


# %% key="words-rule-check" task="words_rule" points=3 tags=["nbval-ignore-output"]
hp.check("words_rule", words_rule)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You have written three rules that countless networks are trained with, and you know their fine print: what the hats are for, when a step is longer than the rate, and why weight decay does not belong in the gradient. And you have seen a fault that raises no error and passes for noise in a plot, while a test with three ones shows it at once. On words you have found out what a rule needs so that rare things are learned as well as common ones.
#
# Next: [Day 6, the summary](day6_summary.ipynb).

# %% [markdown] key="end" lang="zh-TW" of="bc505af4"
# ## 完成
#
# 無數的網路都用這三種規則訓練，你全都親手寫過了，連細節也清楚：帽子是做什麼用的，什麼時候一步會比學習率還長，權重衰減為什麼不該放進梯度。你也看到一個毛病，它不會跳出錯誤訊息，在圖上又像是雜訊，用三個 1 一測就露出馬腳。最後在文字上，你找出了一個規則要怎麼走，才能讓罕見的和常見的學得一樣好。
#
# 接下來：[第 6 天，總結](day6_summary.ipynb)。

# %% bind="end"
says("three rules", "這三種規則", len([rmsprop_step, adam_step, adamw_step]) == 3)
says("when a step is longer than the rate", "一步會比學習率還長", waking_step > 1)
says(
    "a test with three ones",
    "用三個 1 一測",
    np.allclose(corrected_average([3, 1, 2], np.ones(3), 0.9), 1),
)
free("", "罕見的和常見的學得一樣好", "what the last task asks for")

# %% bind="title"
says(
    "slept for 20,000 steps",
    "睡了 20,000 步",
    abs(waking_step - (1 - 0.9) / np.sqrt(1 - 0.999)) < 1e-6,
)
says("tell four Adams apart", "認出四個不同的 Adam", len(measured) == 4)

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
# # Day 7 · Exercises: a large model's recipe
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday7_exercises.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day7_exercises.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day7_exercises.ipynb) · [English](../en/day7_exercises.ipynb) · [繁體中文](../zh-TW/day7_exercises.ipynb)
#
# **You will do:** count the steps that a rare word needs; foresee how far one bad gradient carries a weight; mend a clipping that bends the gradient; write the schedule warmup-stable-decay, and count what its branches cost; carry rates to another width; find the wrong line of a recipe; choose the rate of a network that you may train three times only.
#
# **You need:** [the lesson of Day 7](day7_large_models.ipynb). About 50 minutes, 8 tasks, 12 points. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.
#
# **How it works:** replace each `...` with your own lines and run the cell, then the check below it. The check answers at once. A wrong answer costs nothing: it tells you what your function does, and you try again. Hints are folded; click on them.

# %% [markdown] key="title" lang="zh-TW" of="e450210a"
# # 第 7 天 · 練習：大型模型的配方
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday7_exercises.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day7_exercises.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day7_exercises.ipynb) · [English](../en/day7_exercises.ipynb) · [繁體中文](../zh-TW/day7_exercises.ipynb)
#
# **你會動手做**：算出罕見字要走幾步；預測一個壞梯度會把權重帶走多遠；修好一段會把梯度弄歪的裁剪程式；寫出 WSD（預熱、平台、衰減）排程，再算算它的分支要花多少；把學習率帶到另一個寬度；在一份配方裡找出錯的那一行；替一個只能訓練三次的網路選好學習率。
#
# **你需要**：[第 7 天的課程](day7_large_models.ipynb)。大約 50 分鐘，8 題，共 12 分。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。
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
import numpy as np

# %% key="language" tags=["language"]
hp.use_language("en")

# %% [markdown] key="steps-for-a-word" lang="en"
# ## 1. How long does a rare word need? (1 point)
#
# Under SGD, a word of frequency $\pi$ moves as if it were alone, with the rate $\eta\,\pi$ (section 2). Near its goal, its loss is a bowl; take one of curvature 1, as on Day 1.
#
# Write `steps_for_a_word`: how many steps does it take until only the share `remaining` of the first distance is left? `lr` is $\eta$, `frequency` is $\pi$, and $\eta\,\pi$ is below 1 here. Do not round: 12.7 steps are a fine answer.
#
# <details><summary>Hint</summary>
#
# What share of the distance is left after one step? After two? After $n$? To get at the $n$ in the exponent, take logarithms.
#
# </details>

# %% [markdown] key="steps-for-a-word" lang="zh-TW" of="90bd76cb"
# ## 1. 罕見字要走多久？（1 分）
#
# 用 SGD 時，頻率為 $\pi$ 的字，走法就像只有它一個字、用學習率 $\eta\,\pi$ 訓練（第 2 節）。接近目標時，它的損失像一個碗；就用第 1 天那種曲率為 1 的碗。
#
# 請寫出 `steps_for_a_word`：要走幾步，距離才會只剩原來的 `remaining` 倍？`lr` 是 $\eta$，`frequency` 是 $\pi$，這裡 $\eta\,\pi$ 小於 1。不要取整數：12.7 步也是好答案。
#
# <details><summary>提示</summary>
#
# 走一步之後，距離剩下原來的幾倍？兩步呢？$n$ 步呢？$n$ 在指數上，取對數就能拿下來。
#
# </details>


# %% key="steps-for-a-word-answer"
def steps_for_a_word(lr, frequency, remaining):
    ### BEGIN SOLUTION
    return np.log(remaining) / np.log(1 - lr * frequency)
    ### END SOLUTION


# %% bind="steps-for-a-word"
free("12.7 steps", "12.7 步", "an example of an answer")
free("", "剩下原來的幾倍", "the hint's question")

# %% key="steps-for-a-word-check" task="steps_for_a_word" points=1
hp.check("steps_for_a_word", steps_for_a_word)

# %% [markdown] key="word-use" lang="en"
# Use it on the lesson's words. The rate suits the most frequent one, which comes half of the way in a single step. How long do the others need for that half?

# %% [markdown] key="word-use" lang="zh-TW" of="bbac8cc4"
# 用課程裡的字來試試你的函式。學習率剛好適合最常見的字，讓它一步就走完一半。其他的字走完這一半要幾步？

# %% key="word-run"
if hp.check("steps_for_a_word", steps_for_a_word).passed:
    words, counts = hp.bigram_counts()
    often = hp.Bigram(counts).frequencies
    lr, places = 0.5 / often.max(), np.argsort(-often)[[0, 10, 50, 149]]
    for place in places:
        steps = steps_for_a_word(lr, often[place], 0.5)
        hp.say(f"{words[place]}: frequency {often[place]:.4f}, steps {steps:.1f}")
else:
    hp.say("Your function first.")

# %% bind="word-use"
half = steps_for_a_word(lr, often[places], 0.5)
says("the most frequent one, which", "最常見的字，讓", often[places[0]] == often.max())
says(
    "comes half of the way in a single step", "一步就走完一半", abs(half[0] - 1) < 1e-9
)
says("need for that half", "走完這一半要幾步", 1 < half[1] < half[2] < half[3] == steps)

# %% [markdown] key="after-a-spike" lang="en"
# ## 2. After a spike (2 points)
#
# Adam has been running for long, when one gradient comes that is far larger than all others. From then on $m$ and $v$ consist of it alone, as if both had been zero before and all gradients after it were zero. The corrections have long faded to nothing, and $\epsilon$ does not matter.
#
# Write `after_a_spike`. It returns two lengths in units of $\eta$, in this order: that of the first step, and that of all steps from the first on together, added up for ever. `beta1` is $\beta_1$ and `beta2` is $\beta_2$, and $\beta_1 < \sqrt{\beta_2}$.
#
# Does a shorter memory of $v$ always shorten the way?
#
# <details><summary>Hint</summary>
#
# Call the gradient $G$. What are $m$ and $v$ after it, and what is $m/\sqrt v$? In each later step $m$ is multiplied by $\beta_1$: and $\sqrt v$? So the steps form a geometric series.
#
# </details>

# %% [markdown] key="after-a-spike" lang="zh-TW" of="c2ddafc1"
# ## 2. 衝高之後（2 分）
#
# Adam 已經跑了很久，突然來了一個比其他都大得多的梯度。從這時起，$m$ 和 $v$ 裡就只有它，好像兩者之前都是零，之後的梯度也都是零。偏差修正早已不起作用，$\epsilon$ 也沒有影響。
#
# 請寫出 `after_a_spike`。它依序傳回兩個長度，以 $\eta$ 為單位：第一步的長度，以及從第一步起、永遠走下去，所有步伐加起來的長度。`beta1` 是 $\beta_1$，`beta2` 是 $\beta_2$，而且 $\beta_1 < \sqrt{\beta_2}$。
#
# 想一想：$v$ 的記憶越短，路就一定越短嗎？
#
# <details><summary>提示</summary>
#
# 把這個梯度叫做 $G$。它來過之後，$m$ 和 $v$ 是多少？$m/\sqrt v$ 呢？之後每一步，$m$ 都乘以 $\beta_1$；$\sqrt v$ 乘以什麼？所以這些步伐是一個等比級數。
#
# </details>


# %% key="after-a-spike-answer"
def after_a_spike(beta1, beta2):
    ### BEGIN SOLUTION
    first = (1 - beta1) / np.sqrt(1 - beta2)
    fades = beta1 / np.sqrt(beta2)
    return first, first / (1 - fades)
    ### END SOLUTION


# %% bind="after-a-spike"
free("far larger than all others", "大得多的梯度", "what is supposed")
free("In each later step", "之後每一步", "the hint")

# %% key="after-a-spike-check" task="after_a_spike" points=2
hp.check("after_a_spike", after_a_spike)

# %% [markdown] key="spike-use" lang="en"
# Use it beside the real Adam, which meets a gradient 10,000 times as large as those before:

# %% [markdown] key="spike-use" lang="zh-TW" of="5387e986"
# 和真正的 Adam 比比看，讓它遇到一個梯度，大小是之前的 10,000 倍：

# %% key="spike-run"
if hp.check("after_a_spike", after_a_spike).passed:
    gradients = np.random.default_rng(1).choice([-1.0, 1.0], 8300)
    gradients[8000] = 1e4
    for beta2 in [0.999, 0.99, 0.95]:
        move = np.abs(hp.replay(hp.Adam(1.0, beta2=beta2), gradients).moves[8000:8060])
        first, total = after_a_spike(0.9, beta2)
        hp.say(
            f"beta2 {beta2}: first {first:.2f}, all {total:.1f}; Adam {move[0]:.2f}, "
            f"{move.sum():.1f}"
        )
else:
    hp.say("Your function first.")

# %% bind="spike-use"
says("beside the real Adam", "和真正的 Adam 比比看", abs(move[0] / first - 1) < 0.02)
says(
    "10,000 times as large as those before",
    "大小是之前的 10,000 倍",
    {*gradients[:8000]} == {-1, 1} and gradients[8000] == 10_000,
)

# %% [markdown] key="clip-gradient" lang="en"
# ## 3. A clipping that bends the gradient (2 points)
#
# `snippet_clip` is meant to clip the gradient of a network of two layers at the length `limit`. It has two faults, both easily made: one by calling a library's clipping in a loop over the layers, the other by leaving out a comparison. The cell below shows it at work. No error is raised, and training goes on, only differently.
#
# Write `clip_gradient`. It takes the gradients of the two layers, a matrix `first` and a vector `second`, and the `limit`, and returns both, in this order. If the whole gradient, both layers together, is longer than `limit`, all its numbers are multiplied by one factor, so that it is just as long as `limit`. Otherwise nothing changes. Gradients that are all zero stay zero.
#
# <details><summary>Hint</summary>
#
# The length of the whole is the root of the sum of all squares, those of both layers. Which factor brings a length of 5 to a limit of 2? And which factor leaves a length of 1 alone?
#
# </details>

# %% [markdown] key="clip-gradient" lang="zh-TW" of="8be4fa1c"
# ## 3. 弄歪梯度的裁剪（2 分）
#
# `snippet_clip` 想把一個兩層網路的梯度裁剪到長度 `limit`。它有兩個毛病，都很容易犯：一個是在迴圈裡對每一層各呼叫一次套件的裁剪函式，另一個是漏了比較。下面那一格讓你看它怎麼做。它不會跳出錯誤訊息，訓練照樣進行，只是走法不一樣了。
#
# 請寫出 `clip_gradient`。它接收兩層的梯度，也就是矩陣 `first` 和向量 `second`，再加上 `limit`，並依序傳回兩層。如果整個梯度（兩層合起來）比 `limit` 長，就把所有的數乘上同一個倍數，讓它剛好和 `limit` 一樣長；否則什麼都不變。全是零的梯度還是零。
#
# <details><summary>提示</summary>
#
# 整體的長度，是所有的數平方後相加、再開根號，兩層都要算進去。哪個倍數能把長度 5 變成上限 2？長度 1 的不該變，又該用哪個倍數？
#
# </details>


# %% key="clip-gradient-snippet"
def snippet_clip(first, second, limit):
    return [layer * limit / np.linalg.norm(layer) for layer in (first, second)]


early, late = np.array([[0.0, 0.1], [0.2, 0.2]]), np.array([3.0, 4.0])
for layer, clipped in zip((early, late), snippet_clip(early, late, 1.0)):
    before, after = np.linalg.norm(layer), np.linalg.norm(clipped)
    hp.say(f"a layer of length {before:.1f} becomes {after:.1f} long")


# %% key="clip-gradient-answer"
def clip_gradient(first, second, limit):
    ### BEGIN SOLUTION
    length = np.sqrt(np.sum(np.square(first)) + np.sum(np.square(second)))
    factor = limit / max(length, limit)
    return first * factor, second * factor
    ### END SOLUTION


# %% key="clip-gradient-check" task="clip_gradient" points=2
hp.check("clip_gradient", clip_gradient)

# %% bind="clip-gradient"
free("longer than `limit`", "剛好和 `limit` 一樣長", "what the function has to do")
free("length of 5 to a limit of 2", "長度 5 變成上限 2", "the hint's example")
free("leaves a length of 1 alone", "長度 1 的不該變", "the hint's example")
short, long = (np.linalg.norm(part) for part in snippet_clip(early, late, 1.0))
says("It has two faults", "它有兩個毛病", np.linalg.norm(early) < 0.9 * short)
says("in a loop over the layers", "在迴圈裡對每一層", abs(short - long) < 1e-9)

# %% [markdown] key="wsd" lang="en"
# ## 4. Warmup, stable, decay (2 points)
#
# Write the schedule of section 5. `lr` is the peak rate; `warmup`, `stable` and `decay` are the lengths of the three parts in updates; `t` is the number of the update and counts from 0. `warmup` and `decay` are at least 1.
#
# - It rises in a straight line: in the first update to one part in `warmup` of the peak, in the update number `warmup - 1` to the peak.
# - It stays at the peak for `stable` updates.
# - It falls in a straight line: the update number `warmup + stable` still has the peak, and `decay` updates later the rate is 0.
# - From then on it is 0.
#
# If your function takes an array of updates as well, so much the better.
#
# <details><summary>Hint</summary>
#
# Write down the line of the rise and the line of the descent, each for all `t`. Where they lie above 1, the flat part rules: so the smallest of three counts. And where the descent is below zero?
#
# </details>

# %% [markdown] key="wsd" lang="zh-TW" of="4778c968"
# ## 4. 預熱、平台、衰減（2 分）
#
# 寫出第 5 節的排程。`lr` 是最高學習率；`warmup`、`stable`、`decay` 是三段的長度，以更新次數計；`t` 是第幾次更新，從 0 算起。`warmup` 和 `decay` 至少是 1。
#
# - 沿直線上升：第一次更新用最高值的 `warmup` 分之一，編號 `warmup - 1` 的更新到達最高值。
# - 在最高值停留 `stable` 次更新。
# - 沿直線下降：編號 `warmup + stable` 的更新還是最高值，再過 `decay` 次更新，學習率是 0。
# - 之後一直是 0。
#
# 如果你的函式也接受一整個陣列的更新編號，那就更好。
#
# <details><summary>提示</summary>
#
# 分別寫出上升那條直線和下降那條直線，對所有的 `t` 都算。它們高過 1 的地方由平台決定，所以取三者中最小的。下降到零以下的地方呢？
#
# </details>


# %% key="wsd-answer"
def wsd(lr, warmup, stable, decay, t):
    ### BEGIN SOLUTION
    left = warmup + stable + decay - t
    return lr * np.clip(np.minimum((t + 1) / warmup, left / decay), 0, 1)
    ### END SOLUTION


# %% key="wsd-check" task="wsd" points=2
hp.check("wsd", wsd)

# %% bind="wsd"
free("`decay` updates later", "再過 `decay` 次更新", "what the function has to do")
free("so much the better", "那就更好", "advice")
free("the smallest of three counts", "取三者中最小的", "the hint")
free("of the peak, in", "`lr` 是最高學習率", "what the function has to do")
free("", "第一次更新用最高值的", "what the function has to do")
free("", "更新到達最高值", "what the function has to do")
free("", "在最高值停留", "what the function has to do")
free("", "的更新還是最高值", "what the function has to do")

# %% [markdown] key="branch-updates" lang="en"
# ## 5. What do the branches cost? (1 point)
#
# You want to know how good your model is after 10,000, 20,000 and 40,000 updates, each time with the rate brought down to zero. With cosine that means three runs, each planned for its own length: 70,000 updates.
#
# With warmup-stable-decay one flat run is enough. Each of the three results is a branch of it: it leaves the flat part in time, and its descent takes the last 20% of its own length, so that the shortest one ends after 10,000 updates in all. The flat run stops where the last branch leaves it.
#
# How many updates have to be made in all? Answer with a number.
#
# <details><summary>Hint</summary>
#
# Draw it: a long line, and three short ones that leave it. Updates that several results share are made once.
#
# </details>

# %% [markdown] key="branch-updates" lang="zh-TW" of="8455063d"
# ## 5. 分支要花多少？（1 分）
#
# 你想知道模型在 10,000、20,000 和 40,000 次更新之後各有多好，每次都讓學習率降到零。用餘弦的話要訓練三次，每次依自己的長度規劃：共 70,000 次更新。
#
# 用 WSD（預熱、平台、衰減），平台只要走一次。三個結果都是它的分支：各自在適當的時候離開平台，下降段占自己全長的最後 20%，所以最短的那個總共就是 10,000 次更新。最後一個分支離開之後，平台就不再走下去。
#
# 總共要做多少次更新？請用一個數字回答。
#
# <details><summary>提示</summary>
#
# 畫出來：一條長線，三條離開它的短線。好幾個結果共用的更新只做一次。
#
# </details>

# %% key="branch-updates-answer"
branch_updates = 32_000 + 2_000 + 4_000 + 8_000  ### SOLUTION

# %% key="branch-updates-check" task="branch_updates" points=1
hp.check("branch_updates", branch_updates)

# %% bind="branch-updates"
from hpcourse.checks.tasks import day7

lengths, share = day7.LENGTHS, day7.DESCENT
says(
    "after 10,000, 20,000 and 40,000 updates",
    "10,000、20,000 和 40,000 次",
    lengths == (10_000, 20_000, 40_000),
)
says("that means three runs", "用餘弦的話要訓練三次", len(lengths) == 3)
says("length: 70,000 updates", "共 70,000 次更新", sum(lengths) == 70_000)
says("Each of the three results", "三個結果都是", len(lengths) == 3)
says("the last 20% of its own", "最後 20%", share == 0.2)
says(
    "the shortest one ends after 10,000",
    "最短的那個總共就是 10,000",
    min(lengths) == 10_000,
)
says("three short ones", "三條離開它的短線", len(lengths) == 3)
says(
    "How many updates have to be made",
    "總共要做多少次更新",
    branch_updates == day7._updates(),
)

# %% [markdown] key="mup-rates" lang="en"
# ## 6. Rates for another width (1 point)
#
# A network was tuned with Adam at the width `base`, with the rate `lr` for all layers. Now it becomes `width` units wide, which is $m$ times as wide ($m$ may be less than 1). muP (section 4) asks for this:
#
# - the first matrix, which reads the data, keeps its rate: the data do not get wider;
# - a hidden matrix and the last one get a rate $m$ times as small;
# - the start of the last matrix, drawn as usual for the new width, is multiplied by $1/\sqrt m$.
#
# Write `mup_rates`. It returns four numbers, in this order: the rates of the first, a hidden and the last matrix, and the factor on the start of the last.
#
# <details><summary>Hint</summary>
#
# Try `base` and `width` alike: then nothing should change.
#
# </details>

# %% [markdown] key="mup-rates" lang="zh-TW" of="f58197cd"
# ## 6. 換了寬度，學習率怎麼換（1 分）
#
# 有個網路用 Adam 在寬度 `base` 調好了，每一層的學習率都是 `lr`。現在它要變成 `width` 個單元寬，是原來的 $m$ 倍（$m$ 可以小於 1）。muP（第 4 節）的做法是：
#
# - 第一個矩陣讀的是資料，學習率不變：資料不會變寬；
# - 隱藏層的矩陣和最後一個矩陣，學習率縮小為 $m$ 分之一；
# - 最後一個矩陣照新寬度抽出的起始值，再乘上 $1/\sqrt m$。
#
# 請寫出 `mup_rates`。它依序傳回四個數：第一個矩陣、隱藏層矩陣、最後一個矩陣的學習率，以及最後一個矩陣起始值的倍數。
#
# <details><summary>提示</summary>
#
# 試試看 `base` 和 `width` 一樣：這時什麼都不該變。
#
# </details>


# %% key="mup-rates-answer"
def mup_rates(lr, base, width):
    ### BEGIN SOLUTION
    m = width / base
    return lr, lr / m, lr / m, 1 / np.sqrt(m)
    ### END SOLUTION


# %% bind="mup-rates"
free("$m$ may be less than 1", "$m$ 可以小於 1", "what may be asked")
free("do not get wider", "資料不會變寬", "why")
free("returns four numbers", "依序傳回四個數", "what the function has to do")

# %% key="mup-rates-check" task="mup_rates" points=1
hp.check("mup_rates", mup_rates)

# %% [markdown] key="doctored-line" lang="en"
# ## 7. Which line is wrong? (1 point)
#
# Somebody shows you the recipe for a language model of width 4,096. One line is a bad idea; the others have their like in published recipes.
#
# | | line |
# |---|---|
# | A | AdamW, $\beta_1 = 0.9$, $\beta_2 = 0.95$ |
# | B | peak rate `8e-3`: the best of a careful sweep at width 256, without muP, five seeds each |
# | C | warmup: 2,000 of 100,000 updates |
# | D | flat until update 80,000, then straight down to zero |
# | E | batch: 1M tokens, from update 50,000 on 2M |
# | F | decay 0.1, and the whole gradient clipped at 1 |
#
# And why is it a bad idea?
#
# | | reason |
# |---|---|
# | 1 | it was right for another width |
# | 2 | its memory is too short for the batch |
# | 3 | it cannot be used without knowing the end of training |
# | 4 | two lines do the same thing, and one is superfluous |
#
# Answer with the letter of the line and the number of the reason, as a string such as `"C4"`.
#
# <details><summary>Hint</summary>
#
# Which of these numbers belongs to another one that was changed?
#
# </details>

# %% [markdown] key="doctored-line" lang="zh-TW" of="3c6f2879"
# ## 7. 哪一行錯了？（1 分）
#
# 有人給你看一份配方，要訓練寬度 4,096 的語言模型。其中一行不是好主意，其他各行在公開的配方裡都找得到類似的。
#
# | | 內容 |
# |---|---|
# | A | AdamW，$\beta_1 = 0.9$、$\beta_2 = 0.95$ |
# | B | 最高學習率 `8e-3`：在寬度 256 仔細掃描出來的最佳值，沒有用 muP，每個設定五個種子 |
# | C | 預熱：100,000 次更新裡的 2,000 次 |
# | D | 走平到第 80,000 次更新，再直線降到零 |
# | E | 批次：1M 個 token，從第 50,000 次更新起是 2M |
# | F | 權重衰減 0.1，整個梯度裁剪到長度 1 |
#
# 為什麼不是好主意？
#
# | | 理由 |
# |---|---|
# | 1 | 它適合的是另一個寬度 |
# | 2 | 對這個批次來說，它的記憶太短 |
# | 3 | 不知道訓練何時結束，就不能用它 |
# | 4 | 有兩行做的是同一件事，其中一行多餘 |
#
# 請用字串回答那一行的字母和理由的編號，例如 `"C4"`。
#
# <details><summary>提示</summary>
#
# 哪個數字要和另一個數字成對看，而另一個已經改了？
#
# </details>

# %% key="doctored-line-answer"
doctored_line = "B1"  ### SOLUTION

# %% bind="doctored-line"
free("of width 4,096", "寬度 4,096", "an invented recipe")
free(
    r"| A | AdamW ... clipped at 1 |",
    r"| A | AdamW ... 裁剪到長度 1 |",
    "an invented recipe",
)
free(
    "| 2 | its memory ... superfluous |",
    "| 2 | 對這個批次 ... 其中一行多餘 |",
    "numbers of reasons",
)

# %% key="doctored-line-check" task="doctored_line" points=1
hp.check("doctored_line", doctored_line)

# %% [markdown] key="wide-settings" lang="en"
# ## 8. Three trainings (2 points)
#
# Now all by yourself. A network with two hidden layers guesses the next word of the King James Bible. At width 16 you may train it as often as you like; at width 128, **three times**. (A large model may be trained once.) The recipe stands: AdamW with $\beta_2 = 0.95$ and decay 0.1, warmup, flat, down to zero, clipping at 1. Yours are the rate, and whether the width is left to muP:
#
# - `desk.small(lr, mup=False, seed=0)` trains at width 16 and returns the loss on pairs of words to choose by. `lr` and `seed` may be lists or arrays: then you get an array of losses, rates by seeds.
# - `desk.large(lr, mup=False, seed=0)` trains at width 128, once. After the third time it refuses. (Run the cell that makes the desk again, and it has forgotten: keeping to three is a matter of honour.)
#
# With `mup=True` the base is width 16. The check trains with your settings from six starts of its own, and looks at other pairs of words: **at least five of the six have to get below 3.256 nats**. There are several ways.
#
# <details><summary>Hint</summary>
#
# Which rate is best at width 16, over two or three seeds, and does it lie inside of your range? Section 4 knows two ways from there: let the factors carry it over, or let the rate fall and spend the three trainings on finding how far.
#
# </details>

# %% [markdown] key="wide-settings" lang="zh-TW" of="7cf8e3ed"
# ## 8. 只能訓練三次（2 分）
#
# 這一題全靠自己。一個有兩個隱藏層的網路，要猜《英王欽定本聖經》的下一個英文單字。寬度 16 時，想訓練幾次都可以；寬度 128 時，只能訓練**三次**。（真正的大型模型，可能只有一次機會。）配方已經定好：AdamW，$\beta_2 = 0.95$，權重衰減 0.1，預熱、走平、降到零，梯度裁剪到長度 1。由你決定的是學習率，以及要不要把寬度交給 muP：
#
# - `desk.small(lr, mup=False, seed=0)` 在寬度 16 訓練，傳回的損失是在另一批成對的字上量的，讓你用來挑設定。`lr` 和 `seed` 可以是串列或陣列，這時傳回的損失也是陣列，先學習率、後種子。
# - `desk.large(lr, mup=False, seed=0)` 在寬度 128 訓練一次。三次用完，它就拒絕了。（重新執行下面第一格，它會忘記用過幾次：守住三次，靠的是自律。）
#
# `mup=True` 的基準寬度是 16。檢查會用你的設定，從它自己的六個起點訓練，再看另外一批成對的字：**六次裡至少五次要低於 3.256 nat**。做法不只一種。
#
# <details><summary>提示</summary>
#
# 寬度 16 時，用兩三個種子來看，哪個學習率最好？它在你的範圍裡面，還是在邊上？接下來，第 4 節有兩條路：讓倍數把它帶過去；或者讓學習率變小，用那三次訓練去找該小多少。
#
# </details>

# %% key="wide-settings-desk"
desk = hp.ScaleUp()
desk

# %% bind="wide-settings"
import inspect

from hpcourse.checks.tasks import day7
from hpcourse.page import scale_up

task, recipe = day7.WIDE_SETTINGS, inspect.getsource(scale_up.run)
small, large = scale_up.SMALL, scale_up.LARGE
says("Three trainings", "只能訓練三次（2 分）", desk.budget == 3)
says("At width 16 you may train it as often as", "寬度 16 時，想訓練幾次", small == 16)
says(
    "at width 128, **three times**",
    "寬度 128 時，只能訓練**三次**",
    (large, desk.budget) == (128, 3),
)
says(
    r"AdamW with $\beta_2 = 0.95$ and decay 0.1, warmup, flat, down to zero, clipping at 1",
    r"AdamW，$\beta_2 = 0.95$，權重衰減 0.1，預熱、走平、降到零，梯度裁剪到長度 1",
    all(part in recipe for part in ("beta2=0.95", "weight_decay=0.1", "clip=1.0")),
)
says("trains at width 16", "在寬度 16 訓練", small == 16)
says("trains at width 128, once", "在寬度 128 訓練一次", large == 128)
says("After the third time", "三次用完，", desk.budget == 3)
says("keeping to three", "守住三次", desk.budget == 3)
says("the base is width 16", "基準寬度是 16", small == 16)
says("six starts of its own", "它自己的六個起點", len(day7.HIDDEN) == 6)
says(
    "at least five of the six have to get below 3.256 nats",
    "六次裡至少五次要低於 3.256 nat",
    (task.enough, len(day7.HIDDEN), task.target) == (5, 6, 3.256),
)
says("best at width 16,", "寬度 16 時，用", small == 16)
free("over two or three seeds", "兩三個種子", "advice")
says("spend the three trainings", "用那三次訓練", desk.budget == 3)

# %% bind="title"
says("train three times only", "只能訓練三次", desk.budget == 3)

# %% [markdown] key="wide-settings-try" lang="en"
# Your experiments. Begin at width 16:

# %% [markdown] key="wide-settings-try" lang="zh-TW" of="35541d86"
# 你的實驗，從寬度 16 開始：

# %% key="wide-settings-sweep" tags=["nbval-ignore-output"]
### BEGIN SOLUTION
rates = 2.0 ** np.arange(-8, -2)
losses = desk.small(rates, seed=range(2)).mean(axis=1)
tuned = rates[losses.argmin()]
for mup in [False, True]:  # one of the three for each way, at the rate of width 16
    hp.say(f"rate {tuned:.4f}, muP {mup}: loss {desk.large(tuned, mup):.3f}")
### END SOLUTION

# %% bind="wide-settings-try"
from hpcourse.page import scale_up

says("Begin at width 16", "從寬度 16 開始", scale_up.SMALL == 16)

# %% key="wide-settings-answer"
wide_settings = {"lr": tuned, "mup": True}  ### SOLUTION

# %% key="wide-settings-check" task="wide_settings" points=2 tags=["nbval-ignore-output"]
hp.check("wide_settings", wide_settings)

# %% [markdown] key="end" lang="en"
# ## Done
#
# You can now read a recipe's lines against each other: you know why a rare word is late under one rate for all, how far one bad gradient carries a weight, how to clip without bending, what a branch costs, and which number has to change when the width does.
#
# Next: train something of your own, with [a recipe whose every line you can explain](day7_large_models.ipynb). If you use PyTorch, the [take-home notebook](take_home_pytorch.ipynb) has a loop to copy.

# %% [markdown] key="end" lang="zh-TW" of="c8fec565"
# ## 完成
#
# 現在你讀配方，能把各行互相對照著看：為什麼大家共用一個學習率，罕見字就落後；一個壞梯度會把權重帶走多遠；怎樣裁剪才不會弄歪方向；一個分支要花多少；寬度改了，哪個數字也得跟著改。
#
# 接下來：訓練一個自己的模型，用一份[每一行你都說得出道理的配方](day7_large_models.ipynb)。用 PyTorch 的話，[帶回家的筆記本](take_home_pytorch.ipynb)裡有可以直接複製的迴圈。

# %% bind="end"
free("a rare word is late", "罕見字就落後", "what Day 7 measures")

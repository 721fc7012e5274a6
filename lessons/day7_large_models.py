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
# # Day 7 · A large model's recipe, line by line
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Fday7_large_models.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/day7_large_models.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/day7_large_models.ipynb) · [English](../en/day7_large_models.ipynb) · [繁體中文](../zh-TW/day7_large_models.ipynb)
#
# **You will do:** read the recipe of a real language model, and try each of its lines on a laptop; train on words; carry a learning rate from a small network to a large one; stop a training wherever you like.
#
# **You will learn:** what each line buys, and when; which of them is felt on a small, healthy run, and which are insurance.
#
# **You need:** Days 1 to 5. About 45 minutes; section 6 is optional. Run the cells from top to bottom with Shift+Enter. On Colab, first choose File → Save a copy in Drive. After a restart of the kernel, begin again with the first cell.

# %% [markdown] key="title" lang="zh-TW" of="06ffe315"
# # 第 7 天 · 逐行讀懂大型模型的訓練配方
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Fday7_large_models.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/day7_large_models.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/day7_large_models.ipynb) · [English](../en/day7_large_models.ipynb) · [繁體中文](../zh-TW/day7_large_models.ipynb)
#
# **你會動手做**：讀一份真實語言模型的訓練配方，每一行都在自己的筆電上試一次；用文字訓練；把學習率從小網路帶到大網路；訓練想停在哪裡就停在哪裡。
#
# **你會學到**：配方的每一行換來什麼、什麼時候才用得上；在一次規模小、沒出狀況的訓練裡，哪一行有感，哪些只是保險。
#
# **你需要**：第 1 天到第 5 天的內容。大約 45 分鐘，第 6 節可以略過。請由上到下，用 Shift+Enter 逐格執行。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。重新啟動核心（kernel）之後，請從第一格開始重新執行。

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
digits, network = hp.digits(), hp.MLP((64, 32, 10))

# %% [markdown] key="puzzle" lang="en"
# ## 1. A puzzle
#
# A **language model** guesses how a text goes on. Llama 3 comes in three sizes (Grattafiori et al. 2024, table 3), named by their number of weights: 8B is eight billion. The layers of the 8B model are 4,096 units wide, and its **peak rate**, the highest learning rate of its schedule, is `3e-4`. The 70B model is 8,192 wide and has `1.5e-4`. The 405B model is 16,384 wide. **Predict:** which peak rate did its makers choose?

# %% [markdown] key="puzzle" lang="zh-TW" of="240482c2"
# ## 1. 一個謎題
#
# **語言模型**（language model）要猜文字接下來是什麼。Llama 3 有三種規模（Grattafiori 等人，2024，表 3），以權重的個數命名：8B 就是八十億個。8B 模型的層寬是 4,096 個單元，**最高學習率**（peak rate）是 `3e-4`；70B 模型寬 8,192，用 `1.5e-4`；405B 模型寬 16,384。**先預測**：開發團隊替它選的最高學習率是多少？

# %% key="puzzle-run"
with hp.predict("day7-puzzle"):
    from importlib.resources import files

    # where each is published stands in the README beside it
    file = files("hpcourse") / "data/peak_rates.csv"
    published = np.genfromtxt(file, None, delimiter=",", names=True, encoding="utf-8")
    family = {
        name: published[published["family"] == name] for name in published["family"]
    }
    for _, name, width, rate in family["Llama 3"]:
        hp.say(f"{name}: width {width}, peak rate {rate:g}, product {width * rate:.2f}")

# %% key="puzzle-figure"
with hp.after("day7-puzzle"):
    fig, ax = plt.subplots()
    looks = [("o-", 6, None), ("s", 11, "none"), ("D", 6, None)]
    for (name, models), (look, size, face) in zip(family.items(), looks):
        ax.plot(models["width"], models["rate"], look, ms=size, mfc=face, label=name)
    ax.set(xscale="log", yscale="log", xlabel="width", ylabel="peak learning rate")
    ax.legend()
    hp.show(fig, "day7-puzzle")

# %% [markdown] key="puzzle-answer" lang="en"
# <details><summary>After your answer: a pattern in three families</summary>
#
# `8e-5`: twice as wide, about half the rate. The product of width and rate is 1.23, 1.23 and 1.31. In the eight sizes of GPT-3 (Brown et al. 2020, table 2.1) and of Pythia (its published configurations) it stays between 0.3 and 0.75, while the widths differ by a factor of ten or more. Section 4 shows one reason. (In five of its sizes Pythia has GPT-3's very numbers; the sizes differ in depth as well, GPT-3's in batch too, and not every family keeps to it: see the table of section 8.)
#
# So a recipe is not a list of magic numbers. Its lines answer to each other, and to the model.
#
# </details>

# %% [markdown] key="puzzle-answer" lang="zh-TW" of="ed657db0"
# <details><summary>作答之後：三個家族，同一個規律</summary>
#
# `8e-5`：寬度加倍，學習率大約減半。寬度乘學習率分別是 1.23、1.23 和 1.31。GPT-3 的八種規模（Brown 等人，2020，表 2.1）和 Pythia 的八種規模（公開的設定檔），寬度差了十倍以上，這個乘積都在 0.3 到 0.75 之間。第 4 節會說明其中一個原因。（Pythia 有五種規模，兩個數字都和 GPT-3 的一樣；各種規模的深度也不同，GPT-3 連批次都不同，而且不是每個家族都照這個規律：見第 8 節的表。）
#
# 所以配方不是一串神奇數字。每一行都和其他行有關，也和模型有關。
#
# </details>

# %% bind="day7-puzzle"
right("8e-5", tuple(family["Llama 3"][2])[2:] == (16384, 8e-5))
slope = {
    name: np.polyfit(np.log(of["width"]), np.log(of["rate"]), 1)[0]
    for name, of in family.items()
}
says(
    "two of them nearly as one over the width and GPT-3's a little less",
    "其中兩個大約和寬度成反比，GPT-3 降得稍微慢一點",
    max(slope["Llama 3"], slope["Pythia"]) < -0.88 and -0.85 < slope["GPT-3"] < -0.7,
)

# %% bind="puzzle"
says("4,096 units wide", "層寬是 4,096 個單元", family["Llama 3"]["width"][0] == 4096)
says("is 8,192 wide", "寬 8,192", family["Llama 3"]["width"][1] == 8192)
says("is 16,384 wide", "寬 16,384", family["Llama 3"]["width"][2] == 16384)
says(
    "schedule, is `3e-4`",
    "（peak rate）是 `3e-4`",
    family["Llama 3"]["rate"][0] == 3e-4,
)
says("wide and has `1.5e-4`", "，用 `1.5e-4`", family["Llama 3"]["rate"][1] == 1.5e-4)
free("Llama 3 comes in three sizes", "Llama 3 有三種規模", "what was published")
free("the highest learning rate", "**最高學習率**（peak rate）", "a definition")
free("", "最高學習率是多少", "the question")
free("table 3", "表 3", "the place in the source")
free("eight billion", "八十億個", "a unit")

# %% bind="puzzle-answer"
products = family["Llama 3"]["width"] * family["Llama 3"]["rate"]
says("`8e-5`: twice", "`8e-5`：寬度", family["Llama 3"]["rate"][2] == 8e-5)
says(
    "twice as wide, about half the rate",
    "寬度加倍，學習率大約減半",
    0.4 < products[2] / products[0] / 2 < 0.6,
)
says(
    "is 1.23, 1.23 and 1.31",
    "分別是 1.23、1.23 和 1.31",
    np.allclose(products, [1.23, 1.23, 1.31], atol=0.005),
)
others = published[published["family"] != "Llama 3"]
others = others["width"] * others["rate"]
says("three families", "三個家族", len(family) == 3)
pairs = [{(of["width"], of["rate"]) for of in family[f]} for f in ("GPT-3", "Pythia")]
says(
    "In five of its sizes Pythia has GPT-3's very numbers",
    "Pythia 有五種規模，兩個數字都和 GPT-3 的一樣",
    len(set.intersection(*pairs)) == 5,
)
says("In the eight sizes of GPT-3", "GPT-3 的八種規模", len(family["GPT-3"]) == 8)
free("", "Pythia 的八種規模", "its sizes")
free("table 2.1", "表 2.1", "the place in the source")
free("GPT-3's in batch too", "GPT-3 連批次都不同", "its table 2.1")
says(
    "between 0.3 and 0.75",
    "在 0.3 到 0.75 之間",
    0.3 < others.min() < others.max() < 0.75,
)
says(
    "a factor of ten or more",
    "寬度差了十倍以上",
    family["Pythia"]["width"][-1] / family["Pythia"]["width"][0] >= 10,
)

# %% [markdown] key="card" lang="en"
# Here is a whole recipe, that of OLMo 2 7B (its published configuration). Line by line, we try it on small things:
#
# | line | OLMo 2 7B | here |
# |---|---|---|
# | optimizer | AdamW, $\beta_1$ `0.9`, $\beta_2$ `0.95` | sections 2 and 3 |
# | clipping | the gradient's length at `1.0` | section 3 |
# | peak rate | `3e-4` at width `4096` | section 4 |
# | schedule | warmup over `2000` updates, then cosine; cut, and down to zero | section 5 |
# | batch | `1024` texts of `4096` tokens (pieces of words) | section 6 |
# | weight decay | `0.1` | section 7 |

# %% [markdown] key="card" lang="zh-TW" of="81f38d8b"
# 下面是一份完整的配方，來自 OLMo 2 7B 公開的設定檔。我們逐行拿小東西來試：
#
# | 項目 | OLMo 2 7B | 本課 |
# |---|---|---|
# | 最佳化器 | AdamW，$\beta_1$ `0.9`，$\beta_2$ `0.95` | 第 2、3 節 |
# | 裁剪（clipping） | 梯度長度限制在 `1.0` | 第 3 節 |
# | 最高學習率 | 寬度 `4096` 時 `3e-4` | 第 4 節 |
# | 學習率排程 | 預熱 `2000` 次更新，再走餘弦；中途截斷，降到零 | 第 5 節 |
# | 批次 | `1024` 段文字，每段 `4096` 個 token（詞元） | 第 6 節 |
# | 權重衰減 | `0.1` | 第 7 節 |

# %% bind="card"
free("that of OLMo 2 7B", "來自 OLMo 2 7B", "a name")
free("line | OLMo 2 7B", "項目 | OLMo 2 7B", "a name")
free("", "最高學習率", "the name of a line")

# %% [markdown] key="words" lang="en"
# ## 2. AdamW: why not SGD?
#
# One of the smallest language models guesses the next word from the one before it, the given word. It has a weight for every pair of words (a **bigram**): the row of the given word, through a softmax, is the guess. All that it can learn stands in a table that counts how often each word follows each. The package has that of the 150 most frequent words of the King James Bible, and `hp.Bigram` is the model's loss on all the text at once: no batches, nothing random.
#
# No guess can be perfect. What counts is what is **left to learn**: the loss after a given word minus the lowest loss possible there, in **nats** (the unit of a cross-entropy with natural logarithms).

# %% [markdown] key="words" lang="zh-TW" of="0568f485"
# ## 2. AdamW：為什麼不用 SGD？
#
# 有一種非常小的語言模型，只看前一個字，猜下一個字。每一對相鄰的字（bigram）有一個權重：前一個字所在的那一列，經過 softmax，就是對下一個字的猜測。它能學的全在一張表裡：每個字後面接過哪些字、各幾次。套件附了這樣一張表，收的是《論語》中最常見的 150 個字。`hp.Bigram` 是這個模型在整份文字上的損失，沒有批次，也沒有任何隨機成分。
#
# 再好的模型也不可能每次都猜對，所以要看的是**還沒學到的**：某個字之後的損失，減去那裡可能的最低損失。單位是 nat，也就是交叉熵取自然對數時的單位。

# %% key="words-model"
words, counts = hp.bigram_counts()
model = hp.Bigram(counts)
start = np.zeros(model.dim)
print(model, *words[:12])


def best_of(model, rule, steps=30):
    """What is left to learn of each word, at the best of the rule's rates."""
    end = hp.descend(model, rule, start, steps, record=False).end
    left = model.excess(end)
    return left[(left @ model.frequencies).argmin()]


# %% [markdown] key="words-predict" lang="en"
# **Predict.** We train with SGD for 30 steps and keep the best of seven rates. Which words has it learnt well?

# %% [markdown] key="words-predict" lang="zh-TW" of="c3c9a57f"
# **先預測**：用 SGD 訓練 30 步，從七個學習率中取最好的。它學好的是哪些字？

# %% key="words-run"
with hp.predict("day7-words"):
    sgd, adam = hp.SGD(2.0 ** np.arange(5, 12)), hp.Adam(2.0 ** np.arange(-4, 3))
    momentum = hp.Momentum(2.0 ** np.arange(3, 10))
    left = {"SGD": best_of(model, sgd), "Momentum": best_of(model, momentum)}
    left["Adam"] = best_of(model, adam)
    fig, ax = plt.subplots()
    for name in ["SGD", "Adam"]:
        colour = hp.figures.OPTIMIZER_STYLES[name]["color"]
        mark = hp.figures.OPTIMIZER_MARKERS[name]
        ax.plot(model.frequencies, left[name], mark, ms=4, color=colour, label=name)
    ax.set(xscale="log", xlabel="how often the word comes", ylabel="nats left to learn")
    ax.legend()
    hp.show(fig, "day7-words")

# %% key="words-numbers"
with hp.after("day7-words"):
    for name, nats in left.items():
        average, behind = nats @ model.frequencies, (nats > 0.5).sum()
        hp.say(f"{name}: {average:.2f} nats left, {behind} words over half a nat")

# %% bind="day7-words"
says(
    "SGD, 30 steps on all the text at once",
    "走 30 步，用最好的學習率",
    best_of.__defaults__ == (30,),
)

# %% [markdown] key="words-answer" lang="en"
# <details><summary>After your answer: one dot a word</summary>
#
# SGD has learnt the frequent words. The rarer a word, the more is left, and more than half of all words are still over half a nat behind. Adam's marks lie flat: none is behind, the rare words as little as the frequent ones. On average momentum stands between.
#
# A few of the most frequent words are the exception: at this rate they ring, as beyond the threshold of Day 1, and step 30 finds one or two of them high. The best rate is a compromise: a larger one would throw these out, a smaller one would leave still more of the rare ones.
#
# </details>

# %% [markdown] key="words-answer" lang="zh-TW" of="1d1b20d7"
# <details><summary>作答之後：一個點是一個字</summary>
#
# SGD 學好的是常見字。字越罕見，剩下的越多，一半以上的字還差半個 nat 以上。Adam 的點是平的：沒有一個字落後，罕見字剩下的和常見字一樣少。平均來看，動量法介於兩者之間。
#
# 最常見的幾個字是例外：在這個學習率，它們會來回震盪，就像第 1 天過了門檻那樣；第 30 步時，正好有一兩個停在高處。所謂最好的學習率只是折衷：再大，這幾個字就會被甩出去；再小，罕見字剩下的更多。
#
# </details>

# %% bind="day7-words"
right("The common ones", left["SGD"][:50].mean() < 0.7 * left["SGD"][100:].mean())

# %% bind="words"
says("the 150 most frequent words", "最常見的 150 個字", len(words) == 150)
free("One of the smallest language models", "非常小的語言模型", "a definition")
free("the lowest loss possible", "可能的最低損失", "a definition")

# %% bind="words-predict"
says(
    "the best of seven rates",
    "從七個學習率中取最好的",
    {len(r.lr) for r in (sgd, momentum, adam)} == {7},
)

# %% bind="words-answer"
rare, often = left["SGD"][100:].mean(), left["SGD"][:50].mean()
says("The rarer a word, the more is left", "字越罕見，剩下的越多", rare > 1.5 * often)
behind = {name: (nats > 0.5).mean() for name, nats in left.items()}
says("more than half of all words", "一半以上的字", 0.5 < behind["SGD"] < 0.7)
free("over half a nat behind", "還差半個 nat 以上", "the border chosen")
says("none is behind", "沒有一個字落後", behind["Adam"] == 0)
adams = left["Adam"]
says(
    "the rare words as little as the frequent ones",
    "罕見字剩下的和常見字一樣少",
    adams[100:].mean() < 1.1 * adams[:50].mean(),
)
top, later = np.split(left["SGD"][np.argsort(-model.frequencies)][:23], [3])
says(
    "step 30 finds one or two of them high",
    "第 30 步時，正好有一兩個停在高處",
    1 <= (top > 3 * np.median(later)).sum() <= 2,
)
at_all = model.excess(hp.descend(model, sgd, start, 30, record=False).end)
best_rate = sgd.lr[(at_all @ model.frequencies).argmin()]
bend = [np.linalg.eigvalsh(np.diag(p) - np.outer(p, p))[-1] for p in model.following]
ringing = np.flatnonzero(best_rate * model.frequencies * bend > 2)
says(
    "A few of the most frequent words are the exception: at this rate they ring",
    "最常見的幾個字是例外：在這個學習率，它們會來回震盪",
    2 < len(ringing) < 6 and ringing.max() < 8,
)
slower = model.excess(hp.descend(model, hp.SGD(sgd.lr[0]), start, 30, record=False).end)
says(
    "a smaller one would leave still more",
    "再小，罕見字剩下的更多",
    slower[100:].mean() > rare,
)
free(
    "The best rate is a compromise", "所謂最好的學習率只是折衷", "its two sides follow"
)
free(
    "a larger one would throw these out",
    "再大，這幾個字就會被甩出去",
    "task 1 at the live figure",
)
average = {name: nats @ model.frequencies for name, nats in left.items()}
says(
    "On average momentum stands between",
    "平均來看，動量法介於兩者之間",
    average["Adam"] < average["Momentum"] < average["SGD"],
)

# %% [markdown] key="play-words" lang="en"
# **Your turn.** One dot is one word.
#
# 1. With SGD, at which rate do the frequent words begin to ring? Where are the rare ones then?
# 2. Find a rate of SGD at which no word is more than half a nat behind. Is there one?
# 3. The same with Adam: how many of the rates will do?

# %% [markdown] key="play-words" lang="zh-TW" of="cb6759da"
# **換你玩**：一個點是一個字。
#
# 1. 用 SGD，學習率到多大，常見字就開始震盪？那時罕見字在哪裡？
# 2. 替 SGD 找一個學習率，讓每個字都只差半個 nat 以內。有嗎？
# 3. Adam 呢？有幾個學習率辦得到？

# %% key="explore-words"
with hp.after("day7-words"):
    hp.show(hp.explore_words())

# %% bind="play-words"
free("more than half a nat behind", "", "a task at the live figure")

# %% [markdown] key="cause" lang="en"
# Is it really the frequency? Give all words the same frequency, and leave what follows each as it is:

# %% [markdown] key="cause" lang="zh-TW" of="ed803604"
# 真的是頻率造成的嗎？讓每個字一樣常見，後面接什麼則照舊：

# %% key="cause-run"
equal = hp.Bigram(model.following)
equal_left = best_of(equal, sgd).mean()
sgd_left = left["SGD"] @ model.frequencies
hp.say(f"SGD: {sgd_left:.2f} nats left, with equal words {equal_left:.2f}")

# %% key="alone"
i = 100
pi, only = model.frequencies[i], np.zeros_like(counts)
only[i] = counts[i]
for rule, own in [(hp.SGD(256.0), hp.SGD(256.0 * pi)), (hp.Adam(0.5, eps=1e-30),) * 2]:
    together = model.excess(hp.descend(model, rule, start, 30).end)[i]
    alone = hp.Bigram(only).excess(hp.descend(hp.Bigram(only), own, start, 30).end)[i]
    assert np.isclose(together, alone)
    print(words[i], f"{together:.4f} {alone:.4f}")

# %% [markdown] key="cause-seen" lang="en"
# Most of SGD's lag is gone, and nothing but the frequencies has changed. The second cell makes it exact: a word of frequency $\pi$ moves as if it were alone, trained at the rate $\eta\,\pi$. One rate for all is held down by the most frequent words, and the rare ones crawl: Day 4's ravine, with a word for each direction. Adam divides $\pi$ away: a word moves as if alone *at the same rate* ($\epsilon$ is next to nothing here, to make it exact). Kunstner et al. (2024) found the like in transformers, the networks of today's language models, there for the word that is to be guessed; our exact statement is about the given one.
#
# How far this goes depends on the text. Where no word is very frequent, SGD lags less, and equal frequencies take less of the lag away.

# %% [markdown] key="cause-seen" lang="zh-TW" of="81ab7068"
# SGD 落後的部分大多消失了，而改變的只有頻率。第二格程式說得更精確：頻率為 $\pi$ 的字，走法就像只有它一個字、用學習率 $\eta\,\pi$ 訓練。大家共用的學習率，大小受限於最常見的那些字，罕見的字只好慢慢爬：這就是第 4 天的山谷，一個字一個方向。Adam 把 $\pi$ 除掉了：每個字的走法就像只有它一個字，用**同樣的**學習率（這裡把 $\epsilon$ 設得極小，結果才會精確）。Kunstner 等人（2024）在 Transformer（現今語言模型所用的網路）裡看到類似的事，談的是要猜的那個字；我們的精確說法談的是前一個字。
#
# 影響多大，要看文字。如果沒有特別常見的字，SGD 就落後得少一些，讓每個字一樣常見，能補回來的也就少一些。

# %% [markdown] key="own-text" lang="en"
# <details><summary>A text of your own</summary>
#
# Put it into `text`, run this in a cell of your own, and play with its words. Every Chinese character counts as a word.
#
# ```python
# import re
# from collections import Counter
# from itertools import pairwise
#
# tokens = re.findall(r"[a-z']+|[\u4e00-\u9fff]", text.lower())
# most = [word for word, _ in Counter(tokens).most_common(150)]
# place, table = {word: i for i, word in enumerate(most)}, np.zeros((len(most),) * 2)
# for pair in pairwise(tokens):
#     if place.keys() >= set(pair):
#         table[place[pair[0]], place[pair[1]]] += 1
# hp.explore_words(most, table)
# ```
#
# </details>

# %% [markdown] key="own-text" lang="zh-TW" of="9518aa52"
# <details><summary>換上你自己的文字</summary>
#
# 把文字放進 `text`，另開一格執行下面的程式，就能拿它的字來玩。中文一個字算一個，英文一個單字算一個。
#
# ```python
# import re
# from collections import Counter
# from itertools import pairwise
#
# tokens = re.findall(r"[a-z']+|[\u4e00-\u9fff]", text.lower())
# most = [word for word, _ in Counter(tokens).most_common(150)]
# place, table = {word: i for i, word in enumerate(most)}, np.zeros((len(most),) * 2)
# for pair in pairwise(tokens):
#     if place.keys() >= set(pair):
#         table[place[pair[0]], place[pair[1]]] += 1
# hp.explore_words(most, table)
# ```
#
# </details>

# %% bind="cause-seen"
says("Most of SGD's lag is gone", "落後的部分大多消失了", equal_left < 0.45 * sgd_left)
free(
    "held down by the most frequent words",
    "受限於最常見的那些字",
    "the threshold of Day 1, of the steepest direction",
)
free("SGD lags less", "", "in tests/claims, with frequencies drawn together")
free("", "落後得少一些", "as above")
free(
    "take less of the lag away",
    "能補回來的也就少一些",
    "the end is the same, and the lag smaller",
)

# %% [markdown] key="spike" lang="en"
# ## 3. $\beta_2$ and clipping: one bad gradient
#
# Once in a while a batch is bad: a broken file, numbers in the wrong units. **Predict:** Adam has met gradients of size 1 and random sign for long. Then comes one that is 10,000 times as large. With $\beta_2$ = 0.999, how far does the weight go, over all the updates that follow?

# %% [markdown] key="spike" lang="zh-TW" of="aa9f02e4"
# ## 3. $\beta_2$ 和裁剪：一個壞梯度
#
# 每隔一陣子就會遇到壞批次：檔案損毀，或數字用錯單位。**先預測**：Adam 一直遇到大小為 1、正負隨機的梯度，突然來了一個 10,000 倍大的。$\beta_2$ 是 0.999 時，接下來的更新加起來，權重總共會被帶走多遠？

# %% key="spike-run"
with hp.predict("day7-spike"):
    betas, huge = [0.999, 0.99, 0.95], 4_000
    gradients = np.random.default_rng(0).choice([-1.0, 1.0], huge + 300)
    gradients[huge] = 1e4
    moves = {b: hp.replay(hp.Adam(1.0, beta2=b), gradients).moves for b in betas}
    ways = {b: np.cumsum(m[huge - 20 :]) for b, m in moves.items()}
    places = {rf"$\beta_2$ = {b}": way - way[19] for b, way in ways.items()}
    fig, ax = plt.subplots()
    hp.figures.named_lines(np.arange(-19, 301), places, ax, "legend")
    ax.set(xlabel="updates after the bad one", ylabel="way of the weight / η")
    hp.show(fig, "day7-spike")

# %% key="spike-numbers"
with hp.after("day7-spike"):
    for b, move in moves.items():
        first, total = move[huge], move[huge : huge + 150].sum()
        rest = np.abs(move[huge + 150 :]).mean()
        hp.say(f"beta2 {b}, in η: first {first:.2f}, all {total:.1f}, then {rest:.3f}")

# %% bind="day7-spike"
carried = {b: moves[b][huge : huge + 150].sum() for b in betas}
says(
    "with β₂ 0.999 it is carried more than thirty rates away, with 0.99 about ten, with 0.95 about six",
    "β₂ 是 0.999 時，被帶走的距離是學習率的三十多倍，0.99 時約十倍，0.95 時約六倍",
    30 < carried[0.999] < 40 and 9 < carried[0.99] < 11.5 and 5 < carried[0.95] < 7,
)
says(
    "Adam, β₂ = 0.999, and one gradient 10,000 times too large",
    "Adam，β₂ = 0.999，遇到一個放大成 10,000 倍的梯度",
    betas[0] == 0.999 and gradients[huge] == 1e4,
)
says("The first step is about 3 η", "第一步大約 3 η", 2.8 < moves[0.999][huge] < 3.4)

# %% [markdown] key="spike-answer" lang="en"
# <details><summary>After your answer: three effects of one gradient</summary>
#
# The first step is $(1-\beta_1)/\sqrt{1-\beta_2}$ rates long: about 3.2 with 0.999, 1 with 0.99, less than half of one with 0.95. Momentum carries on, so that in all the weight goes more than 30, about 10, and about 6 rates. And then $v$ is so large that normal gradients hardly move the weight: it stands still until $v$ has forgotten, which takes the longer, the nearer $\beta_2$ is to 1.
#
# </details>

# %% [markdown] key="spike-answer" lang="zh-TW" of="ef12b5b4"
# <details><summary>作答之後：一個梯度，三種後果</summary>
#
# 第一步的長度是學習率的 $(1-\beta_1)/\sqrt{1-\beta_2}$ 倍：0.999 時約 3.2 倍，0.99 時是 1 倍，0.95 時不到一半。動量還會帶著權重繼續走，總共走了學習率的 30 多倍、約 10 倍和約 6 倍。之後 $v$ 太大，正常的梯度幾乎推不動權重：它停在那裡，直到 $v$ 忘掉為止；$\beta_2$ 越接近 1，就要等越久。
#
# </details>

# %% bind="day7-spike"
right("About 30 η", 25 < moves[0.999][huge : huge + 150].sum() < 38)

# %% bind="spike"
says(
    "gradients of size 1 and random sign",
    "大小為 1、正負隨機的梯度",
    {*gradients[:huge]} == {-1, 1},
)
says("10,000 times as large", "10,000 倍大", gradients[huge] == 10_000)
says("= 0.999, how far", "是 0.999 時", betas[0] == 0.999)

# %% bind="spike-answer"
first = [move[huge] for move in moves.values()]
carried = [move[huge : huge + 150].sum() for move in moves.values()]
says(
    "about 3.2 with 0.999",
    "0.999 時約 3.2 倍",
    abs(first[0] - 3.16) < 0.05 and betas[0] == 0.999,
)
says("1 with 0.99", "0.99 時是 1 倍", abs(first[1] - 1) < 0.02 and betas[1] == 0.99)
says(
    "less than half of one with 0.95",
    "0.95 時不到一半",
    first[2] < 0.5 and betas[2] == 0.95,
)
says(
    "more than 30, about 10, and about 6 rates",
    "30 多倍、約 10 倍和約 6 倍",
    30 < carried[0] < 34 and 9.5 < carried[1] < 11.5 and 5 < carried[2] < 6.5,
)
still = [np.abs(move[huge + 150 :]).mean() for move in moves.values()]
says("which takes the longer, the nearer", "越接近 1，就要等越久", still[0] < 0.05)
free("", "第一步的長度是學習率的", "the formula")
free(
    "three effects of one gradient",
    "一個梯度，三種後果",
    "first step, carried way, standstill: the text lists them",
)

# %% [markdown] key="memory" lang="en"
# So 0.95 is safer. What does it cost? The memory of $v$ holds about $B/(1-\beta_2)$ examples, so try it with small batches and with large ones. A batch of words is itself a small table of counts:

# %% [markdown] key="memory" lang="zh-TW" of="a1ec0f21"
# 所以 0.95 比較安全。代價是什麼？$v$ 的記憶大約裝得下 $B/(1-\beta_2)$ 個樣本，所以小批次和大批次都要試一次。一批字本身就是一張小小的次數表：

# %% key="on-batches"
small = hp.Bigram(counts[:100, :100])


def on_batches(rule, runs, batch_size, updates):
    """What is left to learn after every update, of `runs` runs on the same batches."""
    rng, share = np.random.default_rng(0), small.counts.ravel() / small.counts.sum()
    w, left = np.zeros((runs, small.dim), np.float32), []
    state = rule.init(w)
    for _ in range(updates):
        pairs = rng.multinomial(batch_size, share).reshape(small.counts.shape)
        w, state = rule.step(w, hp.Bigram(pairs).gradient(w), state)
        left.append(small(w) - small.floor)
    return np.array(left)


# %% key="memory-table" tags=["nbval-ignore-output"]
memories = np.array([0.9, 0.95, 0.99, 0.999])
beta2, lr = np.meshgrid(memories, 2.0 ** np.arange(-6, -2), indexing="ij")
rule = hp.Adam(lr.reshape(-1, 1), beta2=beta2.reshape(-1, 1))
costs = {}
for size in [32, 512]:
    end = on_batches(rule, lr.size, size, updates=240)[-1].reshape(lr.shape)
    costs[size] = end.min(axis=1)  # each memory at its own best rate
    line = "  ".join(f"{b:g}: {nats:.3f}" for b, nats in zip(memories, costs[size]))
    hp.say(f"batch size {size}, nats left by beta2: {line}")

# %% [markdown] key="memory-seen" lang="en"
# With batches of 32, the memory of 0.9 learns clearly less than that of 0.999, each at its own best rate (on one draw of batches; others agree): ten batches of 32 do not know how large the gradient of a rare word is. With 512, a memory of 0.95 costs nothing any more. Large models have batches of millions of tokens, so 0.95 should cost them little (we have tried it on words only). Copied to a small batch, it is not safe: Day 5's default of 0.999 did better with batches of 32. Marek et al. (2025) advise to keep the memory fixed in tokens instead.

# %% [markdown] key="memory-seen" lang="zh-TW" of="b003f74a"
# 批次大小 32 時，即使各用自己最好的學習率，0.9 的記憶學到的也明顯比 0.999 少（只抽了一次批次，再抽幾次也一樣）：十批各 32 個字，還看不出罕見字的梯度有多大。批次大小 512 時，0.95 的記憶就不必付出代價了。大型模型的一批有幾百萬個 token，所以 0.95 的代價應該很小（我們只在這裡的文字上試過）；照抄到小批次就不保險：批次大小 32 時，第 5 天的預設值 0.999 比較好。Marek 等人（2025）建議，讓記憶涵蓋的 token 數維持不變。

# %% bind="memory-seen"
says(
    "With batches of 32, the memory of 0.9 learns clearly less than that of 0.999",
    "批次大小 32 時，即使各用自己最好的學習率，0.9 的記憶學到的也明顯比 0.999 少",
    costs[32][0] > 1.15 * costs[32][-1],
)
says(
    "each at its own best rate",
    "即使各用自己最好的學習率",
    np.allclose(costs[512], [nats.min() for nats in end]),
)
free(
    "on one draw of batches; others agree",
    "只抽了一次批次，再抽幾次也一樣",
    "in tests/claims",
)
free("ten batches of 32", "十批各 32 個字", "1/(1 - 0.9) batches")
says(
    "With 512, a memory of 0.95 costs nothing any more",
    "批次大小 512 時，0.95 的記憶就不必付出代價了",
    costs[512][1] < 1.05 * costs[512][-1] and list(memories[[1, -1]]) == [0.95, 0.999],
)
free(
    "batches of millions of tokens, so 0.95",
    "幾百萬個 token，所以 0.95",
    "published: see the table of section 8",
)
says(
    "0.999 did better with batches of 32",
    "批次大小 32 時，第 5 天的預設值 0.999 比較好",
    costs[32][-1] < min(costs[32][:2]),
)

# %% bind="memory"
way = {b: move[huge : huge + 150].sum() for b, move in moves.items()}
says("So 0.95 is safer", "所以 0.95 比較安全", way[0.95] == min(way.values()))

# %% [markdown] key="clip" lang="en"
# **Clipping** is the other protection: a gradient longer than a limit $c$ is shortened to $c$, all weights together, so that it keeps its direction. Here one batch of 414 has its pixels in the wrong units, 100 times too large:

# %% [markdown] key="clip" lang="zh-TW" of="6c683612"
# 另一種保護是**梯度裁剪**（gradient clipping）：梯度比上限 $c$ 長，就縮短到 $c$；所有權重一起縮，方向不變。下面 414 批裡有一批的像素用錯單位，放大成 100 倍：

# %% key="bad-batch"
limit, factor = np.array([[np.inf], [1.0]]), 100  # one run without, one with clipping
momentum, rng, losses = hp.Momentum(0.1), np.random.default_rng(0), []
w = np.stack([network.init(0)] * 2)
state = momentum.init(w)
for _ in range(18):
    for X, y in hp.minibatches(digits.X_train, digits.y_train, 64, rng):
        X = factor * X if len(losses) == 100 else X
        loss, grad = network.loss_and_gradient(w, X, y)
        length = np.linalg.norm(grad, axis=1, keepdims=True)
        grad = grad * np.minimum(1, limit / length)
        w, state = momentum.step(w, grad, state)
        losses.append(loss)

# %% key="bad-batch-figure" tags=["nbval-ignore-output"]
without, clipped = np.array(losses).T
fig, ax = plt.subplots()
lines = {"no clipping": without, f"clip at {limit[1, 0]:g}": clipped}
hp.figures.named_lines(np.arange(len(losses)), lines, ax, "legend")
ax.set(xlabel="update", ylabel="loss of the batch", yscale="log")
hp.show(fig, "day7-bad-batch")
plain = network.loss(w, digits.X_train, digits.y_train)
rough, smooth = plain
hp.say(f"training loss: {rough:.2f} without, {smooth:.2f} with clipping")

# %% bind="day7-bad-batch"
says(
    "without clipping a spike at update 100 and a long way back",
    "不裁剪時，第 100 次更新之後衝高",
    100 < without.argmax() < 112 and (without[106:] > without[70:100].max()).sum() > 30,
)
says(
    "with clipping only the bad batch itself stands out",
    "有裁剪時，只有那一批本身的損失很高",
    clipped[100] > 5 * clipped[50:100].max() > 2.5 * clipped[101:].max(),
)

# %% [markdown] key="clip-seen" lang="en"
# Both runs meet the bad batch, and its own loss is high for both. The run without clipping takes a huge step, needs many updates to come back, and ends higher. The clipped one goes on as if nothing had happened. Where no batch is bad, clipping at 1 changes almost nothing here: it is insurance.
#
# Bad batches are not the only cause. Some surfaces have cliffs of their own, above all networks that feed themselves (Pascanu et al. 2013):

# %% [markdown] key="clip-seen" lang="zh-TW" of="2fb4a177"
# 兩次訓練都遇到壞批次，那一批的損失都很高。沒有裁剪的那次跨了一大步，花了許多次更新才回來，最後的損失也比較高；有裁剪的像什麼事也沒發生。沒有壞批次的時候，上限為 1 的裁剪在這裡幾乎不影響結果：它是保險。
#
# 壞批次不是唯一的原因。有些損失曲面本來就有懸崖，尤其是把自己的輸出再當成輸入的網路（Pascanu 等人，2013）：

# %% bind="clip"
says("one batch of 414", "414 批裡有一批", len(losses) == 414)
says("100 times too large", "放大成 100 倍", factor == 100)
free("longer than a limit", "", "a definition")

# %% bind="clip-seen"
says(
    "takes a huge step",
    "跨了一大步",
    without[101:110].max() > 4 * clipped[101:110].max(),
)
usual = clipped[70:100]
says(
    "its own loss is high for both",
    "那一批的損失都很高",
    min(without[100], clipped[100]) > 5 * usual.max(),
)
says(
    "needs many updates to come back",
    "花了許多次更新才回來",
    (without[101:] > usual.max()).sum() > 30,
)
says(
    "The clipped one goes on as if nothing had happened",
    "有裁剪的像什麼事也沒發生",
    clipped[101:131].mean() < 1.3 * usual.mean(),
)
says("ends higher", "最後的損失也比較高", plain[0] > 1.5 * plain[1])
free("changes almost nothing here", "幾乎不影響結果", "in tests/claims, with seeds")
says("clipping at 1 changes", "上限為 1 的裁剪", limit[1, 0] == 1)

# %% [markdown] key="play-cliff" lang="en"
# **Your turn.** The black dot is the start, in front of a cliff.
#
# 1. Without clipping, move the start until the walk is thrown away. How long is its longest gradient?
# 2. Which limit keeps it in the picture? Does a lower limit make it better still?

# %% [markdown] key="play-cliff" lang="zh-TW" of="99ccc484"
# **換你玩**：黑點是起點，前面就是懸崖。
#
# 1. 不裁剪，移動起點，直到路徑被拋出去。它遇到的最長梯度有多長？
# 2. 哪個上限能讓它留在圖裡？上限再低一點，會更好嗎？

# %% key="explore-cliff"
hp.explore_cliff()

# %% bind="play-cliff"
free("longest gradient", "最長梯度", "a task at the live figure")
free("a lower limit make it better", "會更好嗎", "a task")

# %% [markdown] key="width-intro" lang="en"
# ## 4. Why the peak rate follows the size
#
# Which rate is best? A sweep answers as finely as its grid. A parabola through the lowest point and its neighbours answers a little more finely:

# %% [markdown] key="width-intro" lang="zh-TW" of="d754131c"
# ## 4. 學習率為什麼跟著模型的大小走
#
# 哪個學習率最好？掃描能回答得多細，要看格點多密。用最低點和它的左右鄰居畫一條拋物線，可以再細一點：


# %% key="lowest-point"
def lowest_point(rates, losses):
    """The rate at the bottom of a parabola through the best three, on log scales."""
    curve = np.log(losses).mean(axis=1)
    k = np.clip(curve.argmin(), 1, len(rates) - 2) + np.array([-1, 0, 1])
    a, b, _ = np.polyfit(np.log2(rates[k]), curve[k], 2)
    return 2 ** (-b / (2 * a))


# %% bind="width-intro"
free("Which rate is best", "哪個學習率最好", "the question")
free("as finely as its grid", "", "what a grid is")
tried, middle = 2.0 ** np.arange(-9, -3), -6.3
says(
    "the lowest point",
    "用最低點",
    np.isclose(
        lowest_point(tried, np.exp((np.log2(tried) - middle) ** 2)[:, None]), 2**middle
    ),
)

# %% [markdown] key="width" lang="en"
# **Predict.** Four networks for the digits, three hidden layers each, of widths 16, 32, 64 and 128, and Adam at six rates. Where do their best rates lie?

# %% [markdown] key="width" lang="zh-TW" of="dbe35ddb"
# **先預測**：四個辨識手寫數字的網路，都有三個隱藏層，寬度分別是 16、32、64 和 128，用 Adam 試六個學習率。它們最好的學習率在哪裡？

# %% key="width-run" tags=["nbval-ignore-output"]
with hp.predict("day7-width"):
    widths, rates = [16, 32, 64, 128], 2.0 ** np.arange(-9, -3)
    nets = {n: hp.MLP((64, n, n, n, 10)) for n in widths}
    job = {"updates": 92, "seed": hp.seeds(6)}
    adam = hp.Adam(rates)
    sweeps = {n: hp.train(net, digits, adam, **job) for n, net in nets.items()}
    lines = {f"width {n}": s.train_loss.mean(axis=1) for n, s in sweeps.items()}
    fig, ax = plt.subplots()
    hp.figures.named_lines(rates, lines, ax, "legend", xscale="log", yscale="log")
    ax.set(xlabel=r"learning rate $\eta$", ylabel="training loss")
    hp.figures.numbered_log(ax.xaxis)
    hp.show(fig, "day7-width")


# %% key="width-best" tags=["nbval-ignore-output"]
with hp.after("day7-width"):
    best = {n: lowest_point(rates, s.train_loss) for n, s in sweeps.items()}
    for n, rate in best.items():
        hp.say(f"width {n}: best rate {rate:.4f}")

# %% bind="day7-width"
lowest_at = {n: rates[s.train_loss.mean(axis=1).argmin()] for n, s in sweeps.items()}
says("for four widths", "四種寬度的訓練損失", len(sweeps) == 4)
says(
    "the lowest points of the two wide ones lie farther left",
    "寬的兩個，最低點比較靠左",
    max(lowest_at[64], lowest_at[128]) < min(lowest_at[16], lowest_at[32]),
)
says("four networks of widths", "四個網路，寬度", len(nets) == 4)

# %% [markdown] key="width-answer" lang="en"
# <details><summary>After your answer: width and rate</summary>
#
# The wider, the smaller: from width 16 to 128 the best rate falls to less than half. Adam's first step moves every weight that has a gradient by about $\eta$, however small that is. A unit with $n$ inputs adds up $n$ such moves, and since they all answer to the same error, they agree. So a step that is right for a narrow network moves the outputs of a wide one too far.
#
# </details>

# %% [markdown] key="width-answer" lang="zh-TW" of="8744f79b"
# <details><summary>作答之後：寬度和學習率</summary>
#
# 越寬，越小：寬度從 16 到 128，最好的學習率降到不及一半。Adam 的第一步，只要梯度不是零，不管多小，權重都會移動大約 $\eta$。有 $n$ 個輸入的單元，會把 $n$ 個這樣的移動加起來；它們都在回應同一個誤差，方向一致。所以對窄網路剛好的一步，會讓寬網路的輸出動得太多。
#
# </details>

# %% bind="day7-width"
says("widths 16 to 128", "寬度 16 到 128", (min(best), max(best)) == (16, 128))
right("The wider, the smaller", best[widths[-1]] < best[widths[0]] / 2)

# %% bind="width"
says("Four networks for the digits", "四個辨識手寫數字的網路", len(nets) == 4)
says(
    "three hidden layers each",
    "都有三個隱藏層",
    all(len(net.sizes) == 5 for net in nets.values()),
)
says(
    "of widths 16, 32, 64 and 128",
    "寬度分別是 16、32、64 和 128",
    widths == [16, 32, 64, 128],
)
says("at six rates", "試六個學習率", len(rates) == 6)
free("their best rates", "最好的學習率在哪裡", "the question")

# %% bind="width-answer"
says(
    "The wider, the smaller: from width 16 to 128 the best rate falls to less than half",
    "越寬，越小：寬度從 16 到 128，最好的學習率降到不及一半",
    best[128] < best[16] / 2 and (np.diff(list(best.values())) < 0).all(),
)

# %% [markdown] key="one-step" lang="en"
# Measure it: make one Adam step of 0.001 and see how far the outputs move.

# %% [markdown] key="one-step" lang="zh-TW" of="88bb1c1a"
# 量量看：用學習率 0.001 的 Adam 走一步，看輸出動了多少。

# %% [markdown] key="mup" lang="en"
# <details><summary>After your answer: the remedy</summary>
#
# `net.mup` gives the remedy, **muP** (maximal update parametrization; Yang et al. 2022). For Adam it says: the hidden and last matrices get their rate divided by the width (relative to a base width, 32 here), and the start of the last matrix is divided by the root of that.
#
# </details>

# %% [markdown] key="mup" lang="zh-TW" of="54bbcc3d"
# <details><summary>作答之後：解法</summary>
#
# `net.mup` 提供解法 **muP**（maximal update parametrization；Yang 等人，2022）。用 Adam 時的做法是：隱藏層和最後一層的矩陣，學習率除以寬度的倍數（相對於基準寬度，這裡是 32）；最後一層的起始值再除以這個倍數的平方根。
#
# </details>


# %% key="one-step-run" tags=["nbval-ignore-output"]
def moved(net, w, rate_factors):
    """How far one step of Adam moves the outputs, on some digits."""
    X, y = digits.X_train[:64], digits.y_train[:64]
    grad = net.gradient(w, X, y)
    step = one.step(w, grad, one.init(w))[0] - w
    after = (w + rate_factors * step).astype(np.float32)
    return np.sqrt(((net.outputs(after, X) - net.outputs(w, X)) ** 2).mean())


moves_of, base, one = {}, 32, hp.Adam(0.001)
for n, net in nets.items():
    start_factors, rate_factors = net.mup(base)
    smaller = (net.init(0) * start_factors).astype(np.float32)
    plain, tame = moved(net, net.init(0), 1), moved(net, smaller, rate_factors)
    moves_of[n] = plain, tame
    hp.say(f"width {n}: outputs move by {plain:.3f}, with muP by {tame:.3f}")

# %% key="mup-run" tags=["nbval-ignore-output"]
tamed = {}
for n, net in nets.items():
    start_factors, rate_factors = net.mup(base)
    begin = np.stack([net.init(seed) * start_factors for seed in job["seed"]])
    tamed[n] = hp.train(net, digits, adam, start=begin, rates=rate_factors, **job)
tamed_best = {n: lowest_point(rates, s.train_loss) for n, s in tamed.items()}
lines = {"standard": list(best.values()), "muP": list(tamed_best.values())}
fig, ax = plt.subplots()
hp.figures.named_lines(widths, lines, ax, "legend", xscale="log", yscale="log")
ax.set(xlabel="width", ylabel="best learning rate", ymargin=0.3)
hp.figures.numbered_log(ax.xaxis)
hp.figures.numbered_log(ax.yaxis)
hp.show(fig, "day7-mup")
ends = [runs[n].train_loss.mean(axis=1).min() for runs in (sweeps, tamed)]
hp.say(f"lowest loss at width {n}: standard {ends[0]:.3f}, muP {ends[1]:.3f}")

# %% [markdown] key="mup-seen" lang="en"
# In the standard network the outputs of the widest move several times as far as those of the narrowest; with muP, from this start, about equally far (averaged over other starts, about half as far). And with muP the best rate no longer falls: so a rate tuned on a small network can be tried on a large one, where a sweep costs too much.
#
# Two honest remarks. muP does not win here: at width 128 the standard network, with its rate tuned anew, ends lower (by the seeds that chose the rates, and by others). Here muP saves the tuning, not the loss. And very narrow networks do not show the effect: from width 8 to 16 the best rate hardly falls, and in longer trainings not at all, on average over seeds. With half as many updates, and with half as many again, the standard network's best rate falls from 16 to 128 as well, and muP's does not: averaged over other seeds it rises to about 1.5 times at all three lengths, so here muP corrects too much. Six seeds show a best rate only roughly: other seeds move it, mostly by less than half a doubling, at times by a whole one.

# %% [markdown] key="mup-seen" lang="zh-TW" of="4d111396"
# 標準網路越寬，輸出動得越遠：最寬的移動量是最窄的好幾倍；用 muP，從這個起點來看差不多（換別的起點取平均，最寬的反而只動了最窄的一半左右）。而且用 muP 時，最好的學習率不再往下掉：所以在小網路上調好的學習率，可以拿到大網路上試；在大網路上掃描，代價太高了。
#
# 有兩點要老實說。muP 在這裡並沒有贏：寬度 128 時，標準網路重新調過學習率，損失更低（用挑學習率的種子、用別的種子都是）。它在這裡省下的是調參，不是損失。而且網路太窄，就看不到這個效果：寬度從 8 到 16，對許多種子取平均，最好的學習率幾乎沒往下掉，訓練久一點就完全不掉。寬度從 16 到 128，更新次數減半或多出一半，標準網路最好的學習率一樣會往下掉，muP 的則不會：換別的種子取平均，三種長度都升到原來的 1.5 倍左右，所以 muP 在這裡修正得有點過頭。六個種子也只能粗略看出最好的學習率：換一組種子，多半差不到 √2 倍，有時會差到兩倍。

# %% bind="one-step"
says("step of 0.001", "用學習率 0.001", one.lr == 0.001)

# %% bind="mup"
says("a base width, 32 here", "基準寬度，這裡是 32", base == 32)

# %% bind="mup-seen"
says(
    "several times as far as those of",
    "是最窄的好幾倍",
    moves_of[128][0] > 4 * moves_of[16][0],
)
free("the widest move", "最寬的移動量", "which network")
free("the narrowest", "最窄的好幾倍", "which network")
says(
    "with muP, from this start, about equally far",
    "用 muP，從這個起點來看差不多",
    0.5 < moves_of[128][1] / moves_of[16][1] < 2,
)
free(
    "averaged over other starts, about half as far",
    "換別的起點取平均，最寬的反而只動了最窄的一半左右",
    "in tests/claims",
)
tame, wild = (np.ptp(np.log2(list(b.values()))) for b in (tamed_best, best))
says(
    "with muP the best rate no longer falls",
    "用 muP 時，最好的學習率不再往下掉",
    tame < wild,
)
free(
    "mostly by less than half a doubling, at times by a whole one",
    "多半差不到 √2 倍，有時會差到兩倍",
    "in tests/claims, with other seeds",
)
free("Six seeds show a best rate", "六個種子也只能粗略看出最好的學習率", "as above")
says(
    "muP does not win here: at width 128 the standard network, with its rate tuned anew, ends lower",
    "muP 在這裡並沒有贏：寬度 128 時，標準網路重新調過學習率，損失更低",
    ends[0] < ends[1],
)
free(
    "from width 8 to 16 ... on average over seeds",
    "寬度從 8 到 16 ... 完全不掉",
    "in tests/claims, with other seeds",
)
free(
    "With half as many updates ... at all three lengths",
    "寬度從 16 到 128，更新次數減半或多出一半 ... 三種長度都升到原來的 1.5 倍左右",
    "in tests/claims, with other seeds: 46 updates, 92 and 138",
)
free("Two honest remarks", "有兩點要老實說", "how many follow")

# %% [markdown] key="wsd" lang="en"
# ## 5. Warmup, stable, decay: stop where you like
#
# Cosine needs the end of training from the start. **Warmup-stable-decay** (WSD; Hu et al. 2024), which Day 2 tried on a bowl, needs to know it only shortly before: the rate rises, stays, and falls only in the last part. OLMo 2 7B was planned for five trillion tokens with cosine, cut at about 3.9, and then brought to zero in a straight line, on other data.
#
# **Your turn.** The right side is exact: the mean loss on a noisy bowl.
#
# 1. Plan cosine for 1,000 and cut at 400. What does the cut cost?
# 2. Let WSD stop there, too, with a descent of 20%. And of 0%?
# 3. Is there a place to cut at which cosine is the better of the two?

# %% [markdown] key="wsd" lang="zh-TW" of="94fd43b7"
# ## 5. 預熱、平台、衰減：想停就停
#
# 餘弦排程一開始就得知道訓練何時結束。第 2 天在碗上試過的 **WSD**（warmup-stable-decay，預熱、平台、衰減；Hu 等人，2024），到快結束時才需要知道：學習率先升上去，維持不變，最後一段才下降。OLMo 2 7B 原本以餘弦規劃 5 兆個 token，走到約 3.9 兆時截斷，再換一批資料，讓學習率沿直線降到零。
#
# **換你玩**：右圖是精確算出的平均損失，用的是有雜訊的碗。
#
# 1. 餘弦規劃 1,000 步，在 400 步截斷。截斷的代價是什麼？
# 2. 讓 WSD 也停在那裡，下降段占 20%。改成 0% 呢？
# 3. 有沒有哪個截斷點，餘弦比較好？

# %% key="explore-schedule"
hp.explore_schedule()

# %% bind="wsd"
free(
    "planned for five trillion tokens",
    "規劃 5 兆個 token",
    "its published configuration",
)
free("cut at about 3.9", "走到約 3.9 兆時截斷", "its published configuration")
free(
    "Plan cosine for 1,000 and cut at 400",
    "餘弦規劃 1,000 步，在 400 步截斷",
    "a task at the live figure",
)
free("a descent of 20%", "下降段占 20%", "a task")
free("And of 0%", "改成 0%", "a task")
free("cosine is the better", "餘弦比較好", "a task")

# %% [markdown] key="wsd-digits" lang="en"
# On the digits: three lengths, and for each a cosine run planned for it, a WSD run that is flat for four fifths, and a flat run whose weights are averaged on the way (`average=0.99`):

# %% [markdown] key="wsd-digits" lang="zh-TW" of="6ebebc3c"
# 換到手寫數字：三種長度，各跑一次為它規劃的餘弦、一次前五分之四走平的 WSD，以及一次學習率固定、沿途把權重平均（`average=0.99`）的訓練：

# %% key="wsd-run" tags=["nbval-ignore-output"]
lengths, lr, table = [225, 450, 900], 0.7, {}
for n in lengths:
    down = hp.WarmupStableDecay(lr, 0, 4 * n // 5, n // 5)
    shapes = {"cosine": hp.CosineDecay(lr, n), "WSD": down, "flat": lr}
    job = {"batch_size": 16, "updates": n, "seed": range(4), "average": 0.99}
    for name, rate in shapes.items():
        run = hp.train(network, digits, hp.SGD(rate), **job)
        table[name, n] = run.train_loss.mean()
    averaged = [network.loss(w, digits.X_train, digits.y_train) for w in run.averaged]
    table["averaged", n] = np.mean(averaged)
for name in ["cosine", "WSD", "flat", "averaged"]:
    line = "  ".join(f"{n}: {table[name, n]:.3f}" for n in lengths)
    hp.say(f"{name}, training loss by length: {line}")

# %% [markdown] key="wsd-seen" lang="en"
# At every length WSD ends lower than cosine, both at the peak rate of 0.7 (of six rates that we tried, the best for both); on Day 2's bowl cosine stayed ahead. And since its flat part can be shared, one flat run with a descent for each length costs about two thirds of the three cosine runs. Averaging does much of the same for the long runs without any descent, and lags in the shortest: with 0.99 its memory of about 100 updates is a good part of it. Three limits: in test accuracy WSD and cosine differ by about a point at most, now one way, now the other; with Adam, at its own best rate, the gap is smaller; and with Adam at a rate that is too small WSD looks better than it is, because on average its rate is nearly twice that of cosine.
#
# The warmup in the recipe is Day 2's: insurance for the first updates.

# %% [markdown] key="wsd-seen" lang="zh-TW" of="b6c68670"
# 每一種長度，WSD 的損失都比餘弦低（兩者的最高學習率都用 0.7；試過六個學習率，這個對兩者都最好）；在第 2 天的碗上，領先的則是餘弦。而且走平的一段可以共用，一次走平的訓練，加上每種長度各自的下降段，成本大約是三次餘弦的三分之二。權重平均不需要下降段，在長的訓練裡也能得到大半的效果，在最短的訓練裡則跟不上：0.99 的記憶大約是 100 次更新，占了全程不小的一部分。三個限制：比測試準確率，WSD 和餘弦最多差一個百分點左右，互有領先；用 Adam、選它自己最好的學習率時，差距比較小；Adam 的學習率設得太小時，WSD 看起來會比實際好，因為它的學習率平均將近餘弦的兩倍。
#
# 配方裡的預熱，第 2 天講過：替最前面幾次更新買的保險。

# %% bind="wsd-digits"
says("three lengths", "三種長度", len(lengths) == 3)
steps = down(np.arange(lengths[-1])) / lr
says(
    "flat for four fifths",
    "前五分之四走平",
    0.79 < np.mean(steps == 1) < 0.81 and steps[-1] < 0.01,
)

# %% bind="wsd-seen"
says(
    "At every length WSD ends lower than cosine",
    "每一種長度，WSD 的損失都比餘弦低",
    all(table["WSD", n] < table["cosine", n] for n in lengths),
)
shared = 4 * lengths[-1] // 5 + sum(n // 5 for n in lengths)
says(
    "costs about two thirds of the three cosine runs",
    "成本大約是三次餘弦的三分之二",
    0.6 < shared / sum(lengths) < 0.7,
)
says(
    "Averaging does much of the same for the long runs",
    "在長的訓練裡也能得到大半的效果",
    all(table["averaged", n] < table["flat", n] for n in lengths[1:]),
)
says(
    "lags in the shortest",
    "在最短的訓練裡則跟不上",
    table["averaged", 225] > table["WSD", 225],
)
free("on Day 2's bowl cosine stayed ahead", "領先的則是餘弦", "bound on Day 2")
free("the gap is smaller", "差距比較小", "in tests/claims, with Adam")
free("Three limits", "三個限制", "how many follow")
free(
    "differ by about a point at most",
    "最多差一個百分點左右，互有領先",
    "in tests/claims, with other seeds",
)
flat_for = hp.WarmupStableDecay(1.0, 0, 80, 20)(np.arange(100)).mean()
says(
    "on average its rate is nearly twice that of cosine",
    "平均將近餘弦的兩倍",
    1.7 < flat_for / hp.CosineDecay(1.0, 100)(np.arange(100)).mean() < 1.95,
)
says(
    "memory of about 100 updates",
    "記憶大約是 100 次更新",
    round(1 / (1 - job["average"])) == 100,
)
free("at its own best rate", "選它自己最好的學習率", "in tests/claims, with Adam")
free("a good part of it", "占了全程不小的一部分", "100 of 225")
free(
    "that is too small WSD looks better than it is",
    "WSD 看起來會比實際好",
    "in tests/claims, with Adam",
)
says("the peak rate of 0.7", "兩者的最高學習率都用 0.7", down.lr == 0.7)
free(
    "of six rates ... best for both",
    "六個學習率，這個對兩者都最好",
    "in tests/claims, with other seeds",
)

# %% [markdown] key="batch" lang="en"
# ## 6. Why the batch grows (optional)
#
# Several recipes begin with small batches and end with large ones. Day 3's noise scale gives a reason: it is the variance of single gradients over the squared length of the whole one, and near the end the whole one is small. On the counts nothing has to be estimated. The gradient after one pair of words is known, so the sum over all pairs is exact:

# %% [markdown] key="batch" lang="zh-TW" of="272de963"
# ## 6. 批次為什麼越來越大（可略過）
#
# 有好幾份配方從小批次開始，以大批次結束。第 3 天的雜訊尺度給了一個理由：它是單一樣本梯度的變異數，除以整體梯度長度的平方；而到了後期，整體梯度很小。用次數表就不必估計：一對字的梯度是已知的，把所有字對加起來就是精確值：


# %% key="noise-scale"
def noise_scale(w):
    """The variance of single pairs' gradients, over their mean's squared length."""
    z = w.reshape(100, 100)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    squares = (p**2).sum(axis=1, keepdims=True) - 2 * p + 1  # |p - e_j|² for each pair
    whole = (small.gradient(w) ** 2).sum()
    return (squares * small.counts / small.counts.sum()).sum() / whole - 1


path = hp.descend(small, hp.SGD(64.0), np.zeros(small.dim), 100)
measured_at = [0, 10, 100]
scales = [noise_scale(path.w[k]) for k in measured_at]
shown = ", ".join(f"{scale:.0f}" for scale in scales)
hp.say(f"noise scale at steps {measured_at}: {shown}")

# %% key="batch-race" tags=["nbval-ignore-output"]
race_rates = 2.0 ** np.arange(4, 9)
needed = {}
for size, updates in [(64, 260), (256, 110), (1024, 80)]:
    curve = on_batches(hp.SGD(race_rates[:, None]), 5, size, updates)
    for goal in [1.0, 0.4]:
        needed[size, goal] = np.nanmin(hp.updates_to_target(curve.T, goal))
for goal in [1.0, 0.4]:
    line = "  ".join(f"B = {B}: {needed[B, goal]:.0f}" for B in [64, 256, 1024])
    hp.say(f"updates to {goal} nats: {line}")

# %% [markdown] key="batch-seen" lang="en"
# Along this quiet run the exact noise scale grows more than a hundredfold, and about sevenfold between the steps at which 1.0 and 0.4 nats are left. In the race, on the way to the late goal, batches of 256 save a larger share of the updates than on the way to the early one. (The early counts are small: with another draw of the batches they can be a third off. On average over draws the order holds.) Put the counts of 64 and 1,024 through the formula of Day 3's section 7, and the **critical batch**, beyond which more examples save few updates (McCandlish et al. 2018), grows as well, here several times (on average over draws about two and a half times), but lies far below the noise scale. So here the noise scale shows the direction, not the size. That is a reason to start small: early examples are better spent on more updates, late ones on less noise.

# %% [markdown] key="batch-seen" lang="zh-TW" of="b572308b"
# 沿著這段沒有雜訊的訓練，精確的雜訊尺度增加了一百倍以上；從還剩 1.0 nat 的那一步到還剩 0.4 nat 的那一步，大約增加到七倍。實際賽跑起來，用批次大小 256，走到後期目標時省下的更新比例，比走到前期目標時更高。（走到前期目標的更新次數很少，換一組隨機抽出的批次，可能差到三分之一；多抽幾組取平均，順序才穩定。）批次超過**臨界批次大小**（critical batch size），再加樣本也省不了多少更新（McCandlish 等人，2018）。把 64 和 1,024 的更新次數代入第 3 天第 7 節的公式，算出來的臨界批次大小也跟著增加，這裡增加到好幾倍（多抽幾組取平均，大約是三到四倍），但遠比雜訊尺度小。所以在這裡，雜訊尺度只看得出方向，看不出大小。這是從小批次開始的一個理由：前期的樣本拿來多更新幾次比較划算，後期的拿來壓低雜訊。

# %% bind="batch"
alike = (
    1 - 1 / 100
)  # at the start all 100 words are as likely, so that |p - e_j|² is the same for each pair
exact = alike / (small.gradient(np.zeros(small.dim)) ** 2).sum() - 1
says(
    "the sum over all pairs is exact",
    "加起來就是精確值",
    np.isclose(noise_scale(np.zeros(small.dim)), exact),
)
free("", "以大批次結束", "what recipes do: the table of section 8")

# %% bind="batch-seen"
says("more than a hundredfold", "一百倍以上", scales[2] > 100 * scales[0])
gain = {goal: needed[64, goal] / needed[256, goal] for goal in (1.0, 0.4)}
says(
    "batches of 256 save a larger share of the updates than on the way to the early one",
    "用批次大小 256，走到後期目標時省下的更新比例，比走到前期目標時更高",
    gain[0.4] > gain[1.0],
)
left_at = np.array([small(w) - small.floor for w in path.w])
there = {goal: noise_scale(path.w[(left_at <= goal).argmax()]) for goal in (1.0, 0.4)}
says(
    "about sevenfold between the steps at which 1.0 and 0.4 nats are left",
    "從還剩 1.0 nat 的那一步到還剩 0.4 nat 的那一步，大約增加到七倍",
    6.5 < there[0.4] / there[1.0] < 8,
)
free("the counts of 64 and 1,024", "64 和 1,024 的更新次數", "below")
critical = {}
for goal in (1.0, 0.4):  # the counts are in proportion to 1 + critical / size
    ratio = needed[64, goal] / needed[1024, goal]
    critical[goal] = (ratio - 1) / (1 / 64 - ratio / 1024)
says(
    "grows as well, here several times",
    "臨界批次大小也跟著增加，這裡增加到好幾倍",
    critical[0.4] > 3 * critical[1.0],
)
free(
    "(on average over draws about two and a half times)",
    "（多抽幾組取平均，大約是三到四倍）",
    "in tests/claims; each language has counts of its own",
)
says(
    "but lies far below the noise scale",
    "但遠比雜訊尺度小",
    all(5 * critical[goal] < there[goal] for goal in there),
)
free(
    "The early counts ... order holds",
    "走到前期目標的更新次數很少 ... 順序才穩定",
    "in tests/claims, over four draws",
)
free("are better spent on more updates", "", "advice")

# %% [markdown] key="decay" lang="en"
# ## 7. Weight decay 0.1
#
# Without a gradient, AdamW shrinks a weight by the factor $1 - \eta d$ in each update. So it forgets in about $1/(\eta d)$ updates: with `0.1` at `3e-4` in 33,333. In pure noise, while $\eta d$ is small, growing and shrinking balance at weights of size $\sqrt{\eta/(2d)}$:

# %% [markdown] key="decay" lang="zh-TW" of="cdc18702"
# ## 7. 權重衰減 0.1
#
# 沒有梯度的時候，AdamW 每次更新把權重乘上 $1 - \eta d$，所以大約 $1/(\eta d)$ 次更新就忘掉：`3e-4` 配 `0.1` 是 33,333 次。如果只有雜訊，$\eta d$ 又小，增長和縮小會在權重大小為 $\sqrt{\eta/(2d)}$ 時達到平衡：

# %% key="decay-run"
nothing = hp.Quadratic([0.0] * 300)  # no slope anywhere: only the noise moves a weight
sizes_found = {}
for lr, d in [(0.1, 0.1), (0.05, 0.2), (0.01, 1.0)]:
    rule = hp.AdamW(lr, beta2=0.95, weight_decay=d)
    end = hp.descend(nothing, rule, np.zeros(300), 250, noise=1.0, record=False).end
    sizes_found[lr, d] = end.std(), np.sqrt(lr / (2 * d))
    found, formula = sizes_found[lr, d]
    hp.say(f"η = {lr}, d = {d}: size {found:.3f}, formula {formula:.3f}")

# %% [markdown] key="decay-predict" lang="en"
# **Predict.** Somebody copies the decay of 0.1 from AdamW at the rate `3e-4`, which forgets in 33,333 updates, to SGD at its own rate, 1. In how many updates does that forget?

# %% [markdown] key="decay-predict" lang="zh-TW" of="0100b912"
# **先預測**：AdamW 的學習率是 `3e-4`，衰減 0.1 要 33,333 次更新才忘掉。有人把 0.1 照抄到 SGD（衰減同樣和梯度分開算），學習率用 SGD 自己的 1。這樣幾次更新就忘掉？

# %% key="decay-answer-run"
with hp.predict("day7-decay"):
    counts = np.array([10, 100, 33_333])
    for lr in [3e-4, 1.0]:
        kept = (1 - lr * 0.1) ** counts
        line = ", ".join(f"{share:.3f}" for share in kept)
        hp.say(f"η = {lr:g}: kept after {', '.join(map(str, counts))} updates: {line}")

# %% [markdown] key="decay-answer" lang="en"
# <details><summary>After your answer: what sets the time of forgetting</summary>
#
# At the rate 1, a weight has lost two thirds after ten updates. What sets the time of forgetting is not $d$ but the product $\eta d$. On the digits a decay of 0.1 with AdamW buys no accuracy in twenty epochs; with the rate, it sets how large the weights become in pure noise, and how soon the past is forgotten. In long runs that may matter; here it does not.
#
# </details>

# %% [markdown] key="decay-answer" lang="zh-TW" of="dca7ce72"
# <details><summary>作答之後：忘得多快由什麼決定</summary>
#
# 學習率是 1 時，十次更新權重就少了三分之二。多快忘掉，要看的不是 $d$，而是乘積 $\eta d$。在手寫數字上，AdamW 加衰減 0.1，二十個訓練週期下來，準確率沒有因此提升；衰減和學習率一起決定的是：純雜訊下權重會長到多大、多快忘掉過去。訓練很長時，這可能很重要；在這裡則不重要。
#
# </details>

# %% bind="decay"
says(
    "in 33,333",
    "是 33,333 次",
    round(1 / (0.1 * 3e-4)) == 33333 and len(sizes_found) == 3,
)
free("Weight decay 0.1", "權重衰減 0.1", "the line of the recipe")
off = [abs(found / formula - 1) for found, formula in sizes_found.values()]
says(
    "growing and shrinking balance at weights of size",
    "增長和縮小會在權重大小為",
    max(off) < 0.1,
)

# %% bind="day7-decay"
right("About ten", abs(kept[list(counts).index(10)] - np.exp(-1)) < 0.03)
says(
    "ten updates later hardly more than a third of a weight is left",
    "十次更新之後，權重只剩三分之一多一點",
    1 / 3 < kept[list(counts).index(10)] < 0.37,
)

# %% bind="decay-predict"
free("the decay of 0.1", "衰減 0.1", "the line of the recipe")
free("in 33,333 updates", "33,333 次更新", "1/(η d), above")
free("", "把 0.1 照抄", "the same")

# %% bind="decay-answer"
lost = 1 - kept[0]
says(
    "has lost two thirds after ten updates",
    "十次更新權重就少了三分之二",
    0.6 < lost < 0.7,
)
free("a decay of 0.1", "加衰減 0.1", "in tests/claims, with seeds")
free("how large the weights", "權重會長到多大", "what the noise experiment shows")
free("in twenty epochs", "二十個訓練週期", "in tests/claims, with seeds")

# %% [markdown] key="lines" lang="en"
# ## 8. Which line would you drop?
#
# Now a whole recipe on words: a network of two hidden layers guesses the next word of the King James Bible, in 200 updates. Then one line at a time is taken out, and the rate is tuned anew. **Predict:** which line is missed most?

# %% [markdown] key="lines" lang="zh-TW" of="a232304e"
# ## 8. 你會刪掉哪一行？
#
# 現在把整份配方用在文字上：一個有兩個隱藏層的網路，猜《英王欽定本聖經》的下一個英文單字，更新 200 次。然後每次拿掉一行，學習率重新調過。**先預測**：少了哪一行，損失增加最多？

# %% key="lines-stored"
with hp.predict("day7-lines"):
    stored = hp.measured("day7-recipe")
    recipes = ["whole recipe", "no warmup", "no rate decay", "no clipping"]
    recipes += ["no weight decay", "β₂ 0.999", "bare Adam", "Lion for Adam"]
    for name in [*recipes, "Momentum for Adam", "SGD for Adam"]:
        row = stored.row(recipe=name)
        loss, spread = row["loss"], row["spread"]
        hp.say(f"{name}: training loss {loss:.3f} ± {spread:.3f}")

# %% key="lines-live"
bible, drawn = hp.bigram_counts("en")[1], np.random.default_rng(1)
pairs = drawn.choice(bible.size, 20_000, p=bible.ravel() / bible.sum())
given = np.eye(150, dtype=np.float32)[pairs // 150]
text = hp.Dataset("words", given, pairs % 150, given[:1], pairs[:1] % 150)
names = ["whole recipe", "bare Adam", "Momentum for Adam"]
own = {name: stored.row(recipe=name)["lr"] for name in names}
shape = {name: hp.WarmupStableDecay(lr, 20, 140, 40) for name, lr in own.items()}
rules = [hp.AdamW(shape[names[0]], beta2=0.95, weight_decay=0.1)]
rules += [hp.Adam(own[names[1]]), hp.Momentum(shape[names[2]])]

# %% key="lines-three" tags=["nbval-ignore-output"]
with hp.after("day7-lines"):
    net, live, seeds = hp.MLP((150, 64, 64, 150)), {}, hp.seeds(2)
    for name, rule, clip in zip(names, rules, [1.0, np.inf, 1.0]):
        job = {"batch_size": 128, "updates": 200, "seed": seeds, "clip": clip}
        run = hp.train(net, text, rule, **job)
        live[name] = run.train_loss.mean()
        hp.say(f"{name}, now: training loss {live[name]:.3f}")

# %% [markdown] key="lines-answer" lang="en"
# <details><summary>After your answer: line by line</summary>
#
# Adam. With momentum or SGD in its place the loss is higher by a multiple of what any other line makes. The decay of the rate is felt a little, with the other lines kept. All else is within a few hundredths of a nat, and even Adam without any other line is. Lion ends nearer to Adam than to momentum. (± is the standard deviation of five seeds. The table was measured once, by `make measure`, on other seeds than it was tuned on; the three rows below it have just been run, on words drawn anew.)
#
# So at this size most of the other lines are **insurance**, and each pays in one situation: clipping and a shorter memory when a batch is bad, WSD when the length is not known, muP when the network grows, a larger batch late in training; and perhaps weight decay when training is very long, which we could not try.
#
# </details>

# %% [markdown] key="lines-answer" lang="zh-TW" of="c3e70bab"
# <details><summary>作答之後：一行一行看</summary>
#
# Adam。換成動量法或 SGD，損失增加的量，是拿掉其他任何一行的好幾倍。其他各行都留著時，學習率的衰減稍微有感；其餘都只差零點零幾 nat；就連只用 Adam、其他都不要，也是如此。Lion 的結果離 Adam 近，離動量法遠。（± 是五個種子的標準差。整張表是用 `make measure` 事先量好的，調參和報告用不同的種子；下面三行是剛剛才跑的，文字重新抽過。）
#
# 所以在這個規模，其他各行大多是**保險**，各在一種情況下用得上：遇到壞批次，靠裁剪和短一點的記憶；不知道要訓練多久，靠 WSD；網路變大，靠 muP；訓練後期，靠大一點的批次；訓練非常久，也許靠權重衰減（那麼久的訓練，我們沒辦法試）。
#
# </details>

# %% bind="day7-lines"
more = {row["recipe"]: row["loss"] - stored.rows[0]["loss"] for row in stored.rows}
line = max(
    abs(more[name]) for name in more if name.startswith("no ") or name == "β₂ 0.999"
)
right(
    "The method itself", min(more["Momentum for Adam"], more["SGD for Adam"]) > 3 * line
)

# %% bind="lines"
says("a network of two hidden layers", "一個有兩個隱藏層的網路", len(net.sizes) == 4)
free("is missed most", "損失增加最多", "the question")

# %% bind="lines-answer"
says(
    "of five seeds",
    "五個種子的標準差",
    len(eval(stored.seeds["reported"])) == 5,
)
says(
    "have just been run",
    "剛剛才跑",
    (rules[0].beta2, rules[0].weight_decay) == (0.95, 0.1),
)
free("a shorter memory when a batch is bad", "短一點的記憶", "section 3")
free("a larger batch late in training", "大一點的批次", "section 6")
free(
    "most of the other lines are",
    "其他各行大多是",
    "what follows; all but the decay of the rate",
)
loss = {row["recipe"]: row["loss"] - stored.rows[0]["loss"] for row in stored.rows}
replaced = {"Momentum for Adam", "SGD for Adam", "Lion for Adam"}
others = [
    abs(more) for name, more in loss.items() if name not in replaced | {"bare Adam"}
]
says(
    "a multiple of what any other line makes",
    "是拿掉其他任何一行的好幾倍",
    loss["Momentum for Adam"] > 3 * max(others),
)
says("even Adam without any other line", "就連只用 Adam", abs(loss["bare Adam"]) < 0.06)
says(
    "Lion ends nearer to Adam than to momentum",
    "Lion 的結果離 Adam 近，離動量法遠",
    loss["Lion for Adam"] < 0.4 * loss["Momentum for Adam"]
    and not any(row["at the edge"] for row in stored.rows),
)
says("within a few hundredths", "零點零幾 nat", max(others) < 0.06)
says(
    "the three rows below it",
    "下面三行",
    len(live) == 3 and live["Momentum for Adam"] - live["whole recipe"] > 0.1,
)
free("the loss is higher by", "", "bound by the words after it")

# %% [markdown] key="after-adam" lang="en"
# What comes after Adam? **Lion** (Chen et al. 2023) keeps one memory, mixes it with the gradient and takes only the sign; `hp.Lion` is in the table above. **Muon** (Jordan et al. 2024) looks at a hidden layer's momentum as a matrix, and makes its **singular values** about equal: the factors by which a matrix stretches its own directions. Here it is on a gradient:

# %% [markdown] key="after-adam" lang="zh-TW" of="d77890d5"
# Adam 之後還有什麼？**Lion**（Chen 等人，2023）只留一份記憶，和梯度混合之後只取正負號；`hp.Lion` 就在上面的表裡。**Muon**（Jordan 等人，2024）把隱藏層的動量當成一個矩陣，讓它的**奇異值**（singular value，矩陣在各個方向上的伸縮倍數）差不多大。下面拿一個梯度來看：


# %% key="muon"
def orthogonalised(G, steps):
    """G, with all but its small singular values near 1: Newton-Schulz's polynomial."""
    X = G / np.linalg.norm(G)
    for _ in range(steps):
        A = X @ X.T
        X = 3.4445 * X + (-4.7750 * A + 2.0315 * A @ A) @ X
    return X


net = nets[64]
grad = net.gradient(net.init(0), digits.X_train[:64], digits.y_train[:64])
layer = 64 * 65  # the second hidden layer's weights follow those of the first
G = grad[layer : 2 * layer].reshape(64, 65)[:, :-1].astype(float)
muon_steps = 5
near_one = orthogonalised(G, muon_steps)
before, after = (np.linalg.svd(M, compute_uv=False) for M in (G, near_one))

# %% key="muon-figure"
fig, ax = plt.subplots()
lines = {"gradient": before / before[0], f"after {muon_steps} steps": after}
hp.figures.named_lines(np.arange(1, 65), lines, ax, "legend")
ax.set(xlabel="singular value, from the largest", ylabel="size")
hp.show(fig, "day7-muon")
few, n = 5, len(before)
share = (before[:few] ** 2).sum() / (before**2).sum()
hp.say(f"the {few} largest of {n} hold {share:.0%} of the squared length")

# %% bind="day7-muon"
says(
    "before, they fall steeply; after, more than half of them lie near one",
    "處理前陡降，處理後一半以上在 1 附近",
    (before / before[0])[10] < 0.2 and np.mean(after > 0.6) > 0.5,
)

# %% [markdown] key="muon-seen" lang="en"
# A handful of directions hold nearly all of the gradient. Muon lets many of the others learn as fast (five steps do not reach the smallest), as Adam did for rare words, but for directions instead of weights. In our trials with a descent of the rate it mostly ended at less than half of Adam's training loss on the digits, as the data were split (once above it), and on average with no better accuracy; on words its gain was small, and under another schedule a loss. The price is at most about $5\,m/B$ of the training's arithmetic for layers of width $m$ and batches of $B$ tokens (Jordan et al. 2024): five times as much with $m$ and $B$ both 64, as here; half a percent for Llama 3 405B at its largest batch.

# %% [markdown] key="muon-seen" lang="zh-TW" of="21e05a38"
# 少數幾個方向幾乎占了整個梯度。Muon 讓其他許多方向也學得一樣快（最小的那些，它內部的五步還拉不上來）：Adam 對罕見字做的事，它對方向做，而不是對權重做。在我們的試驗裡，配上逐漸下降的學習率，它在手寫數字上的訓練損失，看資料怎麼切，大多不到 Adam 的一半（有一次反而比較高），準確率平均起來則沒有更好；在文字上進步很小，換個排程還會退步。代價頂多大約是整個訓練運算量的 $5\,m/B$，$m$ 是層寬，$B$ 是一批的 token 數（Jordan 等人，2024）：像這裡 $m$ 和 $B$ 都是 64，就多出五倍；Llama 3 405B 用最大的批次時，只有千分之五。

# %% bind="muon-seen"
says(
    "hold nearly all of the gradient",
    "幾乎占了整個梯度",
    share > 0.9 and after[20] > 10 * (before / before[0])[20],
)
free(
    "mostly ended at less than half of Adam's training loss",
    "大多不到 Adam 的一半",
    "in tests/claims, with twelve splits; Muon is no rule of the package",
)
free("once above it", "有一次反而比較高", "the same")
free("on average with no better accuracy", "準確率平均起來則沒有更好", "the same")
free(
    "its gain was small, and under another schedule a loss",
    "進步很小，換個排程還會退步",
    "in tests/claims",
)
says(
    "five times as much with $m$ and $B$ both 64, as here",
    "像這裡 $m$ 和 $B$ 都是 64，就多出五倍",
    muon_steps * len(before) / 64 == 5 and G.shape == (64, 64),
)
import csv

with (files("hpcourse") / "data/recipes.csv").open(encoding="utf-8") as lines:
    batch = {row["model"]: row["batch"] for row in csv.DictReader(lines)}
tokens = 1e6 * float(batch["Llama 3 405B"].split(" to ")[1].removesuffix("M tokens"))
says(
    "half a percent for Llama 3 405B at its largest batch",
    "Llama 3 405B 用最大的批次時，只有千分之五",
    0.0045 < muon_steps * family["Llama 3"]["width"][2] / tokens < 0.0055,
)
says(
    "many of the others learn as fast",
    "其他許多方向也學得一樣快",
    np.mean(after > 0.5) > 0.5,
)
says(
    "five steps do not reach the smallest",
    "最小的那些，它內部的五步還拉不上來",
    muon_steps == 5 and after[-1] < 0.1,
)

# %% [markdown] key="recipes" lang="en"
# **Published recipes.** Each number comes from the source named; what is not given there, or was not found, is left out (–). Where a source was not at hand, a copy of its text was read. k, M, B, T: thousand, million, billion (10⁹) and trillion (10¹²). Rates and batches of one family differ by size; the size is named.
#
# | model | rule, $\beta$ | peak rate | schedule | warmup | batch | decay | clip | source |
# |---|---|---|---|---|---|---|---|---|
# | GPT-3 175B | Adam .9 .95 | 0.6e-4 | cosine to 10% over 260B of 300B tokens | 375M tokens | 32k to 3.2M tokens | 0.1 | 1.0 | arXiv 2005.14165, appendix B, table 2.1 |
# | PaLM 540B | Adafactor .9, $1-k^{-0.8}$ | 1e-2 | flat for 10k steps, then $1/\sqrt k$ | – | 1M to 4M tokens | rate² | 1.0 | arXiv 2204.02311, section 5 |
# | LLaMA 65B | AdamW .9 .95 | 1.5e-4 | cosine to 10% | 2k steps | 4M tokens | 0.1 | 1.0 | arXiv 2302.13971, section 2.3, table 2 |
# | Llama 3 405B | AdamW | 8e-5 | cosine to 8e-7 over 1.2M steps | 8k steps | 4M to 16M tokens | – | – | arXiv 2407.21783, section 3.4.1, table 3 |
# | OLMo 2 7B | AdamW .9 .95 | 3e-4 | cosine for 5T, cut at about 3.9T, then to 0 | 8.39B tokens | 1024 × 4096 | 0.1 | 1.0 | its configuration OLMo2-7B-stage1.yaml |
# | OLMo 2 32B | SkipStepAdamW .9 .95 | 6e-4 | cosine | 2k steps | 2048 × 4096 | 0.1 | 1.0 | OLMo-core, OLMo-2-0325-32B-train.py |
# | DeepSeek-V2-Lite | AdamW .9 .95 | 4.2e-4 | × 0.316 at about 80% and 90% | 2k steps | 4608 texts | 0.1 | 1.0 | its README |
# | DeepSeek-V3 | AdamW .9 .95 | 2.2e-4 | flat 10T, cosine to 2.2e-5 in 4.3T, at the end 7.3e-6 | 2k steps | 3072 to 15360 texts | 0.1 | 1.0 | arXiv 2412.19437, section 4.2 |
# | Kimi K2 | MuonClip | 2e-4 | flat 10T, cosine to 2e-5 in 5.5T, then to 7e-6 | 500 steps | 67M tokens | 0.1 | QK-clip | technical report, section 2.5 |
# | SmolLM3 3B | AdamW .9 .95 | 2e-4 | WSD: 4.72M steps, the last 522k down to 0 | 2k steps | 2.36M tokens | 0.1 | 1.0 | its configuration stage1_8T.yaml |
# | Pythia 12B | Adam .9 .95 | 1.2e-4 | cosine to 10% over 143k steps | 1% | 2M tokens | 0.1 | 1.0 | its configuration pythia-12b.yml |
# | nanoGPT 124M | AdamW .9 .95 | 6e-4 | cosine to 6e-5 over 600k steps | 2k steps | 491520 tokens | 0.1 | 1.0 | its train.py |
# | BERT | Adam .9 .999 | 1e-4 | linear to 0 over 1M steps | 10k steps | 256 texts of 128, at the end 512 tokens | 0.01 | 1.0 | arXiv 1810.04805, A.2; its code |
# | ResNet-50 | SGD, Nesterov .9 | 0.1 B/256 | / 10 at epochs 30, 60, 80 of 90 | 5 epochs | 8192 images | 1e-4 | – | arXiv 1706.02677, sections 2.2, 5.1 |
#
# PaLM's Adafactor is used without its way to save memory, and is then Adam, with a rate that is multiplied by the typical size of each matrix's weights: so it cannot be compared with the others. SkipStepAdamW leaves out an update whose loss or gradient has suddenly shot up. MuonClip is Muon; its QK-clip holds down the scores of attention (by which a transformer chooses the words to look at), not the gradient. WSD is that of section 5, and an epoch is one pass through the data.
#
# Read them against each other. In this table's language models since 2020, $\beta_2$ is 0.95 nearly everywhere, decay 0.1, clipping 1. The rates differ, and so do the lengths and the widths. And the puzzle's rule has exceptions: OLMo 2's 32B model has twice the rate of its 7B model.

# %% [markdown] key="recipes" lang="zh-TW" of="0ffb5ac4"
# **公開的配方**。每個數字都來自所列的出處；出處沒寫或找不到的留空（–）。拿不到原檔時，讀的是它的文字副本。數字後面的 k、M、B、T 是千、百萬、十億（10⁹）和兆（10¹²）。同一家族的學習率和批次因規模而異，規模寫在名稱裡。
#
# | 模型 | 規則、$\beta$ | 最高學習率 | 排程 | 預熱 | 批次 | 衰減 | 裁剪 | 出處 |
# |---|---|---|---|---|---|---|---|---|
# | GPT-3 175B | Adam .9 .95 | 0.6e-4 | 餘弦到 10%，300B 個 token 中的前 260B | 375M 個 token | 32k 到 3.2M 個 token | 0.1 | 1.0 | arXiv 2005.14165，附錄 B、表 2.1 |
# | PaLM 540B | Adafactor .9，$1-k^{-0.8}$ | 1e-2 | 前 10k 步固定，再按 $1/\sqrt k$ | – | 1M 到 4M 個 token | 學習率² | 1.0 | arXiv 2204.02311，第 5 節 |
# | LLaMA 65B | AdamW .9 .95 | 1.5e-4 | 餘弦到 10% | 2k 步 | 4M 個 token | 0.1 | 1.0 | arXiv 2302.13971，第 2.3 節、表 2 |
# | Llama 3 405B | AdamW | 8e-5 | 餘弦，1.2M 步降到 8e-7 | 8k 步 | 4M 到 16M 個 token | – | – | arXiv 2407.21783，第 3.4.1 節、表 3 |
# | OLMo 2 7B | AdamW .9 .95 | 3e-4 | 餘弦規劃 5T，約 3.9T 截斷，再降到 0 | 8.39B 個 token | 1024 × 4096 | 0.1 | 1.0 | 設定檔 OLMo2-7B-stage1.yaml |
# | OLMo 2 32B | SkipStepAdamW .9 .95 | 6e-4 | 餘弦 | 2k 步 | 2048 × 4096 | 0.1 | 1.0 | OLMo-core，OLMo-2-0325-32B-train.py |
# | DeepSeek-V2-Lite | AdamW .9 .95 | 4.2e-4 | 約 80% 和 90% 時各 × 0.316 | 2k 步 | 4608 段 | 0.1 | 1.0 | 專案的 README |
# | DeepSeek-V3 | AdamW .9 .95 | 2.2e-4 | 固定 10T，4.3T 內餘弦到 2.2e-5，最後 7.3e-6 | 2k 步 | 3072 到 15360 段 | 0.1 | 1.0 | arXiv 2412.19437，第 4.2 節 |
# | Kimi K2 | MuonClip | 2e-4 | 固定 10T，5.5T 內餘弦到 2e-5，再到 7e-6 | 500 步 | 67M 個 token | 0.1 | QK-clip | 技術報告第 2.5 節 |
# | SmolLM3 3B | AdamW .9 .95 | 2e-4 | WSD：4.72M 步，最後 522k 步降到 0 | 2k 步 | 2.36M 個 token | 0.1 | 1.0 | 設定檔 stage1_8T.yaml |
# | Pythia 12B | Adam .9 .95 | 1.2e-4 | 餘弦，143k 步降到 10% | 1% | 2M 個 token | 0.1 | 1.0 | 設定檔 pythia-12b.yml |
# | nanoGPT 124M | AdamW .9 .95 | 6e-4 | 餘弦，600k 步降到 6e-5 | 2k 步 | 491520 個 token | 0.1 | 1.0 | 專案的 train.py |
# | BERT | Adam .9 .999 | 1e-4 | 直線，1M 步降到 0 | 10k 步 | 256 段，每段 128、最後 512 個 token | 0.01 | 1.0 | arXiv 1810.04805，A.2；專案的程式碼 |
# | ResNet-50 | SGD，Nesterov .9 | 0.1 B/256 | 90 個訓練週期，到第 30、60、80 個時各除以 10 | 5 個訓練週期 | 8192 張影像 | 1e-4 | – | arXiv 1706.02677，第 2.2、5.1 節 |
#
# PaLM 用 Adafactor，但沒有用它省記憶體的做法，這時它就是 Adam，只是學習率還要乘上每個矩陣裡權重平常的大小，所以不能和其他的比。SkipStepAdamW 遇到損失或梯度突然衝高，就跳過那次更新。MuonClip 屬於 Muon，它的 QK-clip 壓住的是注意力（attention，Transformer 用它決定要看哪些字）的分數，不是梯度。WSD 見第 5 節。
#
# 對照著讀。這張表裡 2020 年以後的語言模型，$\beta_2$ 幾乎都是 0.95，衰減 0.1，裁剪 1。學習率各不相同，訓練長度和寬度也是。謎題裡的規律也有例外：OLMo 2 的 32B 模型，學習率是 7B 模型的兩倍。

# %% bind="recipes"
rows("recipes.csv", "published: the source in each row")
import csv

with (files("hpcourse") / "data/recipes.csv").open(encoding="utf-8") as lines:
    recipe = {row["model"]: row for row in csv.DictReader(lines)}
free(
    "k, M, B, T: thousand, million, billion (10⁹) and trillion (10¹²)",
    "千、百萬、十億（10⁹）和兆（10¹²）",
    "units",
)
since_2020 = [row for name, row in recipe.items() if name not in ("BERT", "ResNet-50")]
betas = [
    row["rule"].split(" ")[2] for row in since_2020 if row["rule"].count(" .") == 2
]
says(
    "is 0.95 nearly everywhere",
    "幾乎都是 0.95",
    set(betas) == {".95"} and len(betas) > 8,
)
known = {
    key: [row[key] for row in since_2020 if row[key] != "–"]
    for key in ("decay", "clip")
}
says(
    "decay 0.1, clipping 1",
    "衰減 0.1，裁剪 1",
    min(
        known["decay"].count("0.1") / len(known["decay"]),
        known["clip"].count("1.0") / len(known["clip"]),
    )
    > 0.9,
)
free("", "最高學習率", "a heading of the table")
rate = {
    name: float(row["peak rate"])
    for name, row in recipe.items()
    if name.startswith("OLMo")
}
says(
    "has twice the rate of",
    "是 7B 模型的兩倍",
    rate["OLMo 2 32B"] == 2 * rate["OLMo 2 7B"],
)

# %% bind="card"
import csv

with (files("hpcourse") / "data/recipes.csv").open(encoding="utf-8") as lines:
    olmo = {row["model"]: row for row in csv.DictReader(lines)}["OLMo 2 7B"]
batch = [int(number) for number in olmo["batch"].split(" × ")]
warmup = float(olmo["warmup"].removesuffix("B tokens")) * 1e9 / np.prod(batch)
says(
    r"AdamW, $\beta_1$ `0.9`, $\beta_2$ `0.95`",
    r"AdamW，$\beta_1$ `0.9`，$\beta_2$ `0.95`",
    olmo["rule"] == "AdamW .9 .95",
)
says("length at `1.0`", "限制在 `1.0`", float(olmo["clip"]) == 1.0)
says("`3e-4` at width", "時 `3e-4`", float(olmo["peak rate"]) == 3e-4)
free("width `4096`", "寬度 `4096`", "published: its configuration")
says("warmup over `2000` updates", "預熱 `2000` 次更新", 1990 < warmup < 2010)
says(
    "`1024` texts of `4096` tokens",
    "`1024` 段文字，每段 `4096` 個",
    batch == [1024, 4096],
)
says("weight decay | `0.1`", "權重衰減 | `0.1`", float(olmo["decay"]) == 0.1)

# %% [markdown] key="practice" lang="en"
# ## In practice
#
# - **PyTorch**: `torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)` between `backward()` and `step()`; `AdamW(..., betas=(0.9, 0.95), weight_decay=0.1)`; rates by layer are parameter groups. **Keras**: `AdamW(..., global_clipnorm=1.0)`; plain `clipnorm` clips each variable by itself.
# - Some recipes exempt biases and normalization from decay (BERT, ResNet-50's normalization); OLMo 2, which has no biases, decays normalization, and exempts the embedding, the table of words.
# - **muP** in a transformer asks for one thing more: attention's scores are divided by the width of a head (attention is split into several) instead of its root (Yang et al. 2022). **Muon** is `torch.optim.Muon` in newer versions of PyTorch, for hidden matrices only.
# - Log the length of the gradient before clipping. If it is clipped all the time, the limit is part of your learning rate with SGD; with Adam it drops out.

# %% [markdown] key="practice" lang="zh-TW" of="af37e003"
# ## 實務上
#
# - **PyTorch**：`torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)` 放在 `backward()` 和 `step()` 之間；`AdamW(..., betas=(0.9, 0.95), weight_decay=0.1)`；各層不同的學習率用參數群組（parameter groups）。**Keras**：`AdamW(..., global_clipnorm=1.0)`；單寫 `clipnorm` 會對每個變數各自裁剪。
# - 有些配方不衰減偏差和正規化層（例如 BERT；ResNet-50 則只排除正規化層）；OLMo 2 沒有偏差，正規化層照樣衰減，只排除詞嵌入表（embedding）。
# - **muP** 用在 Transformer 上還要多改一處：注意力分數除以每個頭（head，注意力分成好幾個頭）的寬度，而不是它的平方根（Yang 等人，2022）。**Muon** 在較新的 PyTorch 裡是 `torch.optim.Muon`，只用在隱藏層的矩陣。
# - 把裁剪之前的梯度長度記錄下來。如果每次都被裁剪，用 SGD 時，上限就成了學習率的一部分；用 Adam 時，除以梯度的大小之後，上限就約掉了。

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - One rate for all words is held down by the most frequent ones; Adam gives each its own. On a small, healthy run on words this is the line that is felt.
# - At this size most of the other lines are insurance. Know what each insures against, and whether you run that risk.
# - Numbers of a recipe belong together: rate and width, $\beta_2$ and batch, decay and rate. Copy the relation, not the number.
#
# **Your turn:** the [exercises of Day 7](day7_exercises.ipynb) answer at once.

# %% [markdown] key="recap" lang="zh-TW" of="cb990906"
# ## 今天帶走的東西
#
# - 大家共用的學習率，大小受限於最常見的那些字；Adam 讓每個字有自己的學習率。在規模小、沒出狀況的文字訓練裡，有感的就是這一行。
# - 在這個規模，其他各行大多是保險。要知道每一行保的是什麼險，自己又有沒有那個風險。
# - 配方裡的數字要成對看：學習率和寬度、$\beta_2$ 和批次、衰減和學習率。該照抄的是關係，不是數字。
#
# **換你動手**：[第 7 天的練習](day7_exercises.ipynb)，每一題做完，馬上知道對不對。

# %% bind="practice"
free(
    "Some recipes exempt ... table of words",
    "有些配方不衰減 ... 詞嵌入表",
    "read in their code and papers, as named",
)

# %% bind="recap"
free("held down by the most frequent ones", "受限於最常見的那些字", "section 2")
free("most of the other lines", "其他各行大多是保險", "section 8")

# %% key="progress"
hp.progress()

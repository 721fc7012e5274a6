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
# # To take home · The course in PyTorch
#
# [![Open in Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fen%2Ftake_home_pytorch.ipynb) [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/en/take_home_pytorch.ipynb) [![Open in Kaggle](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/en/take_home_pytorch.ipynb) · [English](../en/take_home_pytorch.ipynb) · [繁體中文](../zh-TW/take_home_pytorch.ipynb)
#
# **You will do:** see that `hp.train` and PyTorch are the same arithmetic, number by number; then carry the procedure of Day 6 over to a loop of your own.
#
# **You will take:** one function to copy, and the cells around it: range test, coarse search, step back, report with a spread. Put your own model and data in.
#
# **You need:** Days 1 to 6, and PyTorch: Colab and Kaggle have it. About 30 minutes. Run the cells from top to bottom with Shift+Enter. On Colab, first choose File → Save a copy in Drive.

# %% [markdown] key="title" lang="zh-TW" of="0abb228e"
# # 帶回家 · 用 PyTorch 走一遍這門課
#
# [![在 Binder 開啟](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/your-account-/hpcourse/main?urlpath=lab%2Ftree%2Fnotebooks%2Fzh-TW%2Ftake_home_pytorch.ipynb) [![在 Colab 開啟](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/your-account-/hpcourse/blob/main/notebooks/zh-TW/take_home_pytorch.ipynb) [![在 Kaggle 開啟](https://kaggle.com/static/images/open-in-kaggle.svg)](https://kaggle.com/kernels/welcome?src=https://github.com/your-account-/hpcourse/blob/main/notebooks/zh-TW/take_home_pytorch.ipynb) · [English](../en/take_home_pytorch.ipynb) · [繁體中文](../zh-TW/take_home_pytorch.ipynb)
#
# **你會動手做**：逐個數字對照，看 `hp.train` 和 PyTorch 算的是同一件事；再把第 6 天的流程，搬到自己的訓練迴圈裡。
#
# **你會帶走**：一個可以直接複製的函式，以及搭配它的幾格程式：範圍測試、粗略搜尋、往後退一步、附上散布範圍的報告。換上你自己的模型和資料就能用。
#
# **你需要**：第 1 天到第 6 天的內容，還有 PyTorch；Colab 和 Kaggle 已經裝好。大約 30 分鐘。請由上到下，用 Shift+Enter 逐格執行。在 Colab 上，請先選「檔案」→「在雲端硬碟中儲存副本」。

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
torch = hp.needs("torch", "pip install torch")
torch.set_num_threads(1)  # in small models threads only wait for each other

# %% [markdown] key="same" lang="en"
# ## 1. The same arithmetic
#
# Our network's weights are one long row; PyTorch keeps a matrix and a bias for each layer. `as_torch` hangs the same numbers into PyTorch's layers. Then both train on the same batches in the same order, in double precision, and we compare every loss of two epochs.

# %% [markdown] key="same" lang="zh-TW" of="fc3acbc5"
# ## 1. 同樣的算術
#
# 我們的網路，權重是長長的一列；PyTorch 則是每一層一個矩陣、一組偏差（bias）。`as_torch` 把同樣的數字放進 PyTorch 的各層。然後兩邊用同樣的批次、同樣的順序、雙精度來訓練，比較兩個訓練週期裡的每一個損失。


# %% key="as-torch"
def as_torch(network, w):
    layers, start = [], 0
    for inputs, outputs in zip(network.sizes[:-1], network.sizes[1:]):
        layer = torch.nn.Linear(inputs, outputs, dtype=torch.float64)
        end = start + outputs * (inputs + 1)
        block = torch.tensor(w[start:end]).reshape(outputs, inputs + 1)
        with torch.no_grad():
            layer.weight.copy_(block[:, :-1])
            layer.bias.copy_(block[:, -1])
        layers, start = [*layers, layer, torch.nn.ReLU()], end
    return torch.nn.Sequential(*layers[:-1])


# %% key="torch-losses"
def torch_losses(network, data, make, epochs=2, seed=0):
    rng, losses = np.random.default_rng(seed), []
    model = as_torch(network, network.init(rng, np.float64))
    optimizer = make(model.parameters())
    for _ in range(epochs):
        for X, y in hp.minibatches(data.X_train, data.y_train, 64, rng):
            outputs = model(torch.tensor(X, dtype=torch.float64))
            loss = torch.nn.functional.cross_entropy(outputs, torch.tensor(y))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return np.array(losses)


# %% key="agree"
optim, network, digits = torch.optim, hp.MLP((64, 32, 10)), hp.digits()
pairs = [
    (hp.SGD(0.1), lambda w: optim.SGD(w, lr=0.1)),
    (hp.Momentum(0.05), lambda w: optim.SGD(w, lr=0.05, momentum=0.9)),
    (hp.Nesterov(0.05), lambda w: optim.SGD(w, lr=0.05, momentum=0.9, nesterov=True)),
    (hp.AdaGrad(0.05), lambda w: optim.Adagrad(w, lr=0.05, eps=1e-8)),
    (hp.RMSProp(0.01), lambda w: optim.RMSprop(w, lr=0.01, alpha=0.9, eps=1e-8)),
    (hp.Adam(0.01), lambda w: optim.Adam(w, lr=0.01, eps=1e-8)),
    (hp.AdamW(0.01), lambda w: optim.AdamW(w, lr=0.01, eps=1e-8, weight_decay=0.01)),
]

# %% key="agree-run"
furthest = {}
for ours, theirs in pairs:
    history = hp.train(network, digits, ours, epochs=2, seed=0, dtype=np.float64)
    apart = np.abs(history.loss - torch_losses(network, digits, theirs)).max()
    furthest[type(ours).__name__] = apart
    hp.say(f"{type(ours).__name__:<8} agrees within 1e-12: {apart < 1e-12}")

# %% bind="same"
updates = -(-len(digits.X_train) // 64)
says("in double precision", "雙精度", history.weights.dtype == np.float64)
says(
    "every loss of two epochs",
    "兩個訓練週期裡的每一個損失",
    history.loss.size == 2 * updates,
)

# %% bind="agree-seen"
from inspect import signature

ramp, cosine = optim.lr_scheduler.LinearLR, optim.lr_scheduler.CosineAnnealingLR
says(
    "within 1e-12 over the whole run",
    "差距在 1e-12 以內",
    max(furthest.values()) < 1e-12,
)
free(
    "Keras starts the sum at 0.1 ... the root",
    "Keras 的總和從 0.1 開始 ... 放在根號裡面",
    "tests/core/test_keras.py runs it",
)
free(
    "Keras's ε, 1e-7, ... like 3e-4 outside",
    "Keras 的 ε 是 1e-7 ... 相當於外面的 3e-4",
    "the root of 1e-7; tests/core/test_keras.py",
)
free(
    "Keras here at 0, one update later",
    "是從 0 開始，比我們晚一次更新",
    "tests/core/test_keras.py",
)
says(
    "default is 0.99",
    "預設值是 0.99",
    signature(optim.RMSprop).parameters["alpha"].default == 0.99,
)
says(
    "default decay 0.01 in PyTorch",
    "PyTorch 是 0.01",
    signature(optim.AdamW).parameters["weight_decay"].default == 0.01,
)
free("0.004 in Keras", "Keras 是 0.004", "tests/core/test_keras.py")
turn = optim.SGD([torch.zeros(1)], lr=1.0)
then = cosine(turn, 10)
rates = [(turn.step(), then.step(), turn.param_groups[0]["lr"])[-1] for _ in range(20)]
says("rises again after T", "過了 T 又會升上去", rates[9] < 0.01 < 0.99 < rates[19])
says(
    "PyTorch begins at 1/3 unless told",
    "PyTorch 從 1/3 開始",
    signature(ramp).parameters["start_factor"].default == 1 / 3,
)
free(
    "the largest stable rate halves",
    "學習率的上限就減半",
    "the gradient doubles, and the curvature with it",
)

# %% [markdown] key="agree-seen" lang="en"
# Each of these rules agrees with PyTorch's within 1e-12 over the whole run. What differs between libraries is seldom the formula, but for the place of ε, and often what they call by the same name:
#
# | here | PyTorch | Keras | beware |
# |---|---|---|---|
# | `hp.SGD(lr)` | `SGD(lr)` | `SGD(lr)` | – |
# | `hp.Momentum(lr, 0.9)` | `SGD(lr, momentum=0.9)` | `SGD(lr, momentum=0.9)` | PyTorch keeps the rate outside of the velocity: another path when the rate changes |
# | `hp.Nesterov(lr, 0.9)` | `SGD(lr, momentum=0.9, nesterov=True)` | the same | as above |
# | `hp.AdaGrad(lr)` | `Adagrad(lr, eps=1e-8)` | `Adagrad(lr)` | Keras starts the sum at 0.1, with ε, 1e-7, inside the root |
# | `hp.RMSProp(lr)` | `RMSprop(lr, alpha=0.9)` | `RMSprop(lr, rho=0.9)` | PyTorch's default is 0.99; Keras's ε, 1e-7, is inside the root, like 3e-4 outside |
# | `hp.Adam(lr)` | `Adam(lr)` | `Adam(lr, epsilon=1e-8)` | Keras adds ε to the root of $v$ before its correction |
# | `hp.AdamW(lr)` | `AdamW(lr)` | `AdamW(lr, weight_decay=0.01, epsilon=1e-8)` | as above; default decay 0.01 in PyTorch, 0.004 in Keras |
# | `hp.Lion(lr)` | – | `Lion(lr)` | the decay of its paper is missing here, and optional in Keras |
# | `hp.ExponentialDecay(lr, k)` | `ExponentialLR(opt, exp(-k))` | `ExponentialDecay(lr, 1, exp(-k))` | there the factor of one update, here its exponent |
# | `hp.StepDecay(lr, f, s)` | `StepLR(opt, s, f)` | `ExponentialDecay(lr, s, f, staircase=True)` | the order of the two |
# | `hp.InverseTimeDecay(lr, k)` | `LambdaLR(opt, lambda t: 1 / (1 + k * t))` | `InverseTimeDecay(lr, 1, k)` | `LambdaLR` multiplies the optimizer's own rate |
# | `hp.CosineDecay(lr, T)` | `CosineAnnealingLR(opt, T)` | `CosineDecay(lr, T)` | PyTorch's rises again after T |
# | `hp.LinearWarmup(W, lr)` | `LinearLR(opt, 1/W, total_iters=W-1)` | `CosineDecay(0.0, T, warmup_target=lr, warmup_steps=W)` | PyTorch begins at 1/3 unless told; Keras here at 0, one update later than ours, and a cosine over T follows |
# | `hp.WarmupStableDecay(lr, W, S, D)` | `LambdaLR(opt, hp.WarmupStableDecay(1.0, W, S, D))` | a `LearningRateSchedule` of your own | as for `LambdaLR` above |
# | `train(..., clip=c)` | `clip_grad_norm_(model.parameters(), c)` | `global_clipnorm=c` | Keras's `clipnorm` clips each variable by itself |
# | `train(..., average=d)` | `AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(d))` | `use_ema=True, ema_momentum=d` | ours begins at the start; theirs, unless asked before, after the first update |
# | squared error with ½ | `MSELoss()` | `MeanSquaredError()` | without the ½ the largest stable rate halves, with one output; with several both average over them, too |
# | He's initial weights | `nn.Linear`: uniform, ±1/√n | Glorot | another start has another cliff |

# %% [markdown] key="agree-seen" lang="zh-TW" of="df61940a"
# 這些規則從頭到尾都和 PyTorch 一致，差距在 1e-12 以內。各家套件的公式，除了 ε 放的位置，很少有差別；差別多半在同一個名字底下放了什麼：
#
# | 這裡 | PyTorch | Keras | 小心 |
# |---|---|---|---|
# | `hp.SGD(lr)` | `SGD(lr)` | `SGD(lr)` | – |
# | `hp.Momentum(lr, 0.9)` | `SGD(lr, momentum=0.9)` | `SGD(lr, momentum=0.9)` | PyTorch 把學習率留在速度外面：學習率一變，路徑就不同 |
# | `hp.Nesterov(lr, 0.9)` | `SGD(lr, momentum=0.9, nesterov=True)` | 同左 | 同上 |
# | `hp.AdaGrad(lr)` | `Adagrad(lr, eps=1e-8)` | `Adagrad(lr)` | Keras 的總和從 0.1 開始，ε 是 1e-7，放在根號裡面 |
# | `hp.RMSProp(lr)` | `RMSprop(lr, alpha=0.9)` | `RMSprop(lr, rho=0.9)` | PyTorch 的預設值是 0.99；Keras 的 ε 是 1e-7，放在根號裡面，相當於外面的 3e-4 |
# | `hp.Adam(lr)` | `Adam(lr)` | `Adam(lr, epsilon=1e-8)` | Keras 把 ε 加到 $v$ 還沒修正時的平方根上 |
# | `hp.AdamW(lr)` | `AdamW(lr)` | `AdamW(lr, weight_decay=0.01, epsilon=1e-8)` | 同上；衰減的預設值，PyTorch 是 0.01，Keras 是 0.004 |
# | `hp.Lion(lr)` | – | `Lion(lr)` | 論文裡的權重衰減，這裡沒有，Keras 可以另外加 |
# | `hp.ExponentialDecay(lr, k)` | `ExponentialLR(opt, exp(-k))` | `ExponentialDecay(lr, 1, exp(-k))` | 那邊寫的是每次更新的倍數，這裡寫的是指數 |
# | `hp.StepDecay(lr, f, s)` | `StepLR(opt, s, f)` | `ExponentialDecay(lr, s, f, staircase=True)` | 兩個數的順序 |
# | `hp.InverseTimeDecay(lr, k)` | `LambdaLR(opt, lambda t: 1 / (1 + k * t))` | `InverseTimeDecay(lr, 1, k)` | `LambdaLR` 是乘在最佳化器自己的學習率上 |
# | `hp.CosineDecay(lr, T)` | `CosineAnnealingLR(opt, T)` | `CosineDecay(lr, T)` | PyTorch 過了 T 又會升上去 |
# | `hp.LinearWarmup(W, lr)` | `LinearLR(opt, 1/W, total_iters=W-1)` | `CosineDecay(0.0, T, warmup_target=lr, warmup_steps=W)` | 沒有指定的話，PyTorch 從 1/3 開始；Keras 這樣寫是從 0 開始，比我們晚一次更新，後面接長度 T 的餘弦 |
# | `hp.WarmupStableDecay(lr, W, S, D)` | `LambdaLR(opt, hp.WarmupStableDecay(1.0, W, S, D))` | 自己寫一個 `LearningRateSchedule` | 同上面的 `LambdaLR` |
# | `train(..., clip=c)` | `clip_grad_norm_(model.parameters(), c)` | `global_clipnorm=c` | Keras 的 `clipnorm` 是每個變數各自裁剪 |
# | `train(..., average=d)` | `AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(d))` | `use_ema=True, ema_momentum=d` | 我們從起點算起；它們的則從第一次更新之後算起，除非事先呼叫過 |
# | 有 ½ 的平方誤差 | `MSELoss()` | `MeanSquaredError()` | 少了 ½，只有一個輸出時，學習率的上限就減半；輸出不只一個時，兩者還會對它們取平均 |
# | He 的起始權重 | `nn.Linear`：均勻分布，±1/√n | Glorot | 起點不同，懸崖的位置也不同 |

# %% [markdown] key="loop" lang="en"
# ## 2. A loop to copy
#
# What the days have taught, in one function that needs nothing but PyTorch and NumPy: batches drawn from the seed; AdamW that decays matrices only; a schedule by update; clipping, after the pieces of a batch have added up; the loss and the length of the gradient (before clipping) logged at every update; and data that are not trained on, judged in eval mode, without dropout. Put your own model in: `make_model()` returns a fresh one, and `data` is a tuple (inputs, targets) or a `DataLoader`.

# %% [markdown] key="loop" lang="zh-TW" of="2095488d"
# ## 2. 可以直接複製的迴圈
#
# 這門課教的做法，都放進這一個函式，只需要 PyTorch 和 NumPy：批次由種子決定；AdamW 只衰減矩陣；排程以更新次數計算；一批切成幾份時，先把各份的梯度加起來，再做梯度裁剪；每次更新都記下損失和（裁剪之前的）梯度長度；還有不拿來訓練的資料，在 eval 模式下評分，不做 dropout。換上你自己的模型：`make_model()` 傳回一個全新的模型，`data` 是 tuple（輸入，目標），或一個 `DataLoader`。


# %% key="fit" tags=["long"]
def cross_entropy(outputs, targets):
    """The mean loss; of every place, where outputs are (batch, length, classes)."""
    return torch.nn.functional.cross_entropy(outputs.flatten(0, -2), targets.flatten())


def flat(t, updates):
    return 1.0


def batches(data, size, order=None):
    """(inputs, targets) by batch: of a tuple in fresh order, of a DataLoader as is."""
    if not isinstance(data, tuple):
        return data
    X, y = map(torch.as_tensor, data)
    rows = torch.arange(len(X))
    if order is not None:
        rows = torch.randperm(len(X), generator=order)
    return ((X[some], y[some]) for some in rows.split(size))


def fit(
    make_model, data, held_out, lr, shape=flat, *, batch_size=64, epochs=10, seed=0,
    decay=0.01, betas=(0.9, 0.999), clip=1.0, pieces=1, loss_of=cross_entropy,
    device="cpu",
):  # fmt: skip
    """Train a fresh model; returns it and a log: loss, grad_norm, lr by update, and
    how it does on held_out.

    The rate is `lr` times `shape(t, updates)`, after t of all the updates. `clip` is
    the longest gradient, np.inf for any. `pieces` cuts each batch up, where it does not
    fit into memory: the gradients of the pieces add up to that of the batch, if
    `loss_of` is a mean over the examples. A run has failed when a loss or gradient is
    no longer finite: training ends there, and its loss on held_out counts as infinite.
    """
    torch.manual_seed(seed)  # initial weights, dropout, the order of a DataLoader
    model = make_model().to(device)
    learnt = [p for p in model.parameters() if p.requires_grad]
    matrices = [p for p in learnt if p.ndim >= 2]
    others = [p for p in learnt if p.ndim < 2]  # biases and norms are not decayed
    groups = [
        {"params": matrices, "weight_decay": decay},
        {"params": others, "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=lr, betas=betas)
    order = torch.Generator().manual_seed(
        seed
    )  # the order of the examples, apart from the weights
    per_epoch = -(-len(data[0]) // batch_size) if isinstance(data, tuple) else len(data)
    log = {"loss": [], "grad_norm": [], "lr": [], "failed": False}
    for _ in range(epochs):
        for X, y in batches(data, batch_size, order):
            rate = float(lr * shape(len(log["loss"]), epochs * per_epoch))
            for group in optimizer.param_groups:
                group["lr"] = rate
            model.train()
            optimizer.zero_grad()
            total, size = 0.0, -(-len(y) // pieces)
            for Xp, yp in zip(X.split(size), y.split(size)):
                loss = loss_of(model(Xp.to(device)), yp.to(device)) * len(yp) / len(y)
                loss.backward()
                total += loss.item()
            norm = torch.nn.utils.clip_grad_norm_(learnt, clip).item()
            log["loss"].append(total)
            log["grad_norm"].append(norm)  # before clipping
            log["lr"].append(rate)
            if not np.isfinite(total) or not np.isfinite(norm):
                return model, log | {
                    "failed": True,
                    "held_out_loss": np.inf,
                    "held_out_accuracy": np.nan,
                }
            optimizer.step()
    return model, log | evaluate(model, held_out, loss_of, device)


@torch.no_grad()
def evaluate(model, data, loss_of=cross_entropy, device="cpu", size=512):
    """Loss, and for classes accuracy, on data not trained on; it stays in eval mode."""
    model.eval()
    total, right, examples, answers = 0.0, 0, 0, 0
    for X, y in batches(data, size):
        outputs, y = model(X.to(device)), y.to(device)
        total += loss_of(outputs, y).item() * len(y)
        right += (
            np.nan
            if y.is_floating_point()
            else (outputs.argmax(dim=-1) == y).sum().item()
        )
        examples, answers = examples + len(y), answers + y.numel()
    loss = total / examples if np.isfinite(total) else np.inf
    return {"held_out_loss": loss, "held_out_accuracy": right / answers}


# %% [markdown] key="shapes" lang="en"
# **Shapes**: what multiplies the rate, a function of the update `t` and of how many there are in all. So another batch size or another number of epochs still ends at zero. A schedule of the course whose rate is 1 will do as well: `lambda t, updates: hp.CosineDecay(1.0, updates)(t)`.

# %% [markdown] key="shapes" lang="zh-TW" of="e9cfd318"
# **形狀**：學習率要乘上的倍數，由第幾次更新 `t` 和更新總數決定。所以換了批次大小或訓練週期數，學習率照樣在結束時降到零。課程裡的排程，把學習率設成 1 也能用：`lambda t, updates: hp.CosineDecay(1.0, updates)(t)`。


# %% key="shapes-run" tags=["long"]
def cosine(t, updates):
    """Warmup over a tenth of all updates, then a cosine to zero at the end."""
    warmup = max(updates // 10, 1)
    done = max(t - warmup, 0) / max(updates - warmup, 1)
    return min((t + 1) / warmup, 1) * (1 + np.cos(np.pi * done)) / 2


def wsd(t, updates):
    """Warmup over a tenth, flat, and in the last fifth a straight line to zero."""
    warmup, down = max(updates // 10, 1), max(updates // 5, 1)
    return min((t + 1) / warmup, 1, (updates - t) / down)


def ramp(t, updates):
    """From a millionth by equal factors up to 1: the range test."""
    return 1e-6 ** (1 - t / max(updates - 1, 1))


# %% bind="shapes"
n = np.arange(181)
ours = {
    cosine: hp.LinearWarmup(18, hp.CosineDecay(1.0, 162)),
    wsd: hp.WarmupStableDecay(1.0, 18, 126, 36),
    ramp: hp.schedules.GeometricRamp(1e-6, 1.0, 180),
}
apart = [
    np.abs([shape(t, 180) for t in range(180)] - rule(n[:180])).max()
    for shape, rule in ours.items()
]
says(
    "still ends at zero",
    "照樣在結束時降到零",
    max(shape(m, m) for shape in (cosine, wsd) for m in (180, 30, 7)) < 1e-9,
)
says("whose rate is 1 will do as well", "把學習率設成 1 也能用", max(apart) < 1e-12)

# %% [markdown] key="split" lang="en"
# **Three parts.** Train on the first, choose by the second, report on the third, once.

# %% [markdown] key="split" lang="zh-TW" of="1a768b70"
# **分成三份**：第一份拿來訓練，第二份拿來挑設定，第三份只在最後報告一次。

# %% key="split-run"
inputs = torch.tensor(digits.X_train, dtype=torch.float32)
classes = torch.tensor(digits.y_train)
training, validation = (inputs[:1150], classes[:1150]), (inputs[1150:], classes[1150:])
report = torch.tensor(digits.X_test, dtype=torch.float32), torch.tensor(digits.y_test)


def make_model():
    return torch.nn.Sequential(
        torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)
    )


# %% bind="split"
parts = training[0], validation[0], report[0]
says(
    "Three parts",
    "分成三份",
    0 < min(map(len, parts)) <= max(map(len, parts)) == len(training[0]),
)

# %% [markdown] key="range" lang="en"
# **Range test** (Day 1): one short run whose rate grows by equal factors. Where the loss begins to fall and where it blows up are the ends of the range to search.

# %% [markdown] key="range" lang="zh-TW" of="db120262"
# **範圍測試**（第 1 天）：跑一小段，學習率以固定倍數放大。損失開始下降和衝上去的地方，就是搜尋範圍的兩端。

# %% key="range-run"
_, log = fit(make_model, training, validation, 10.0, ramp, epochs=5, clip=np.inf)
fig, ax = plt.subplots()
ax.plot(log["lr"], log["loss"])
ax.set(
    xscale="log", xlabel=r"learning rate $\eta$", ylabel="training loss", ylim=(0, 4)
)
hp.show(fig, "take_home_pytorch-range")

# %% bind="range"
grows = np.diff(np.log(log["lr"]))
says(
    "grows by equal factors",
    "以固定倍數放大",
    grows.max() - grows.min() < 1e-9 < grows.min(),
)

# %% bind="take_home_pytorch-range"
guess, tried = np.log(10), np.array(log["loss"])
says(
    "it stays, falls, and blows up",
    "先持平，再下降，最後衝上去",
    0.8 * guess < tried[:10].min()
    and tried.min() < 0.3 * guess < 4 < tried[tried.argmin() :].max(),
)

# %% [markdown] key="search" lang="en"
# **Coarse search** (Day 6): rates by factors of about three, two seeds each, warmup and cosine by update. Then **step back from the cliff** by Day 6's rule: judge each rate by the worse of two losses, its own and that of the next larger rate. Its own is here that of its worst seed, and a failed run counts as infinite.

# %% [markdown] key="search" lang="zh-TW" of="21409a5a"
# **粗略搜尋**（第 6 天）：學習率以大約三倍為間隔，每個兩個種子，預熱加上餘弦衰減，以更新次數計算。然後照第 6 天的規則**往後退一步**，離懸崖遠一點：每個學習率看兩個損失，自己的，以及再大一格的，取比較差的那個來評。這裡自己的損失取最差的種子，失敗的訓練算無限大。


# %% key="search-run" tags=["long"]
def step_back(rates, losses):
    """The rate, of a rising list, whose loss and the next larger one's are low."""
    judged = np.maximum(losses, [*losses[1:], np.inf])
    if not np.isfinite(judged).any():
        raise ValueError(
            f"no two rates in a row trained: search below {min(rates):.2g}, "
            "or look at the data"
        )
    return rates[judged.argmin()]


def search(make_model, data, held_out, rates, shape=cosine, seeds=(0, 1), **settings):
    """The chosen rate, and the loss on held_out of its worst seed."""
    worst = {}
    for lr in sorted(rates):
        logs = [
            fit(make_model, data, held_out, lr, shape, seed=seed, **settings)[1]
            for seed in seeds
        ]
        worst[lr] = max(log["held_out_loss"] for log in logs)
        hp.say(f"lr = {lr:.2g}: worst validation loss {worst[lr]:.3g}")
    if min(worst, key=worst.get) in (min(rates), max(rates)):
        hp.say("The lowest loss lies at the end of the range: search on beyond it.")
    chosen = step_back(list(worst), list(worst.values()))
    return chosen, worst[chosen]


# %% key="search-digits" tags=["nbval-ignore-output"]
rates = np.logspace(-3.5, -0.5, 7)
chosen, _ = search(make_model, training, validation, rates)
hp.say(f"chosen: {chosen:.2g}")

# %% bind="search"
from inspect import signature

says("by factors of about three", "以大約三倍為間隔", 2.8 < rates[1] / rates[0] < 3.5)
says(
    "two seeds each",
    "每個兩個種子",
    len(signature(search).parameters["seeds"].default) == 2,
)
says(
    "the worse of two losses, its own and that of the next larger rate",
    "取比較差的那個來評",
    step_back([1, 2, 3, 4], [3, 2, 1, np.inf]) == 2
    and step_back([1, 2, 3, 4], [3, 1, 2, 4]) == 2,
)
free("a failed run counts as infinite", "失敗的訓練算無限大", "what fit returns")
free("of its worst seed", "取最差的種子", "what the function does")

# %% [markdown] key="batch-size" lang="en"
# **Batch size** (Day 3): another one may want another rate, so search anew. With the same epochs 256 makes about a quarter of the updates of 64, and here ends higher, each at its own rate and by the two seeds that chose it: compare at equal updates as well before you call a batch size worse.

# %% [markdown] key="batch-size" lang="zh-TW" of="fc25dbda"
# **批次大小**（第 3 天）：換了批次大小，學習率可能也要換，所以重新搜尋。訓練週期數相同時，256 的更新次數大約是 64 的四分之一，這裡各用自己的學習率（就用挑學習率的那兩個種子來比），結果 256 的損失還是比較高；說哪個批次大小比較差之前，也要用相同的更新次數比一次。

# %% key="batch-size-run" tags=["nbval-ignore-output"]
lowest = {}
for size in [64, 256]:
    lr, lowest[size] = search(
        make_model, training, validation, rates[3:], batch_size=size
    )
    hp.say(f"batch size {size}: chosen {lr:.2g}, loss {lowest[size]:.2f}")

# %% bind="batch-size"
in_epoch = {size: -(-len(training[0]) // size) for size in lowest}
says(
    "256 makes about a quarter of the updates of 64",
    "256 的更新次數大約是 64 的四分之一",
    3.5 < in_epoch[64] / in_epoch[256] < 4.5,
)
says("ends higher", "結果 256 的損失還是比較高", lowest[256] > 1.2 * lowest[64])
free("a batch size worse", "哪個批次大小比較差", "advice")

# %% [markdown] key="final" lang="en"
# **Report**: the chosen settings on new seeds, on the part that nobody has looked at here, with the spread.

# %% [markdown] key="final" lang="zh-TW" of="a8dd2b02"
# **報告**：用選定的設定、新的種子，在這份筆記本裡還沒看過的那一份資料上評分，並附上散布範圍。

# %% key="final-run" tags=["nbval-ignore-output"]
accuracy = [
    fit(make_model, training, report, chosen, cosine, seed=seed)[1]["held_out_accuracy"]
    for seed in range(10, 15)
]
hp.say(
    f"unseen digits: mean {np.mean(accuracy):.1%}, "
    f"from {min(accuracy):.1%} to {max(accuracy):.1%}"
)

# %% bind="final"
free("nobody has looked at", "", "what the procedure asks for")

# %% [markdown] key="own" lang="en"
# ## 3. Another model, the same cells
#
# A small model of letters: from three letters guess the next, in the commonest words of an old book. No word is in two of the three parts, and ninety words teach little about the others: the loss ends not far below guessing. Nothing of the procedure changes. Replace these two cells by your own model and data: `fit` takes sequences too (targets for every place), `loss_of` another loss, `device="cuda"` a GPU, and `pieces=4` cuts a batch into four that fit into memory.

# %% [markdown] key="own" lang="zh-TW" of="6a62ee38"
# ## 3. 換一個模型，同樣的程式格
#
# 一個很小的字母模型：看前三個字母，猜下一個，材料是一本古書裡最常見的英文單字。同一個單字不會出現在兩份資料裡；九十個單字能教的不多，所以損失只比亂猜低一些。流程完全不變。把這兩格換成你自己的模型和資料就行了：`fit` 也能處理序列（每個位置都有目標），損失函數用 `loss_of` 換，`device="cuda"` 用 GPU 訓練，`pieces=4` 把一批切成四份，記憶體就裝得下。

# %% key="letters"
words, _ = hp.bigram_counts("en")
rng = np.random.default_rng(0)
alphabet = sorted({*"".join(words), "."})


def pieces_of(group, n):
    """Three letters and the next, from `n` words drawn from a group."""
    spelt = [
        [alphabet.index(c) for c in f"...{words[i]}."] for i in rng.choice(group, n)
    ]
    pairs = [
        (word[k : k + 3], word[k + 3]) for word in spelt for k in range(len(word) - 3)
    ]
    return tuple(map(torch.tensor, zip(*pairs)))


groups = np.split(rng.permutation(150), [90, 120])
letters = [pieces_of(*group) for group in zip(groups, (1000, 250, 250))]
letters_train, letters_validation, letters_report = letters


# %% key="letters-model"
def make_letters():
    n = len(alphabet)
    embedding, hidden = torch.nn.Embedding(n, 16), torch.nn.Linear(48, 64)
    return torch.nn.Sequential(
        embedding, torch.nn.Flatten(), hidden, torch.nn.ReLU(), torch.nn.Linear(64, n)
    )


# %% key="letters-search" tags=["nbval-ignore-output"]
settings = {"batch_size": 64, "epochs": 3}
rates = np.logspace(-3.5, -0.5, 7)
chosen, _ = search(make_letters, letters_train, letters_validation, rates, **settings)
_, log = fit(
    make_letters, letters_train, letters_report, chosen, cosine, seed=10, **settings
)
hp.say(
    f"chosen: {chosen:.2g}, loss {log['held_out_loss']:.2f}, "
    f"guessing {np.log(len(alphabet)):.2f}"
)

# %% bind="own"
apart = np.unique(np.concatenate(groups)).size == sum(map(len, groups)) == len(words)
says(
    "from three letters guess the next",
    "看前三個字母，猜下一個",
    letters_train[0].shape[1] == 3,
)
says(
    "No word is in two of the three parts",
    "同一個單字不會出現在兩份資料裡",
    apart and len(groups) == 3,
)
says("ninety words teach little", "九十個單字能教的不多", len(groups[0]) == 90)
says(
    "the loss ends not far below guessing",
    "損失只比亂猜低一些",
    0.6 < log["held_out_loss"] / np.log(len(alphabet)) < 0.9,
)
free(
    "`pieces=4` cuts a batch into four",
    "`pieces=4` 把一批切成四份",
    "what pieces=4 beside it does",
)

# %% [markdown] key="own-care" lang="en"
# Before you put your own in:
#
# - **`data`**: inputs in the type of the weights, `torch.float32` as a rule (NumPy's numbers are `float64`, and are refused). For `MSELoss`, targets in the shape of the outputs: (N,) against (N, 1) is only warned of, and then it learns nonsense. A `Dataset` goes into a `DataLoader` first.
# - **`loss_of`**: a mean over the examples. With a sum the gradient grows with the batch, and `pieces` no longer add up to it.
# - **BatchNorm** normalizes with what passes through: each piece by itself; a batch of one may fail (`DataLoader(..., drop_last=True)` leaves a small last batch out); and a frozen one goes on counting its averages, unless your model keeps it in eval mode.
# - **Decay** takes all that has two dimensions or more, embeddings too. What your recipe exempts, move from `matrices` to `others`.
# - **The step back** goes by the grid. If the loss there is far above the lowest, search once more, by smaller factors, between the two.

# %% [markdown] key="own-care" lang="zh-TW" of="bed190c8"
# 換上自己的東西之前：
#
# - **`data`**：輸入的型別要和權重一樣，通常是 `torch.float32`（NumPy 預設是 `float64`，放進去會出錯）。用 `MSELoss` 時，目標的形狀要和輸出相同：(N,) 碰上 (N, 1)，PyTorch 只給警告，學到的卻是一團糟。`Dataset` 要先包成 `DataLoader`。
# - **`loss_of`**：要對樣本取平均。如果是總和，梯度會隨批次變大，`pieces` 切開後也湊不回原來的批次。
# - **BatchNorm** 用當下經過的樣本做正規化：切成幾份就各算各的；一批只有一個樣本可能會出錯（`DataLoader(..., drop_last=True)` 會略過最後不足的那一批）；凍結之後還是會繼續累計平均，除非你的模型讓它留在 eval 模式。
# - **權重衰減**會作用在所有二維以上的參數，詞嵌入表也算。配方裡不衰減的，就從 `matrices` 移到 `others`。
# - **往後退一步**，退多遠要看格點。如果退到的那一格，損失比最低點高很多，就在兩者之間用更小的倍數再搜尋一次。

# %% bind="recap"
free("split in three", "分成三份", "the plan of the notebook")

# %% bind="own-care"
free("(N,) against (N, 1)", "(N,) 碰上 (N, 1)", "a shape")
free(
    "If the loss there ... between the two", "如果退到的那一格 ... 再搜尋一次", "advice"
)

# %% [markdown] key="recap" lang="en"
# ## What you take with you
#
# - `fit`: copy it. When something breaks, its log often tells what: a gradient that jumps, a loss that sits at guessing, a rate that was not what you thought.
# - The order: split in three, range test, coarse search, step back, report with a spread. Change the batch size, and begin again with the rate (Day 3).
# - Away from the course, `hp.say` is `print`; nothing else of it is needed.

# %% [markdown] key="recap" lang="zh-TW" of="17195168"
# ## 今天帶走的東西
#
# - `fit`：複製它。出了問題，看它的紀錄，往往就知道壞在哪裡：梯度突然暴衝、損失停在亂猜的程度、學習率和你以為的不一樣。
# - 順序：分成三份、範圍測試、粗略搜尋、往後退一步、附上散布範圍的報告。批次大小一換，學習率就要重新找（第 3 天）。
# - 離開這門課之後，把 `hp.say` 換成 `print` 就好，其他都用不到課程的套件。

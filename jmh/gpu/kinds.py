"""Every kind of row in PyTorch. A kind makes its inputs on the device and gives a Call; torch is imported when a row is opened."""

GROUPS = 8
CLASSES = 10
VOCABULARY = 256
PAST_THE_CACHE = 256e6
LARGE = 16e6


class Call:
    """What is measured: run() is one call; cycle: calls until the same inputs come again; compiled(): run after PyTorch's compiler, or None."""

    def __init__(self, run, cycle=1, compiled=None):
        self.run = run
        self.cycle = cycle
        self.compiled = compiled


class Row:
    """One row of rows.txt on a device."""

    def __init__(self, group, kind, dtype, size):
        self.group, self.kind, self.type, self.size = group, kind, dtype, size

    @property
    def name(self):
        return f"{self.kind}.{self.type}.{'x'.join(map(str, self.size))}"

    def dtype(self):
        import torch
        return {"f32": torch.float32, "tf32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}[self.type]


def uniform(row, shape, bound=1.0, dtype=None):
    import torch
    return torch.empty(tuple(shape), dtype=torch.float32, device="cuda").uniform_(-bound, bound).to(dtype or row.dtype())


def integers(limit, *shape):
    import torch
    return torch.randint(0, limit, shape, device="cuda")


def in_turn(row, inputs, shape, operation, compile_too=False):
    """As Tenfold's side: large inputs are others at each call, so that the cache does not hold what the call before left."""
    import math
    import torch
    first = [uniform(row, shape) for _ in range(inputs)]
    size = sum(x.numel() * x.element_size() for x in first)
    copies = [first] + [[uniform(row, shape) for _ in range(inputs)] for _ in range(1, 1 if size < LARGE else max(1, math.ceil(PAST_THE_CACHE / size)))]
    turn = [0]

    def with_operation(op):
        def run():
            now = copies[turn[0]]
            turn[0] = (turn[0] + 1) % len(copies)
            with torch.no_grad():
                op(*now)
        return run

    return Call(with_operation(operation), len(copies), (lambda: with_operation(torch.compile(operation))) if compile_too else None)


def forward(operation, *inputs):
    import torch

    def run():
        with torch.no_grad():
            operation(*inputs)
    return Call(run)


def backward(operation, gradient, *inputs, compile_too=False):
    """operation of the inputs and the gradients of them all."""
    import torch
    leaves = [x.requires_grad_(True) for x in inputs]

    def with_operation(op):
        return lambda: torch.autograd.grad(op(*leaves), leaves, gradient)

    return Call(with_operation(operation), 1, (lambda: with_operation(torch.compile(operation))) if compile_too else None)


def flat(inputs, operation, compile_too=False):
    return lambda row: in_turn(row, inputs, row.size, operation, compile_too)


def gemm(row):
    m, n, k = row.size
    return forward(lambda a, b: a @ b, uniform(row, (m, k)), uniform(row, (k, n)))


def gemm_batched(row):
    b, m, n, k = row.size
    return forward(lambda x, y: x @ y, uniform(row, (b, m, k)), uniform(row, (b, k, n)))


def convolution(back):
    def open_row(row):
        import torch
        from torch.nn import functional as F
        n, c, h, w, filters = row.size
        # what PyTorch is fastest with: tensor cores want the channels last
        layout = torch.channels_last if row.type == "bf16" else torch.contiguous_format
        x = uniform(row, (n, c, h, w)).to(memory_format=layout)
        weight = uniform(row, (filters, c, 3, 3), 0.1).to(memory_format=layout)

        def operation(x, weight):
            return F.conv2d(x, weight, padding=1)
        if not back:
            return forward(operation, x, weight)
        return backward(operation, uniform(row, (n, filters, h, w)).to(memory_format=layout), x, weight)
    return open_row


def attention(causal, back):
    def open_row(row):
        from torch.nn import functional as F
        q, k, v = (uniform(row, row.size) for _ in range(3))

        def operation(q, k, v):
            return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return backward(operation, uniform(row, row.size), q, k, v) if back else forward(operation, q, k, v)
    return open_row


def softmax(row):
    import torch
    return in_turn(row, 1, row.size, lambda x: torch.softmax(x, -1))


def softmax_back(row):
    import torch
    return backward(lambda x: torch.softmax(x, -1), uniform(row, row.size), uniform(row, row.size), compile_too=True)


def cross_entropy_back(row):
    from torch.nn import functional as F
    labels = integers(row.size[1], row.size[0])
    return backward(lambda x: F.cross_entropy(x, labels), None, uniform(row, row.size), compile_too=True)


def layer_norm(row):
    from torch.nn import functional as F
    weight, bias = uniform(row, row.size[1:]), uniform(row, row.size[1:])
    return in_turn(row, 1, row.size, lambda x: F.layer_norm(x, row.size[1:], weight, bias), compile_too=True)


def norm_back(normalise):
    """normalise(F, x, weight, bias) with weight and bias along axis 1."""
    def open_row(row):
        from torch.nn import functional as F
        weight, bias = uniform(row, row.size[1:2]), uniform(row, row.size[1:2])
        return backward(lambda x, w, b: normalise(F, x, w, b), uniform(row, row.size), uniform(row, row.size), weight, bias, compile_too=True)
    return open_row


def embedding(back):
    def open_row(row):
        from torch.nn import functional as F
        rows, width, count = row.size
        indices = integers(rows, count)
        table = uniform(row, (rows, width))

        def operation(table):
            return F.embedding(indices, table)
        return backward(operation, uniform(row, (count, width)), table) if back else forward(operation, table)
    return open_row


def gather(row):
    import torch
    return forward(lambda x, index: torch.gather(x, 1, index), uniform(row, row.size), integers(row.size[1], *row.size))


def scatter_add(row):
    import torch
    return forward(lambda x, index: torch.zeros_like(x).scatter_add_(1, index, x), uniform(row, row.size), integers(row.size[1], *row.size))


def topk(row):
    import torch
    rows, columns, taken = row.size
    return in_turn(row, 1, (rows, columns), lambda x: torch.topk(x, taken, 1))


def adam(row):
    import torch
    tensors, count = row.size
    parameters = [uniform(row, (count,)).requires_grad_(True) for _ in range(tensors)]
    for p in parameters:
        p.grad = uniform(row, (count,))
    optimiser = torch.optim.Adam(parameters, lr=1e-3, fused=True, capturable=True)
    return Call(optimiser.step)


def step(row, net, inputs, labels, optimiser):
    """One training step; in a narrow type by autocast, whose parameters stay f32."""
    import torch
    from torch.nn import functional as F

    def with_net(model):
        def run():
            optimiser.zero_grad(set_to_none=True)
            with torch.autocast("cuda", torch.float16 if row.type == "f16" else torch.bfloat16, enabled=row.type != "f32"):
                loss = F.cross_entropy(model(inputs), labels)
            loss.backward()
            optimiser.step()
        return run

    return Call(with_net(net), 1, lambda: with_net(torch.compile(net)))


def sgd(net):
    import torch
    return torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, fused=True)


def mlp_step(row):
    import networks
    batch, widths = row.size[0], row.size[1:]
    net = networks.mlp(widths).cuda()
    return step(row, net, uniform(row, (batch, widths[0])), integers(widths[-1], batch), sgd(net))


def resnet_step(row):
    import networks
    import torch
    batch, width, edge = row.size
    layout = torch.channels_last if row.type == "bf16" else torch.contiguous_format
    net = networks.resnet18(width, CLASSES).cuda().to(memory_format=layout)
    images = uniform(row, (batch, 3, edge, edge), dtype=torch.float32).to(memory_format=layout)
    return step(row, net, images, integers(CLASSES, batch), sgd(net))


def transformer_step(row):
    import networks
    import torch
    sequences, tokens, width, heads, layers = row.size
    net = networks.TokenNamer(VOCABULARY, tokens, width, heads, layers).cuda()
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3, fused=True, capturable=True)
    return step(row, net, integers(VOCABULARY, sequences, tokens), integers(VOCABULARY, sequences * tokens), optimiser)


def to_bf16(x):
    import torch
    return x.to(torch.bfloat16)


KINDS = {
    "copy": flat(1, lambda x: x.clone()),
    "add": flat(2, lambda a, b: a + b),
    "exp": flat(1, lambda x: x.exp()),
    "chain": flat(3, lambda a, b, c: (((a * b + c) * 0.5).relu() - a).square(), compile_too=True),
    "cast-to-bf16": flat(1, to_bf16),
    "sum-of-rows": flat(1, lambda x: x.sum(1)),
    "sum-of-columns": flat(1, lambda x: x.sum(0)),
    "sum": flat(1, lambda x: x.sum()),
    "max-of-rows": flat(1, lambda x: x.amax(1)),
    "max-of-columns": flat(1, lambda x: x.amax(0)),
    "max": flat(1, lambda x: x.amax()),
    "gemm": gemm,
    "gemm-batched": gemm_batched,
    "conv": convolution(False),
    "conv-fwd-bwd": convolution(True),
    "attention": attention(False, False),
    "attention-causal": attention(True, False),
    "attention-fwd-bwd": attention(False, True),
    "attention-causal-fwd-bwd": attention(True, True),
    "softmax": softmax,
    "softmax-fwd-bwd": softmax_back,
    "crossentropy-fwd-bwd": cross_entropy_back,
    "layernorm": layer_norm,
    "layernorm-fwd-bwd": norm_back(lambda F, x, w, b: F.layer_norm(x, w.shape, w, b)),
    "batchnorm-fwd-bwd": norm_back(lambda F, x, w, b: F.batch_norm(x, None, None, w, b, training=True)),
    "groupnorm-fwd-bwd": norm_back(lambda F, x, w, b: F.group_norm(x, GROUPS, w, b)),
    "embedding": embedding(False),
    "embedding-fwd-bwd": embedding(True),
    "gather": gather,
    "scatter-add": scatter_add,
    "sort": flat(1, lambda x: x.sort(0)),
    "sort-of-rows": flat(1, lambda x: x.sort(1)),
    "topk-of-rows": topk,
    "adam-step": adam,
    "mlp-step": mlp_step,
    "resnet-step": resnet_step,
    "transformer-step": transformer_step,
}
